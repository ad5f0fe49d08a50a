import type { Cache } from './host.ts';

/** An in-memory cache for platforms without one. */
export function memoryCache(now: () => number, maxEntries = 1000): Cache {
  const entries = new Map<string, { value: unknown; expiresAt: number }>();
  return {
    async get(key) {
      const entry = entries.get(key);
      if (entry && entry.expiresAt > now()) return entry.value;
      entries.delete(key);
      return undefined;
    },
    async set(key, value, seconds) {
      if (entries.size >= maxEntries) entries.delete(entries.keys().next().value as string);
      entries.set(key, { value, expiresAt: now() + seconds * 1000 });
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}
