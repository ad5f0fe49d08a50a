import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import type { IncomingFile } from '../../host/host.ts';
import { service } from './api.ts';

/** Files of unknown size are buffered in memory up to this size. */
export const maxBufferedBytes = 50 * 1024 * 1024;

/** Bytes that can be read repeatedly, with their length. */
export interface CountedBytes {
  length: number;
  open(): Promise<Bytes>;
}

async function* asStream(chunk: Uint8Array): Bytes {
  yield chunk;
}

/**
 * The bytes of a file with their length, which Slack requires before the upload. If the platform does not know the length,
 * the file is buffered.
 * @throws PipewrightError `invalid-input` if the file is empty, or too large to buffer
 */
export async function countBytes(file: IncomingFile): Promise<CountedBytes> {
  const counted = file.size === undefined ? await bufferFile(file) : { length: file.size, open: () => file.open() };
  if (counted.length > 0) return counted;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The file “${file.name}” is empty.`,
    hint: 'Slack rejects empty files. Check the step that created the file.',
  });
}

async function bufferFile(file: IncomingFile): Promise<CountedBytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of await file.open()) {
    length += chunk.length;
    if (length > maxBufferedBytes) {
      throw new PipewrightError({
        code: 'invalid-input',
        service,
        message: `The file “${file.name}” has no known size and exceeds ${maxBufferedBytes / 1024 / 1024} MB.`,
        hint: 'Upload a smaller file, or send a link to it.',
      });
    }
    chunks.push(chunk);
  }
  const buffer = Buffer.concat(chunks);
  return { length, open: async () => asStream(buffer) };
}
