import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PipewrightError } from '../error.ts';
import type { Bytes, Host, Log } from '../host.ts';
import { memoryCache } from '../memory-cache.ts';
import { sendByAxios } from './send-by-axios.ts';

/** What the Node host may be told. */
export interface NodeHostOptions {
  /** Where files are stored. Default: the current folder. */
  folder?: string;
  /** Default: nothing is logged. */
  log?: Log;
  signal?: AbortSignal;
  longestWaitSeconds?: number;
}

const silent: Log = { info: () => undefined, warn: () => undefined };

/** A file stored by the Node host. */
export interface NodeFile {
  path: string;
  /** Bytes. */
  size: number;
}

/** Bytes that are written at once: fewer and larger writes cost less. */
const writtenAtOnce = 1024 * 1024;

/** Writes bytes into a new file, while the next ones are on their way. */
async function writeBytes(path: string, bytes: Bytes, signal: AbortSignal | undefined): Promise<void> {
  const file = await open(path, 'w');
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

/** The host for plain Node: the command line, tests, and anyone who embeds the library. Files are files, HTTP is axios. */
export function nodeHost(options: NodeHostOptions = {}): Host {
  const { folder = '.', log = silent, signal } = options;
  const seen = new Set<string>();
  return {
    http: (request) => sendByAxios(request, signal),
    now: Date.now,
    async sleep(milliseconds) {
      try {
        await sleep(milliseconds, undefined, signal ? { signal } : {});
      } catch {
        throw new PipewrightError({ code: 'cancelled', message: 'The work was stopped.' });
      }
    },
    random: Math.random,
    cache: memoryCache(Date.now),
    async once(key) {
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    },
    files: {
      async save({ name, bytes }): Promise<NodeFile> {
        await mkdir(folder, { recursive: true });
        const path = join(folder, basename(name));
        const partial = `${path}.partial`;
        try {
          await writeBytes(partial, bytes, signal);
        } catch (error) {
          await rm(partial, { force: true });
          throw error;
        }
        await rename(partial, path);
        return { path, size: (await stat(path)).size };
      },
      async read(value) {
        const path = typeof value === 'object' && value !== null && 'path' in value ? String(value.path) : String(value);
        try {
          const { size } = await stat(path);
          return { name: basename(path), mediaType: 'application/octet-stream', size, open: async () => createReadStream(path, { highWaterMark: 1024 * 1024 }) };
        } catch {
          throw new PipewrightError({ code: 'not-found', message: `There is no file ${path}.`, hint: 'Check the path.' });
        }
      },
    },
    log,
    lastingFolder: folder,
    ...(signal ? { signal } : {}),
    ...(options.longestWaitSeconds === undefined ? {} : { longestWaitSeconds: options.longestWaitSeconds }),
  };
}
