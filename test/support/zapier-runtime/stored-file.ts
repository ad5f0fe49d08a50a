import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** A file that the app stashed with `z.stashFile`. */
export interface StoredFile {
  /** Its URL on the double. */
  url: string;
  name: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  /** The whole content; use `chunks` for a large file. */
  bytes(): Promise<Buffer>;
  chunks(): AsyncIterable<Uint8Array>;
}

/** The maximum size of an upload's head: everything before the file, including the fields. */
const headBytes = 64 * 1024;

/**
 * Stores an upload as S3 does for a signed form: some fields, then the file as the last part. The body is streamed to
 * `path`, whatever its size; the file is then a range of it.
 *
 * Throws when the body is not such a form.
 */
export async function storeUpload(request: IncomingMessage, path: string, url: string): Promise<StoredFile> {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(request.headers['content-type'] ?? '');
  if (!boundary) throw new Error('The upload is no multipart form.');
  const separator = `--${boundary[1] ?? boundary[2]}`;
  await pipeline(request, createWriteStream(path));

  const { size: total } = await stat(path);
  const head = await readHead(path);
  const partStart = head.search(/\r\n[Cc]ontent-[Dd]isposition: form-data; name="file"/);
  const start = partStart < 0 ? -1 : head.indexOf('\r\n\r\n', partStart) + 4;
  const end = total - Buffer.byteLength(`\r\n${separator}--\r\n`);
  if (start < 4 || end < start) throw new Error('The upload has no file in it.');

  const partHead = head.slice(partStart, start);
  const field = (name: string) => {
    const at = head.indexOf(`name="${name}"\r\n\r\n`);
    return at < 0 ? undefined : head.slice(at + name.length + 11, head.indexOf(`\r\n${separator}`, at));
  };
  const range = { start, end: end - 1 };
  return {
    url,
    name: fileName(field('Content-Disposition') ?? '') ?? fileName(partHead) ?? 'unnamedfile',
    mediaType: field('Content-Type') ?? 'application/octet-stream',
    size: end - start,
    bytes: async () => (await readFile(path)).subarray(start, end),
    chunks: () => (end > start ? createReadStream(path, range) : emptyChunks()),
  };
}

async function readHead(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    // One character per byte, so that positions in the text are positions in the file.
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The name in a Content-Disposition header, the encoded one first. https://www.rfc-editor.org/rfc/rfc6266 */
function fileName(header: string): string | undefined {
  const encoded = /filename\*=UTF-8''([^;\r\n]+)/i.exec(header)?.[1];
  if (encoded) return decodeURIComponent(encoded);
  const plain = /filename="((?:[^"\\]|\\.)*)"/.exec(header)?.[1] ?? /filename=([^;\r\n"]+)/.exec(header)?.[1];
  return plain?.replace(/\\(.)/g, '$1');
}

async function* emptyChunks(): AsyncIterable<Uint8Array> {
  // An empty file has no bytes to read, and a read range cannot be empty.
}
