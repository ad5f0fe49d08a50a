import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Cache, Host, OpenedFile, StoredFile } from '../../shared/src/host/host.ts';
import { openSender } from './http.ts';
import { readFile } from './incoming-file.ts';
import { secondsOfACall } from './settings.ts';

/** A host that serves one call of the app. */
export interface ZapierHost extends Host {
  /** Forgets a key that `once` has seen, so that a repeat is accepted: what came first was not completed. */
  forget(key: string): Promise<void>;
  /** Breaks off what is still coming. */
  close(): void;
}

/** What a host is made with. */
export interface HostOptions {
  maxWaitSeconds: number;
  /** What becomes of a file that an operation saves. */
  save(file: OpenedFile): Promise<StoredFile>;
}

/** Entries belong to one connected account. */
const scope = ['auth'];

/** Zapier takes 6 MB from a step; a part of it is for what else the step gives. */
const maxOutputBytes = 5 * 1024 * 1024;

/** Seconds that a delivery is remembered: three days, longer than any sender repeats it. */
const memory = 3 * 24 * 3600;

/** `z.cache`. It may be out of order without an operation failing: then nothing is remembered. */
function cacheOf(z: ZObject): Cache {
  const read = z.cache as unknown as {
    get(key: string, scope: string[]): Promise<unknown>;
    delete(key: string, scope: string[]): Promise<unknown>;
  };
  const tolerate = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch {
      z.console.log('The cache of Zapier did not answer; the step goes on without it.');
      return undefined;
    }
  };
  return {
    get: async (key) => (await tolerate(() => read.get(key, scope))) ?? undefined,
    set: async (key, value, seconds) =>
      void (await tolerate(() => z.cache.set(key, value, Math.max(1, Math.floor(seconds)), scope))),
    delete: async (key) => void (await tolerate(() => read.delete(key, scope))),
  };
}

/**
 * What tells one Zap from another, for each must see an event, also when two share a connection. Undefined when Zapier
 * says nothing by which to tell them apart: then no repeat is noticed, which is better than an event that is lost.
 */
function zapOf({ meta, targetUrl, subscribeData, inputData }: Bundle): unknown[] | undefined {
  const marks = [meta?.zap?.id, targetUrl, subscribeData?.id].map((mark) => mark || null);
  return marks.some((mark) => mark !== null) ? [...marks, inputData] : undefined;
}

/** Opens the host of one call: the 30 seconds that Zapier gives it begin now. */
export function openHost(z: ZObject, bundle: Bundle, options: HostOptions): ZapierHost {
  const cache = cacheOf(z);
  const nameOf = (zap: unknown[], key: string): string =>
    `seen:${createHash('sha256')
      .update(JSON.stringify([zap, key]))
      .digest('hex')}`;
  const begin = Date.now();
  const endsAt = begin + secondsOfACall * 1000;
  const sender = openSender(z, { endsAt });
  return {
    platform: 'zapier',
    http: sender.send,
    now: Date.now,
    async sleep(milliseconds) {
      if (Date.now() + milliseconds > endsAt) {
        throw new PipewrightError({
          code: 'throttled',
          message: 'No time was left to ask the service again: Zapier lets a step run for 30 seconds.',
          hint: 'Zapier runs the step again by itself.',
          retryAfterSeconds: Math.max(30, milliseconds / 1000),
        });
      }
      await pause(milliseconds);
    },
    random: Math.random,
    cache,
    async once(key) {
      const zap = zapOf(bundle);
      if (!zap) return true;
      try {
        return (await z.cache.set(nameOf(zap, key), true, memory, scope, true)) === true;
      } catch {
        z.console.log('The cache of Zapier did not answer; a repeated delivery would not be noticed.');
        return true;
      }
    },
    async forget(key) {
      const zap = zapOf(bundle);
      if (zap) await cache.delete(nameOf(zap, key));
    },
    files: { save: options.save, read: (value) => readFile(sender, value) },
    log: { info: (message) => z.console.log(message), warn: (message) => z.console.log(message) },
    get maxWaitSeconds() {
      return Math.max(0, options.maxWaitSeconds - (Date.now() - begin) / 1000);
    },
    maxOutputBytes,
    close: sender.close,
  };
}
