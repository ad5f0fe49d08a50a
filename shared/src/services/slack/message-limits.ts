import { PipewrightError } from '../../host/error.ts';
import { service } from './api.ts';

/** Characters of a text; Slack cuts a longer one without an error. */
const maxTextCharacters = 40_000;

/** Blocks of a message. */
const maxBlocks = 50;

/** Characters of the texts of blocks, by their kind. */
const maxBlockCharacters: Record<string, number> = { section: 3_000, header: 150, markdown: 12_000 };

/** Entries of the lists of blocks, by their kind. */
const maxBlockEntries: Record<string, { list: string; most: number }> = {
  section: { list: 'fields', most: 10 },
  context: { list: 'elements', most: 10 },
  actions: { list: 'elements', most: 25 },
};

/** Characters of a field of a section. */
const maxFieldCharacters = 2_000;

const count = (text: string): number => [...text].length;

/**
 * Refuses a text that Slack would cut.
 * @param label the field that it was typed into
 * @throws PipewrightError `bad-input`
 * @see https://docs.slack.dev/changelog/2018-truncating-really-long-messages
 */
export function checkTextLength(text: string | undefined, label: string): void {
  if (text === undefined || text.length <= maxTextCharacters) return;
  const characters = count(text);
  if (characters <= maxTextCharacters) return;
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: `“${label}” has ${characters.toLocaleString('en-US')} characters; Slack takes ${maxTextCharacters.toLocaleString('en-US')} and would cut the rest. Nothing was posted.`,
    hint: 'Shorten the text, split it into several messages, or send it as a file with Upload File.',
  });
}

const textOf = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null ? (value as { text?: unknown }).text : value;
  return typeof text === 'string' ? text : '';
};

/**
 * The blocks of a message as a list; the Block Kit Builder wraps them into an object.
 * @throws PipewrightError `bad-input` when they are no list or exceed a limit of Slack
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
export function readBlocks(given: unknown): unknown[] | undefined {
  if (given === undefined) return undefined;
  const blocks: unknown = Array.isArray(given) ? given : (given as { blocks?: unknown } | null)?.blocks;
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > maxBlocks) {
    throw refused(
      `“Blocks” must be a list of 1 to ${maxBlocks} blocks.`,
      'Create them in the Block Kit Builder and copy what it shows.',
    );
  }
  blocks.forEach((block: unknown, index) => checkBlock(block, index + 1));
  return blocks;
}

function checkBlock(block: unknown, position: number): void {
  if (typeof block !== 'object' || block === null || Array.isArray(block))
    throw refused(
      `Block ${position} of “Blocks” is not an object.`,
      'Create the blocks in the Block Kit Builder and copy what it shows.',
    );
  const { type, text } = block as { type?: unknown; text?: unknown };
  const kind = typeof type === 'string' ? type : '';
  const most = maxBlockCharacters[kind];
  const characters = count(textOf(text));
  if (most !== undefined && characters > most)
    throw tooLong(position, kind, `has ${characters} characters; Slack takes ${most}`);
  const limit = maxBlockEntries[kind];
  const entries: unknown = limit === undefined ? undefined : (block as Record<string, unknown>)[limit.list];
  if (limit === undefined || !Array.isArray(entries)) return;
  if (entries.length > limit.most)
    throw tooLong(position, kind, `has ${entries.length} ${limit.list}; Slack takes ${limit.most}`);
  const longest = limit.list === 'fields' ? Math.max(0, ...entries.map((entry) => count(textOf(entry)))) : 0;
  if (longest > maxFieldCharacters)
    throw tooLong(position, kind, `has a field of ${longest} characters; Slack takes ${maxFieldCharacters}`);
}

function tooLong(position: number, kind: string, what: string): PipewrightError {
  return refused(
    `Block ${position} of “Blocks” (${kind}) ${what}. Nothing was posted.`,
    'Shorten the block, or split it into several blocks.',
  );
}

function refused(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'bad-input', service, message, hint });
}
