import type { Bytes } from '../../host/bytes.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { peekBytes } from './peek-bytes.ts';
import { unzip } from './unzip.ts';
import { isOfficeDocument } from './zip-documents.ts';
import { isZip } from './zip-entries.ts';

/** Bytes to inspect: the header of the first file in a ZIP, with its name. */
const sampleBytes = 512;

/** Levels of compression to unpack: gzip in a ZIP, or a ZIP in gzip. */
const maxDepth = 3;

/**
 * Decompresses ZIP and gzip, also nested, as detected by their first bytes; other bytes, and
 * Excel workbooks, which are ZIPs themselves, pass through unchanged. Streams:
 * memory use is constant, and a caller that stops reading closes the source.
 * @param fileInZip name of the file to read from a ZIP with several; see `unzip`
 * @throws PipewrightError see `gunzip` and `unzip`
 */
export async function* unpack(bytes: Bytes, fileInZip?: string, depth = 0): Bytes {
  const { start, all } = await peekBytes(bytes, sampleBytes);
  if (depth < maxDepth && isGzip(start)) yield* unpack(gunzip(all), fileInZip, depth + 1);
  else if (depth < maxDepth && isZip(start) && !isOfficeDocument(start))
    yield* unpack(unzip(all, fileInZip), fileInZip, depth + 1);
  else yield* all;
}
