import { open } from 'node:fs/promises';
import { PipewrightError } from '../error.ts';
import type { Machine } from '../host.ts';
import { isObject } from '../is-object.ts';

/** Maximum size in bytes of a text file that a login reads. */
const maxBytes = 100_000;

/** The machine for plain Node: environment variables and files. */
export const nodeMachine: Machine = {
  variable: (name) => process.env[name],
  async readText(path) {
    let text: string;
    try {
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(maxBytes + 1), position: 0 });
        if (bytesRead > maxBytes) throw tooLarge(path);
        text = buffer.toString('utf8', 0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw error instanceof PipewrightError ? error : unreadable(path, error);
    }
    return text;
  },
};

function tooLarge(path: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: `The file ${path} is larger than ${maxBytes / 1000} kB.`,
    hint: 'Check the path.',
  });
}

function unreadable(path: string, error: unknown): PipewrightError {
  const code = isObject(error) ? error['code'] : undefined;
  if (code === 'ENOENT')
    return new PipewrightError({
      code: 'not-found',
      message: `The file ${path} does not exist.`,
      hint: 'Check the path.',
    });
  return new PipewrightError({
    code: 'forbidden',
    message: `The file ${path} cannot be read (${String(code ?? 'unknown error')}).`,
    hint: 'Check the path and the permissions of the file.',
  });
}
