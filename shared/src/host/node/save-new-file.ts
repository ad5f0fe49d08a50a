import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { PipewrightError } from '../error.ts';
import type { Bytes } from '../bytes.ts';

/** Bytes that are written at once: fewer and larger writes cost less. */
const writtenAtOnce = 1024 * 1024;

/** Characters of a file name. */
const maxNameLength = 150;

/** Names that are tried: `claims.csv`, `claims (1).csv` and so on. */
const maxNames = 1000;

/**
 * A name that stays in its folder and is not hidden, whatever a sender calls the file: no path, no control or reserved
 * characters, no dot at its start or end.
 */
export function safeFileName(name: string): string {
  const own = name.split(/[/\\]/).pop() ?? '';
  const plain = [...own]
    .map((letter) => (letter < ' ' || letter === '\u007f' || '<>:"|?*'.includes(letter) ? '_' : letter))
    .join('');
  const trimmed = plain.replace(/^[.\s]+|[.\s]+$/g, '');
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(trimmed) ? `_${trimmed}` : trimmed;
  const ending = extname(reserved).slice(0, 20);
  const cut =
    reserved.length > maxNameLength ? `${reserved.slice(0, maxNameLength - ending.length)}${ending}` : reserved;
  return cut || 'file';
}

/**
 * Stores bytes as a new file of a folder. A file that exists is never replaced: the new one gets a number (`claims (1).csv`).
 * The file has its name only when it is complete.
 * @returns its path
 */
export async function saveNewFile(folder: string, name: string, bytes: Bytes, signal?: AbortSignal): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = await reserve(folder, safeFileName(name));
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    await writeBytes(await open(partial, 'wx'), bytes, signal);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    await rm(path, { force: true });
    throw error;
  }
  return path;
}

/** Makes an empty file under the first name that is free; nothing can come between, and links are not followed. */
async function reserve(folder: string, name: string): Promise<string> {
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 0; number < maxNames; number += 1) {
    const path = join(folder, number === 0 ? name : `${stem} (${number})${ending}`);
    try {
      await (await open(path, 'wx')).close();
      return path;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    }
  }
  throw new PipewrightError({
    code: 'conflict',
    message: `The folder holds ${maxNames} files named like ${name} already.`,
    hint: 'Remove some of them, or choose another folder.',
  });
}

/** Writes bytes into a file, while the next ones are on their way. */
async function writeBytes(file: FileHandle, bytes: Bytes, signal: AbortSignal | undefined): Promise<void> {
  try {
    let pieces: Uint8Array[] = [];
    let held = 0;
    let writing: Promise<unknown> = Promise.resolve();
    const flush = async () => {
      await writing;
      const expected = held;
      writing = file.writev(pieces).then(({ bytesWritten }) => {
        if (bytesWritten < expected) throw new Error(`Only ${bytesWritten} of ${expected} bytes could be written.`);
      });
      // Whoever waits for it next hears of an error; until then nobody does.
      writing.catch(() => undefined);
      pieces = [];
      held = 0;
    };
    for await (const piece of bytes) {
      signal?.throwIfAborted();
      pieces.push(piece);
      held += piece.length;
      if (held >= writtenAtOnce) await flush();
    }
    await flush();
    await writing;
  } finally {
    await file.close();
  }
}
