import { createHash } from 'node:crypto';
import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';

const cacheKey = ({ service, place }: RunProvider, id: string): string =>
  `waiting:${createHash('sha256')
    .update(JSON.stringify([service, place, id]))
    .digest('hex')}`;

/** When the wait for a run began, in milliseconds since 1970, if an earlier repetition of the step already waited. */
export async function readWaitStart(host: Host, provider: RunProvider, id: string): Promise<number | undefined> {
  const since = await host.cache.get(cacheKey(provider, id));
  return typeof since === 'number' ? since : undefined;
}

/** Remembers when the wait for a run began; undefined forgets it. */
export async function writeWaitStart(
  host: Host,
  provider: RunProvider,
  id: string,
  entry?: { since: number; seconds: number },
): Promise<void> {
  if (entry) await host.cache.set(cacheKey(provider, id), entry.since, entry.seconds);
  else await host.cache.delete(cacheKey(provider, id));
}
