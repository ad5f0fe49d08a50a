import type { Bytes } from '../../host/bytes.ts';
import { bunzip2, isBzip2 } from './bunzip2.ts';
import { isGzip } from './is-gzip.ts';
import { peekBytes } from './peek-bytes.ts';
import { isZstd, unzstd } from './unzstd.ts';
import { unzip } from './unzip.ts';
import { isOfficeDocument } from './zip-documents.ts';
import { isZip } from './zip-entries.ts';

/** Bytes to inspect: the header of the first file in a ZIP, with its name. */
const sampleBytes = 512;

/** Loaded for the first gzip file, because the tables of its library take a tenth of the start of the command line. */
async function* gunzipLater(packed: Bytes): Bytes {
  const { gunzip } = await import('./gunzip.ts');
  yield* gunzip(packed);
}

/** Compressions of a single file. */
const methods: readonly { matches(start: Uint8Array): boolean; decompress(packed: Bytes): Bytes }[] = [
  { matches: isGzip, decompress: gunzipLater },
  { matches: isZstd, decompress: unzstd },
  { matches: isBzip2, decompress: bunzip2 },
];

/** Levels of compression to unpack: such as gzip in a ZIP, or a ZIP in gzip. */
const maxDepth = 3;

/**
 * Decompresses ZIP, gzip, Zstandard and bzip2, also nested, as detected by their first bytes; other bytes, and
 * Excel workbooks, which are ZIPs themselves, pass through unchanged. Streams:
 * memory use is constant, and a caller that stops reading closes the source.
 * @param fileInZip name of the file to read from a ZIP with several; see `unzip`
 * @throws PipewrightError see `gunzip`, `unzstd`, `bunzip2` and `unzip`
 */
export async function* unpack(bytes: Bytes, fileInZip?: string, depth = 0): Bytes {
  const { start, all } = await peekBytes(bytes, sampleBytes);
  const method = depth < maxDepth ? methods.find(({ matches }) => matches(start)) : undefined;
  if (method) yield* unpack(method.decompress(all), fileInZip, depth + 1);
  else if (depth < maxDepth && isZip(start) && !isOfficeDocument(start))
    yield* unpack(unzip(all, fileInZip), fileInZip, depth + 1);
  else yield* all;
}
