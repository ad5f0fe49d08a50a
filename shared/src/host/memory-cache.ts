import type { Cache } from './host.ts';

/** A cache in the memory of this process, for platforms that have none of their own. */
export function memoryCache(now: () => number, most = 1000): Cache {
  const entries = new Map<string, { value: unknown; until: number }>();
  return {
    async get(key) {
      const entry = entries.get(key);
      if (entry && entry.until > now()) return entry.value;
      entries.delete(key);
      return undefined;
    },
    async set(key, value, seconds) {
      if (entries.size >= most) entries.delete(entries.keys().next().value as string);
      entries.set(key, { value, until: now() + seconds * 1000 });
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}
