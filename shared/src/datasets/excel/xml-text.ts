import type { Bytes } from '../../host/bytes.ts';
import { peekBytes } from '../bytes/peek-bytes.ts';
import { findInvalidUtf8 } from '../bytes/utf8.ts';
import { badWorkbook } from './bad-workbook.ts';

/** Longest UTF-8 sequence minus one: bytes that a piece can end with before a character is complete. */
const maxIncomplete = 3;

/**
 * Decodes an XML file: UTF-8 or UTF-16, as the Open Packaging Conventions require.
 * @returns the file as UTF-8 without byte order mark, in pieces of whole characters
 * @throws PipewrightError `invalid-file` for another encoding or invalid bytes
 */
export async function* decodeXml(bytes: Bytes): AsyncGenerator<Buffer> {
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

async function* decodeUtf16(bytes: Bytes, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (piece?: Uint8Array): Buffer => {
    try {
      return Buffer.from(piece ? decoder.decode(piece, { stream: true }) : decoder.decode());
    } catch {
      throw badWorkbook('it contains invalid UTF-16');
    }
  };
  for await (const piece of bytes) yield decode(piece);
  yield decode();
}

async function* decodeUtf8(bytes: Bytes): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const piece of bytes) {
    const whole: Buffer =
      rest.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([rest, piece]);
    const invalid = findInvalidUtf8(whole, 0, whole.length);
    if (invalid >= 0 && whole.length - invalid > maxIncomplete) throw invalidUtf8();
    const end = invalid < 0 ? whole.length : invalid;
    rest = Buffer.from(whole.subarray(end));
    if (end === 0) continue;
    yield whole.subarray(isFirst && byteOrderMark.equals(whole.subarray(0, 3)) ? 3 : 0, end);
    isFirst = false;
  }
  if (rest.length > 0) throw invalidUtf8();
}

const byteOrderMark = Buffer.from('\uFEFF');

const invalidUtf8 = () => badWorkbook('it contains invalid UTF-8');
