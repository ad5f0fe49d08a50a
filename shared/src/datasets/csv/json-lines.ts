import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/host.ts';

/** The fields of so many lines, or of so many bytes of them, are the columns. */
const looked = { lines: 1_000, bytes: 4 * 1024 * 1024 };

/** A line that is longer has lost its end. */
const longestLine = 16 * 1024 * 1024;

const lineFeed = 0x0a;

function bad(line: number, reason: string, hint = 'Correct the file. The table is as it was.'): PipewrightError {
  return new PipewrightError({ code: 'bad-csv', message: `The file is no valid JSON Lines: at line ${line}, ${reason}.`, hint });
}

/** A number keeps the digits that it was written with: a decimal of money is no binary fraction. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const keepNumbers = (_name: string, value: unknown, context?: { source?: string }): unknown => (typeof value === 'number' && context?.source !== undefined ? new Written(context.source) : value);

/** JSON again of what lies deeper in a line. */
const nested = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) => (inner instanceof Written ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(inner.text) : inner));

function parseLine(text: string, line: number): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, keepNumbers as (name: string, value: unknown) => unknown);
  } catch {
    throw bad(line, 'the text is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw bad(line, 'there is no object, such as {"policy": "P-1", "paid": 12.50}');
  return parsed as Record<string, unknown>;
}

/** A value as CSV: nothing for null, and in quotation marks what is a text. */
function asValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Written) return value.text;
  if (typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : nested(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* lines(bytes: Bytes): AsyncGenerator<{ text: string; line: number }> {
  let rest: Uint8Array = new Uint8Array(0);
  let line = 0;
  const textOf = (part: Uint8Array): string => Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('utf8').replace(/^\uFEFF/, '').trim();
  for await (const piece of bytes) {
    const whole = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = whole.indexOf(lineFeed); end >= 0; end = whole.indexOf(lineFeed, from)) {
      line += 1;
      const text = textOf(whole.subarray(from, end));
      if (text !== '') yield { text, line };
      from = end + 1;
    }
    rest = whole.slice(from);
    if (rest.length > longestLine) throw bad(line + 1, 'the line is longer than 16 MB');
  }
  const text = textOf(rest);
  if (text !== '') yield { text, line: line + 1 };
}

/**
 * JSON Lines as CSV with a header: one object a line, whose fields in the first thousand lines are the columns. What is nested
 * stays JSON; numbers keep their digits; null and what is not there are empty.
 * @see https://jsonlines.org/
 * @throws PipewrightError `bad-csv` for a line that is no object, or has a field that the first lines do not have
 */
export async function* jsonLinesToCsv(bytes: Bytes): Bytes {
  let held: { text: string; line: number }[] | undefined = [];
  let size = 0;
  const columns = new Map<string, number>();
  const rowOf = ({ text, line }: { text: string; line: number }): string => {
    const row = parseLine(text, line);
    const unknown = Object.keys(row).find((name) => !columns.has(name));
    if (unknown !== undefined) throw bad(line, `there is the field “${unknown}”, which none of the first ${looked.lines} lines has`, 'Give it to an early line, with null where it has no value. The table is as it was.');
    return [...columns.keys()].map((name) => asValue(Object.hasOwn(row, name) ? row[name] : null)).join(',');
  };
  const begin = (first: { text: string; line: number }[]): string => {
    for (const { text, line } of first) for (const name of Object.keys(parseLine(text, line))) columns.set(name, columns.size);
    const header = [...columns.keys()].map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
    return columns.size === 0 ? '' : `${header}\n${first.map((one) => `${rowOf(one)}\n`).join('')}`;
  };
  let out = '';
  for await (const one of lines(bytes)) {
    if (held) {
      held.push(one);
      size += one.text.length;
      if (held.length < looked.lines && size < looked.bytes) continue;
      out += begin(held);
      held = undefined;
    } else out += `${rowOf(one)}\n`;
    if (out.length < 65_536) continue;
    yield Buffer.from(out, 'utf8');
    out = '';
  }
  if (held) out += begin(held);
  if (out !== '') yield Buffer.from(out, 'utf8');
}
