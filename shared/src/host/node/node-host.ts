import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PipewrightError, type ErrorCode } from '../error.ts';
import type { Host, Log } from '../host.ts';
import { memoryCache } from '../memory-cache.ts';
import { nodeMachine } from './node-machine.ts';
import { saveNewFile } from './save-new-file.ts';

/** Options of the Node host. */
export interface NodeHostOptions {
  /** Folder for files. Default: the current folder. */
  folder?: string;
  /** Default: no log. */
  log?: Log;
  signal?: AbortSignal;
  maxWaitSeconds?: number;
}

const silent: Log = { info: () => undefined, warn: () => undefined };

/** A file stored by the Node host. */
export interface NodeFile {
  path: string;
  /** Bytes. */
  size: number;
}

/** The host for plain Node: the command line, tests and embedders. Uses the file system and axios. */
export function nodeHost(options: NodeHostOptions = {}): Host {
  const { folder = '.', log = silent, signal } = options;
  const seen = new Set<string>();
  return {
    platform: 'cli',
    // Loading axios takes a third of the start of the command line, which often sends no request.
    http: async (request) => (await import('./send-by-axios.ts')).sendByAxios(request, signal),
    now: Date.now,
    async sleep(milliseconds) {
      try {
        await sleep(milliseconds, undefined, signal ? { signal } : {});
      } catch {
        throw new PipewrightError({ code: 'cancelled', message: 'The operation was canceled.' });
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
        const path = await saveNewFile(folder, name, bytes, signal);
        return { path, size: (await stat(path)).size };
      },
      async read(value) {
        const path =
          typeof value === 'object' && value !== null && 'path' in value ? String(value.path) : String(value);
        const found = await stat(path).catch(() => undefined);
        if (!found) throw unreadable('not-found', `The file ${path} does not exist.`);
        if (found.isDirectory()) throw unreadable('invalid-input', `${path} is a folder, not a file.`);
        await access(path, constants.R_OK).catch(() => {
          throw unreadable('forbidden', `The file ${path} cannot be read: its permissions do not allow it.`);
        });
        return {
          name: basename(path),
          mediaType: 'application/octet-stream',
          // A pipe has no size.
          ...(found.isFile() ? { size: found.size } : {}),
          open: async () => createReadStream(path, { highWaterMark: 1024 * 1024 }),
        };
      },
    },
    log,
    machine: nodeMachine,
    lastingFolder: folder,
    ...(signal ? { signal } : {}),
    ...(options.maxWaitSeconds === undefined ? {} : { maxWaitSeconds: options.maxWaitSeconds }),
  };
}

function unreadable(code: ErrorCode, message: string): PipewrightError {
  return new PipewrightError({ code, message, hint: 'Check the path.' });
}
