import { createHash } from 'node:crypto';
import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';
import type { WaitChoices } from './wait-fields.ts';

/** What a wait for a run depends on, so that steps with other settings have their own. */
type WaitSettings = Pick<WaitChoices, 'timeoutMinutes' | 'onTimeout'>;

const cacheKey = (
  { service, namespace }: RunProvider,
  id: string,
  { timeoutMinutes, onTimeout }: WaitSettings,
): string =>
  `waiting:${createHash('sha256')
    .update(JSON.stringify([service, namespace, id, timeoutMinutes, onTimeout]))
    .digest('hex')}`;

/** When the wait for a run began, in milliseconds since 1970, if an earlier repetition of the step already waited. */
export async function readWaitStart(
  host: Host,
  provider: RunProvider,
  id: string,
  settings: WaitSettings,
): Promise<number | undefined> {
  const since = await host.cache.get(cacheKey(provider, id, settings));
  return typeof since === 'number' ? since : undefined;
}

/** Remembers when the wait for a run began; undefined forgets it. */
export async function writeWaitStart(
  host: Host,
  provider: RunProvider,
  id: string,
  settings: WaitSettings,
  entry?: { since: number; seconds: number },
): Promise<void> {
  if (entry) await host.cache.set(cacheKey(provider, id, settings), entry.since, entry.seconds);
  else await host.cache.delete(cacheKey(provider, id, settings));
}
