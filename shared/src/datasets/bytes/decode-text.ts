import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { encodingNames, isSingleByte, shortName, type Encoding } from './encodings.ts';
import { peekBytes } from './peek-bytes.ts';
import { wideEncoding } from './refuse-binary.ts';

/** A longer line is assumed to be corrupt. */
const maxLineBytes = 16 * 1024 * 1024;

const lineFeed = 0x0a;

/** Bytes in which an encoding is detected. */
const sampleBytes = 4096;

/** The encoding that a byte order mark declares. */
function markedEncoding([first, second, third]: Uint8Array): ReadEncoding | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined;
}

/**
 * Refuses a chosen encoding that the file certainly does not have: another byte order mark, or UTF-16 without a zero byte,
 * which every delimiter and line end has. The text would otherwise be other characters.
 * @throws PipewrightError `invalid-input`
 */
function refuseOther(start: Uint8Array, chosen: ReadEncoding): void {
  const marked = markedEncoding(start);
  const isNotWide = chosen.startsWith('utf-16') && start.length > 1 && !start.subarray(0, sampleBytes).includes(0);
  if (marked === undefined ? !isNotWide : marked === chosen) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The file is not ${encodingNames[chosen]}: ${marked === undefined ? 'its characters have one byte' : `it starts with the byte order mark of ${encodingNames[marked]}`}.`,
    hint: `Set Encoding to ${encodingNames.auto}.`,
  });
}

/** UTF-16 by its byte order mark or, without one, by its zero bytes; otherwise UTF-8, which is verified later. */
function detectEncoding(start: Uint8Array): ReadEncoding {
  const marked = markedEncoding(start);
  if (marked) return marked;
  const wide = wideEncoding(start.subarray(0, sampleBytes));
  return wide === 'utf-16le' || wide === 'utf-16be' ? wide : 'utf-8';
}

/** The encoding of a text as it is read. */
export type ReadEncoding = Exclude<Encoding, 'auto'>;

/**
 * Converts text to UTF-8. UTF-8 passes through unchanged and is verified by the reader, see `findInvalidUtf8`. Other
 * encodings are decoded line by line, so that errors have a line number; a line can have up to 16 MB.
 * @param onEncoding called with the encoding before the first bytes are returned
 * @throws PipewrightError `invalid-file` for bytes that are invalid in the encoding
 */
export async function* decodeText(
  bytes: Bytes,
  encoding: Encoding = 'auto',
  onEncoding?: (encoding: ReadEncoding) => void,
): Bytes {
  const { start, all } = await peekBytes(bytes, sampleBytes);
  const known = encoding === 'auto' ? detectEncoding(start) : encoding;
  if (encoding !== 'auto') refuseOther(start, known);
  onEncoding?.(known);
  if (known === 'utf-8') {
    yield* all;
    return;
  }
  const decode = decoderOf(known);
  let rest: Uint8Array = new Uint8Array(0);
  let line = 1;
  for await (const piece of all) {
    const whole = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = endOfLines(whole, known);
    if (end > 0) {
      const text = decode(whole.subarray(0, end), line);
      line += lines(text);
      yield Buffer.from(text, 'utf8');
    }
    rest = whole.slice(end);
    if (rest.length > maxLineBytes) throw notIn(known, line, 'the line is longer than 16 MB');
  }
  if (rest.length > 0) yield Buffer.from(decode(rest, line), 'utf8');
}

/** Where the last complete line ends; 0 if there is none. In all supported encodings, a line feed byte is always a line feed. */
function endOfLines(bytes: Uint8Array, encoding: Encoding): number {
  if (!encoding.startsWith('utf-16')) return bytes.lastIndexOf(lineFeed) + 1;
  const low = encoding === 'utf-16le' ? 0 : 1;
  for (let at = bytes.length - (bytes.length % 2) - 2; at >= 0; at -= 2)
    if (bytes[at + low] === lineFeed && bytes[at + 1 - low] === 0) return at + 2;
  return 0;
}

/** Creates a decoder for complete lines that drops a leading byte order mark. */
function decoderOf(encoding: Encoding): (bytes: Uint8Array, line: number) => string {
  const singleByte = isSingleByte(encoding);
  const wide = encoding.startsWith('utf-16');
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const attempt = (bytes: Uint8Array): string | undefined => {
    try {
      const text = decoder.decode(bytes);
      // WHATWG decodes unassigned bytes as the control characters U+0080 to U+009F, which do not occur in text.
      return singleByte && /[\u0080-\u009f]/.test(text) ? undefined : text;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
      return undefined;
    }
  };
  return (bytes, line) => {
    const text = attempt(bytes);
    if (text !== undefined) return line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
    let at = line;
    for (let from = 0; from < bytes.length; at += 1) {
      const end = nextLine(bytes, from, wide ? encoding : undefined);
      if (attempt(bytes.subarray(from, end)) === undefined) break;
      from = end;
    }
    throw notIn(encoding, at, 'it contains bytes that are invalid in that encoding');
  };
}

function nextLine(bytes: Uint8Array, from: number, wide: Encoding | undefined): number {
  if (wide === undefined) return bytes.indexOf(lineFeed, from) + 1 || bytes.length;
  for (let at = from; at + 2 <= bytes.length; at += 2)
    if (endOfLines(bytes.subarray(at, at + 2), wide) > 0) return at + 2;
  return bytes.length;
}

const lines = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
};

function notIn(encoding: Encoding, line: number, why: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: `Line ${line} cannot be read as ${shortName(encoding)}: ${why}.`,
    hint: 'Choose another encoding, or save the file as UTF-8.',
  });
}
