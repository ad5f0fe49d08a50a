import { parseArgs } from 'node:util';

/** The options of `npm start --`. */
export interface Choices {
  /** Keeps n8n running at the end. */
  open: boolean;
  /** Takes the pictures of the documentation in the editor. */
  pictures: boolean;
  /** Runs the flows on one platform only. Default: both. */
  only?: 'n8n' | 'zapier';
}

/** The usage message of `npm start`. */
export const usage = `npm start [-- options]
  --open              keep n8n running with the seven workflows published
  --only n8n|zapier   run the flows on one platform
  --pictures          take the pictures of docs/pictures/ in light and dark`;

/** Parses the arguments. @throws Error with the reason and the usage for invalid arguments */
export function readChoices(args: readonly string[]): Choices {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { open: { type: 'boolean' }, pictures: { type: 'boolean' }, only: { type: 'string' } },
    });
    const { open = false, pictures = false, only } = values;
    if (only !== undefined && only !== 'n8n' && only !== 'zapier')
      throw new Error(`--only must be n8n or zapier, not ${only}.`);
    if (only === 'zapier' && (open || pictures))
      throw new Error('--open and --pictures need n8n. Remove --only zapier.');
    return { open, pictures, ...(only ? { only } : {}) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`);
  }
}
