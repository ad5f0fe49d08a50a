import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Cache, Host, OpenedFile, StoredFile } from '../../shared/src/host/host.ts';
import { openSender } from './http.ts';
import { readFile } from './incoming-file.ts';
import { maxCallSeconds } from './settings.ts';

/** A host that serves one call of the app. */
export interface ZapierHost extends Host {
  /** Releases a key that `once` claimed, so that a repeat is accepted: the first delivery was not completed. */
  forget(key: string): Promise<void>;
  /** Aborts open responses. */
  close(): void;
}

/** Options of a host. */
export interface HostOptions {
  /** How long a step may wait for a run; a wait longer than Zapier's limit of a call extends the call, too. */
  maxWaitSeconds: number;
  /** Stores a file that an operation saves. */
  save(file: OpenedFile): Promise<StoredFile>;
}

/** Cache entries belong to one connected account. */
const scope = ['auth'];

/** Zapier accepts 6 MB of output per step; a part is reserved for the other fields. */
const maxOutputBytes = 5 * 1024 * 1024;

/** How long a delivery is remembered, in seconds: three days, longer than any sender retries. */
const seenSeconds = 3 * 24 * 3600;

/** `z.cache` with the scope that `get` and `delete` also accept, which its types do not list. */
interface ScopedCache {
  get(key: string, scope: string[]): Promise<unknown>;
  delete(key: string, scope: string[]): Promise<unknown>;
}

/** `z.cache`. A failing cache does not fail the operation. */
function cacheOf(z: ZObject): Cache {
  const scoped: ScopedCache = z.cache;
  const tolerate = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch {
      z.console.log('The Zapier cache is not available. The step continues without it.');
      return undefined;
    }
  };
  return {
    get: async (key) => (await tolerate(() => scoped.get(key, scope))) ?? undefined,
    set: async (key, value, seconds) =>
      void (await tolerate(() => z.cache.set(key, value, Math.max(1, Math.floor(seconds)), scope))),
    delete: async (key) => void (await tolerate(() => scoped.delete(key, scope))),
  };
}

/**
 * Identifies the Zap: each Zap must get an event, even if two share a connection. Undefined when Zapier does not identify the
 * Zap; repeats are then not detected, which is better than losing an event.
 */
function zapOf({ meta, targetUrl, subscribeData, inputData }: Bundle): unknown[] | undefined {
  const ids = [meta?.zap?.id, targetUrl, subscribeData?.id].map((id) => id || null);
  return ids.some((id) => id !== null) ? [...ids, inputData] : undefined;
}

/** Opens the host of one call. Zapier's limit of 30 seconds starts now. */
export function openHost(z: ZObject, bundle: Bundle, options: HostOptions): ZapierHost {
  const cache = cacheOf(z);
  const seenKey = (zap: unknown[], key: string): string =>
    `seen:${createHash('sha256')
      .update(JSON.stringify([zap, key]))
      .digest('hex')}`;
  const startedAt = Date.now();
  const endsAt = startedAt + Math.max(maxCallSeconds, options.maxWaitSeconds) * 1000;
  const sender = openSender(z, { endsAt });
  const host: ZapierHost = {
    platform: 'zapier',
    http: sender.send,
    now: Date.now,
    async sleep(milliseconds) {
      if (Date.now() + milliseconds > endsAt) {
        throw new PipewrightError({
          code: 'throttled',
          message: 'The step ran out of time before it could retry: Zapier limits a step to 30 seconds.',
          hint: 'Zapier retries the step automatically.',
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
        return (await z.cache.set(seenKey(zap, key), true, seenSeconds, scope, true)) === true;
      } catch {
        z.console.log('The Zapier cache is not available. A repeated event would not be detected.');
        return true;
      }
    },
    async forget(key) {
      const zap = zapOf(bundle);
      if (zap) await cache.delete(seenKey(zap, key));
    },
    files: { save: options.save, read: (value) => readFile(host, value) },
    log: { info: (message) => z.console.log(message), warn: (message) => z.console.log(message) },
    get maxWaitSeconds() {
      return Math.max(0, options.maxWaitSeconds - (Date.now() - startedAt) / 1000);
    },
    isTest: bundle.meta?.isLoadingSample === true,
    // A test in the editor that failed must be repeatable.
    isRetry: bundle.meta?.isLoadingSample === true,
    maxOutputBytes,
    close: sender.close,
  };
  return host;
}
