import type { Bytes } from '../../host/bytes.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { peekBytes } from './peek-bytes.ts';
import { unzip } from './unzip.ts';
import { isZip } from './zip-entries.ts';

/** How often a file may be packed: gzip within a ZIP, or a ZIP within gzip. */
const maxDepth = 3;

/**
 * Unpacks bytes that are a ZIP or gzip, one in the other too; all other bytes pass through as they are: some senders pack without saying so.
 * Nothing is held but the piece at work; a caller that stops reading stops the source.
 * @param fileInZip name of the file where a ZIP holds several; see `unzip`
 * @throws PipewrightError see `gunzip` and `unzip`
 */
export async function* unpack(bytes: Bytes, fileInZip?: string, depth = 0): Bytes {
  const { start, all } = await peekBytes(bytes, 4);
  if (depth < maxDepth && isGzip(start)) yield* unpack(gunzip(all), fileInZip, depth + 1);
  else if (depth < maxDepth && isZip(start)) yield* unpack(unzip(all, fileInZip), fileInZip, depth + 1);
  else yield* all;
}
