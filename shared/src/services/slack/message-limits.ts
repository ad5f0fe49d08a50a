import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';
import { service } from './api.ts';

/** Maximum length of a message in characters; Slack truncates longer messages without an error. */
const maxTextCharacters = 40_000;

/** Maximum number of blocks per message. */
const maxBlocks = 50;

/** Maximum length of a block's text in characters, by block type. */
const maxBlockCharacters: Record<string, number> = { section: 3_000, header: 150, markdown: 12_000 };

/** Maximum number of entries in a block's list, by block type. */
const maxBlockEntries: Record<string, { list: string; max: number }> = {
  section: { list: 'fields', max: 10 },
  context: { list: 'elements', max: 10 },
  actions: { list: 'elements', max: 25 },
};

/** Maximum length of a section's field in characters. */
const maxFieldCharacters = 2_000;

const count = (text: string): number => [...text].length;

/**
 * Rejects a text that Slack would truncate.
 * @param label label of the field with the text
 * @throws PipewrightError `invalid-input`
 * @see https://docs.slack.dev/changelog/2018-truncating-really-long-messages
 */
export function checkTextLength(text: string | undefined, label: string): void {
  if (text === undefined || text.length <= maxTextCharacters) return;
  const characters = count(text);
  if (characters <= maxTextCharacters) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `“${label}” has ${characters.toLocaleString('en-US')} characters; Slack’s limit is ${maxTextCharacters.toLocaleString('en-US')}. Nothing was posted.`,
    hint: 'Shorten the text, split it into several messages, or send it as a file with Upload File.',
  });
}

const textOf = (value: unknown): string => {
  const text = isObject(value) ? value['text'] : value;
  return typeof text === 'string' ? text : '';
};

/**
 * The blocks of a message as a list; the Block Kit Builder wraps the list in an object.
 * @throws PipewrightError `invalid-input` if there is no list, or if it exceeds one of Slack's limits
 * @see https://docs.slack.dev/reference/block-kit/blocks
 */
export function readBlocks(input: unknown): unknown[] | undefined {
  if (input === undefined) return undefined;
  const blocks: unknown = isObject(input) ? input['blocks'] : input;
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > maxBlocks) {
    throw invalidBlocks(
      `“Blocks” must be a list of 1 to ${maxBlocks} blocks.`,
      'Create the blocks in the Block Kit Builder and copy the JSON.',
    );
  }
  blocks.forEach((block: unknown, index) => checkBlock(block, index + 1));
  return blocks;
}

function checkBlock(block: unknown, position: number): void {
  if (!isObject(block))
    throw invalidBlocks(
      `Block ${position} of “Blocks” is not an object.`,
      'Create the blocks in the Block Kit Builder and copy the JSON.',
    );
  const { type, text } = block;
  const kind = typeof type === 'string' ? type : '';
  const maxCharacters = maxBlockCharacters[kind];
  const characters = count(textOf(text));
  if (maxCharacters !== undefined && characters > maxCharacters)
    throw tooLong(position, kind, `has ${characters} characters; Slack’s limit is ${maxCharacters}`);
  const limit = maxBlockEntries[kind];
  const entries: unknown = limit === undefined ? undefined : block[limit.list];
  if (limit === undefined || !Array.isArray(entries)) return;
  if (entries.length > limit.max)
    throw tooLong(position, kind, `has ${entries.length} ${limit.list}; Slack’s limit is ${limit.max}`);
  const longest = limit.list === 'fields' ? Math.max(0, ...entries.map((entry) => count(textOf(entry)))) : 0;
  if (longest > maxFieldCharacters)
    throw tooLong(position, kind, `has a field of ${longest} characters; Slack’s limit is ${maxFieldCharacters}`);
}

function tooLong(position: number, kind: string, what: string): PipewrightError {
  return invalidBlocks(
    `Block ${position} of “Blocks” (${kind}) ${what}. Nothing was posted.`,
    'Shorten the block, or split it into several blocks.',
  );
}

function invalidBlocks(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', service, message, hint });
}
