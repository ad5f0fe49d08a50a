import type { Bytes } from '../../host/bytes.ts';
import { peekBytes } from '../bytes/peek-bytes.ts';
import { findInvalidUtf8 } from '../bytes/utf8.ts';
import { badWorkbook } from './bad-workbook.ts';

/** Longest UTF-8 sequence minus one: bytes that a piece can end with before a character is complete. */
const maxIncomplete = 3;

/**
 * Decodes an XML file: UTF-8 or UTF-16, as the Open Packaging Conventions require. Line ends become line feeds, as XML
 * 1.0 requires (section 2.11).
 * @throws PipewrightError `invalid-file` for another encoding or invalid bytes
 * @see https://www.w3.org/TR/xml/#sec-line-ends
 */
export async function* decodeXml(bytes: Bytes): AsyncGenerator<string> {
  let endsWithReturn = false;
  for await (const piece of decodeCharacters(bytes)) {
    let text: string = endsWithReturn ? `\r${piece}` : piece;
    endsWithReturn = text.endsWith('\r');
    if (endsWithReturn) text = text.slice(0, -1);
    yield text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }
  if (endsWithReturn) yield '\n';
}

async function* decodeCharacters(bytes: Bytes): AsyncGenerator<string> {
  const { start, all } = await peekBytes(bytes, 200);
  const [first = 0, second = 0] = start;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) yield* decodeUtf16(all, 'utf-16le');
  else if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) yield* decodeUtf16(all, 'utf-16be');
  else {
    const declaration = Buffer.from(start.subarray(0, 200)).toString('latin1');
    const encoding = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(declaration)?.[1];
    if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding))
      throw badWorkbook(`it is written in ${encoding.slice(0, 40)} instead of UTF-8 or UTF-16`);
    yield* decodeUtf8(all);
  }
}

async function* decodeUtf16(bytes: Bytes, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
    } catch {
      throw badWorkbook('it contains invalid UTF-16');
    }
  };
  for await (const piece of bytes) yield decode(piece);
  yield decode();
}

async function* decodeUtf8(bytes: Bytes): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const piece of bytes) {
    const whole: Buffer =
      rest.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([rest, piece]);
    const invalid = findInvalidUtf8(whole, 0, whole.length);
    if (invalid >= 0 && whole.length - invalid > maxIncomplete) throw invalidUtf8();
    const end = invalid < 0 ? whole.length : invalid;
    rest = Buffer.from(whole.subarray(end));
    const text = whole.toString('utf8', 0, end);
    if (text === '') continue;
    yield isFirst && text.startsWith('\uFEFF') ? text.slice(1) : text;
    isFirst = false;
  }
  if (rest.length > 0) throw invalidUtf8();
}

const invalidUtf8 = () => badWorkbook('it contains invalid UTF-8');
