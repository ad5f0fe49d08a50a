import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import type { IncomingFile } from '../../host/host.ts';
import { service } from './api.ts';

/** A file whose length is not known is held in memory up to so many bytes. */
export const mostHeld = 50 * 1024 * 1024;

/** Bytes that can be read again and again, with their number. */
export interface CountedBytes {
  length: number;
  open(): Promise<Bytes>;
}

async function* one(piece: Uint8Array): Bytes {
  yield piece;
}

/**
 * The bytes of a file with their number, which Slack wants to know first. Where the platform does not tell it, they are
 * counted by holding them.
 * @throws PipewrightError `bad-input` when the file is empty, or too large to be held
 */
export async function countBytes(file: IncomingFile): Promise<CountedBytes> {
  const counted = file.size === undefined ? await hold(file) : { length: file.size, open: () => file.open() };
  if (counted.length > 0) return counted;
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: `The file “${file.name}” is empty.`,
    hint: 'Slack takes no empty files: check the step that made it.',
  });
}

async function hold(file: IncomingFile): Promise<CountedBytes> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of await file.open()) {
    length += piece.length;
    if (length > mostHeld) {
      throw new PipewrightError({
        code: 'bad-input',
        service,
        message: `The file “${file.name}” does not tell its length and is larger than ${mostHeld / 1024 / 1024} MB.`,
        hint: 'Send a smaller file, or a link to it.',
      });
    }
    pieces.push(piece);
  }
  const whole = Buffer.concat(pieces);
  return { length, open: async () => one(whole) };
}
