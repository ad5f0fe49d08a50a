import { PipewrightError } from '../../host/error.ts';
import { valueKind, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import { timestampForm, timestampForms } from '../../datasets/types/value-forms.ts';
import { toUtc } from './mysql-timestamps.ts';

/** What becomes of a column's values on their way: nothing; 1 or 0 for a boolean; UTC for a timestamp that has a zone. */
export type Sending = 'plain' | 'boolean' | 'moment';

const null32 = Buffer.from('NULL');
const [letterN = 0] = null32;
const quotedNull = Buffer.from('"NULL"');
const [one, nought] = [Buffer.from('1'), Buffer.from('0')];

/** Bytes that a value may become longer: a value with nothing becomes NULL, and a minute gets its seconds. */
const longerValue = 4;

/**
 * The rows of a block as LOAD DATA reads them with FIELDS OPTIONALLY ENCLOSED BY '"' ESCAPED BY '': nothing is the word
 * NULL, and that word is in quotation marks where it is a text. What needs no change is copied in runs as long as
 * possible.
 * @throws PipewrightError `bad-input` for a timestamp beyond the years 1 to 9999
 */
export function inMysqlDialect(
  { buffer, rows, width, starts, ends, kinds, lineEnd }: CsvBlock,
  sendings: readonly Sending[],
): Buffer {
  const out = Buffer.allocUnsafe(buffer.length + rows * (width * longerValue + lineEnd.length));
  const special = sendings.map((sending) => sending !== 'plain');
  const [lineEnd0, lineEnd1] = lineEnd;
  let at = 0;
  let from = -1;
  const take = (to: number): void => {
    at += buffer.copy(out, at, from, to);
  };
  const put = (bytes: Uint8Array): void => {
    out.set(bytes, at);
    at += bytes.length;
  };
  let index = 0;
  for (let row = 0; row < rows; row += 1) {
    const begin = (starts[index] as number) - ((kinds[index] as number) & valueKind.quoted);
    if (from < 0) from = begin;
    for (let column = 0; column < width; column += 1, index += 1) {
      const start = starts[index] as number;
      const end = ends[index] as number;
      const kind = kinds[index] as number;
      if (start === end) {
        if (kind !== valueKind.bare) continue;
        take(start);
        put(null32);
        from = start;
      } else if (
        kind === valueKind.bare &&
        end - start === 4 &&
        buffer[start] === letterN &&
        null32.compare(buffer, start, end) === 0
      ) {
        take(start);
        put(quotedNull);
        from = end;
      } else if (special[column]) {
        const value = changed(buffer, start, end, sendings[column] as Sending);
        if (!value) continue;
        const around = kind & valueKind.quoted;
        take(start - around);
        put(value);
        from = end + around;
      }
    }
    const rowEnd = (ends[index - 1] as number) + ((kinds[index - 1] as number) & valueKind.quoted);
    const next = rowEnd + lineEnd.length;
    const follows =
      row + 1 < rows && (starts[index] as number) - ((kinds[index] as number) & valueKind.quoted) === next;
    if (follows && buffer[rowEnd] === lineEnd0 && (lineEnd1 === undefined || buffer[rowEnd + 1] === lineEnd1)) continue;
    take(rowEnd);
    put(lineEnd);
    from = -1;
  }
  return out.subarray(0, at);
}

/** What is sent in place of a value, without quotation marks; undefined for the value itself. */
function changed(buffer: Buffer, start: number, end: number, sending: Sending): Uint8Array | undefined {
  if (sending === 'boolean') {
    const first = (buffer[start] as number) | 0x20;
    return first === 0x74 ? one : first === 0x66 ? nought : undefined;
  }
  const form = timestampForm(buffer, start, end);
  return form & timestampForms.zoned ? inUtc(buffer, start, end, form) : undefined;
}

/** A timestamp with a zone as the same moment in UTC, without one. */
function inUtc(buffer: Buffer, start: number, end: number, form: number): Uint8Array {
  if (form & timestampForms.utc) return buffer.subarray(start, end - 1);
  const text = buffer.toString('latin1', start, end);
  const moment = toUtc(text);
  if (moment !== undefined) return Buffer.from(moment, 'latin1');
  throw new PipewrightError({
    code: 'bad-input',
    service: 'MySQL',
    message: `The timestamp ${text} is before the year 1 or after the year 9999 in UTC, which MySQL does not hold.`,
    hint: 'The table was not changed. Correct the value, or load it as text.',
  });
}
