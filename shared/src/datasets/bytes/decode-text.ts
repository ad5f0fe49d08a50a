import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/host.ts';
import { peekBytes } from './peek-bytes.ts';

/** How the letters of a file are written; `auto` knows UTF-16 by the mark at its beginning, and takes all else for UTF-8. */
export const encodings = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;

/** One of `encodings`. */
export type Encoding = (typeof encodings)[number];

function markOf(start: Uint8Array): Encoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  return start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/**
 * The bytes of a text as UTF-8; those that are so already pass untouched.
 * @throws PipewrightError `bad-csv` when they are not written as was said
 */
export async function* decodeText(bytes: Bytes, encoding: Encoding = 'auto'): Bytes {
  const { start, all } = await peekBytes(bytes, 2);
  const known = encoding === 'auto' ? markOf(start) : encoding;
  if (known === 'utf-8') {
    yield* all;
    return;
  }
  const decoder = new TextDecoder(known, { fatal: true });
  try {
    for await (const piece of all) {
      const text = decoder.decode(piece, { stream: true });
      if (text !== '') yield Buffer.from(text, 'utf8');
    }
    const rest = decoder.decode();
    if (rest !== '') yield Buffer.from(rest, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new PipewrightError({
      code: 'bad-csv',
      message: `The file is not written in ${known.toUpperCase()}.`,
      hint: 'Choose another encoding, or save the file in UTF-8. The table is as it was.',
      cause: error,
    });
  }
}
