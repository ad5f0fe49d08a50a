import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { PipewrightError } from '../error.ts';
import type { Bytes } from '../bytes.ts';

/** Size of a write in bytes: fewer, larger writes are faster. */
const writeSize = 1024 * 1024;

/** Maximum length of a file name in characters. */
const maxNameLength = 150;

/** Maximum number of names to try: `claims.csv`, `claims (1).csv` and so on. */
const maxNames = 1000;

/**
 * Sanitizes a file name from a sender so that the file stays in its folder and is not hidden: removes paths, control and
 * reserved characters, and leading or trailing dots.
 */
export function safeFileName(name: string): string {
  const baseName = name.split(/[/\\]/).pop() ?? '';
  const plain = [...baseName]
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
 * Saves bytes as a new file. Never overwrites a file: adds a number to the name instead (`claims (1).csv`). The file gets its
 * final name only when it is complete.
 * @returns the path of the file
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

/** Creates an empty file under the first free name, atomically and without following links. */
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
    message: `The folder already contains ${maxNames} files named like ${name}.`,
    hint: 'Delete some of them or choose another folder.',
  });
}

/** Writes bytes to a file while the next ones are being read. */
async function writeBytes(file: FileHandle, bytes: Bytes, signal: AbortSignal | undefined): Promise<void> {
  try {
    let chunks: Uint8Array[] = [];
    let pending = 0;
    let writing: Promise<unknown> = Promise.resolve();
    const flush = async () => {
      await writing;
      const expected = pending;
      writing = file.writev(chunks).then(({ bytesWritten }) => {
        if (bytesWritten < expected) throw new Error(`Only ${bytesWritten} of ${expected} bytes were written.`);
      });
      // The next await reports an error; until then it must not become an unhandled rejection.
      writing.catch(() => undefined);
      chunks = [];
      pending = 0;
    };
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      chunks.push(chunk);
      pending += chunk.length;
      if (pending >= writeSize) await flush();
    }
    await flush();
    await writing;
  } finally {
    await file.close();
  }
}
