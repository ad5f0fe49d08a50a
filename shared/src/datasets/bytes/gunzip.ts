import type { Bytes } from '../../host/host.ts';
import { decompress } from './decompress.ts';
import { peekBytes } from './peek-bytes.ts';

/** The first two bytes of everything that gzip packed (RFC 1952, section 2.3.1); no text in UTF-8 begins like this. */
const magic = [0x1f, 0x8b] as const;

/** Whether bytes begin as gzip does. */
function isPacked(start: Uint8Array): boolean {
  return magic.every((byte, index) => start[index] === byte);
}

/**
 * Unpacks bytes that gzip packed, and passes all others through as they are: some senders pack without saying so. Nothing is
 * held but the piece at work; who stops reading stops the source.
 * @throws PipewrightError `cut-short` when packed bytes are damaged or end too soon
 */
export async function* gunzipIfNeeded(bytes: Bytes): Bytes {
  const { start, all } = await peekBytes(bytes, magic.length);
  yield* isPacked(start) ? decompress(all, 'gzip') : all;
}
