import { PipewrightError } from '../../host/error.ts';
import { valueKind, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import { timestampForm, timestampForms } from '../../datasets/types/value-forms.ts';
import { toUtc } from './mysql-timestamps.ts';

/** How the values of a column are encoded: unchanged; a boolean as 1 or 0; a timestamp with time zone in UTC. */
export type Encoding = 'plain' | 'boolean' | 'utc';

const null32 = Buffer.from('NULL');
const [letterN = 0] = null32;
const quotedNull = Buffer.from('"NULL"');
const [one, zero] = [Buffer.from('1'), Buffer.from('0')];

/** Number of bytes that a value can grow by: an empty one becomes NULL. */
const maxGrowth = 4;

/**
 * Encodes the rows of a block for LOAD DATA with FIELDS OPTIONALLY ENCLOSED BY '"' ESCAPED BY '': an empty value becomes the
 * word NULL, and that word is quoted where it is text. Bytes that do not change are copied in runs as long as possible.
 * @throws PipewrightError `invalid-input` for a timestamp beyond the years 1 to 9999
 */
export function encodeRows(
  { buffer, rows, width, starts, ends, kinds, lineEnd }: CsvBlock,
  encodings: readonly Encoding[],
): Buffer {
  const out = Buffer.allocUnsafe(buffer.length + rows * (width * maxGrowth + lineEnd.length));
  const special = encodings.map((encoding) => encoding !== 'plain');
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
        const value = encodeValue(buffer, start, end, encodings[column] as Encoding);
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

/** The encoded value, without quotation marks; undefined where it does not change. */
function encodeValue(buffer: Buffer, start: number, end: number, encoding: Encoding): Uint8Array | undefined {
  if (encoding === 'boolean') {
    const first = (buffer[start] as number) | 0x20;
    return first === 0x74 ? one : first === 0x66 ? zero : undefined;
  }
  const form = timestampForm(buffer, start, end);
  return form & timestampForms.zoned ? inUtc(buffer, start, end, form) : undefined;
}

/** A timestamp with time zone, in UTC and without the zone. */
function inUtc(buffer: Buffer, start: number, end: number, form: number): Uint8Array {
  if (form & timestampForms.utc) return buffer.subarray(start, end - 1);
  const text = buffer.toString('latin1', start, end);
  const utc = toUtc(text);
  if (utc !== undefined) return Buffer.from(utc, 'latin1');
  throw new PipewrightError({
    code: 'invalid-input',
    service: 'MySQL',
    message: `The timestamp ${text} is before the year 1 or after the year 9999 in UTC, which MySQL cannot store.`,
    hint: 'The table was not changed. Correct the value, or load it as text.',
  });
}
