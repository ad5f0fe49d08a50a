import { createHash } from 'node:crypto';
import type { Bundle } from 'zapier-platform-core';
import type { Event } from '../../shared/src/define/trigger.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Cache } from '../../shared/src/host/host.ts';

/** How many new events of a poll Zapier accepts. */
const maxEvents = 100;

/** How many events fill Zapier's record, so that an answer stays below 6 MB. */
const maxRecorded = 1_000;

/** How many event IDs fit into the memory, and for how many seconds they are kept: longer than a poll reaches back. */
const maxRemembered = 5_000;
const rememberedSeconds = 3 * 24 * 3600;

const hashOf = (value: unknown, length: number): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, length);

/** With more events than fit into the memory, forgotten ones would start Zaps again and keep others from being returned. */
function tooMany(count: number): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: `The trigger finds ${count} finished runs, more than the ${maxRemembered} that it can tell apart on Zapier.`,
    hint: 'Let the trigger find fewer: select a single job or an outcome, and let a list that you entered yourself return recent runs only.',
  });
}

/**
 * Chooses the events that a poll returns. Zapier drops those that it knows, so a hundred events are enough as long as every new
 * one is among them: with more events, those that no poll has returned yet come first, whatever their place in the list. When
 * Zapier fills its record of known events, it gets as many as possible, and nothing that existed then is new later.
 * @param events newest first
 * @param cache of the connected account
 * @param trigger its key
 * @throws PipewrightError `invalid-input` if there are more events than can be remembered
 */
export async function chooseEvents(
  events: readonly Event[],
  cache: Pick<Cache, 'get' | 'set'>,
  trigger: string,
  { meta, inputData }: Pick<Bundle, 'meta' | 'inputData'>,
): Promise<readonly Event[]> {
  if (meta?.isLoadingSample) return events.slice(0, maxEvents);
  if (events.length > maxRemembered) throw tooMany(events.length);
  const key = `polled:${hashOf([meta?.zap?.id ?? null, trigger, inputData], 40)}`;
  const stored = await cache.get(key);
  const known = Array.isArray(stored) && !meta?.isPopulatingDedupe ? new Set<unknown>(stored) : undefined;
  const listed = events.map((event) => ({ event, hash: hashOf(event.id, 12) }));
  const unseen = listed.filter(({ hash }) => !known?.has(hash));
  const first = known ? [...unseen, ...listed.filter(({ hash }) => known.has(hash))] : listed;
  const chosen = new Set(first.slice(0, meta?.isPopulatingDedupe ? maxRecorded : maxEvents));
  // Without a memory, all events count as known: an old one must not trigger a Zap that was just turned on.
  const remembered = known ? listed.filter((one) => known.has(one.hash) || chosen.has(one)) : listed;
  await cache.set(
    key,
    remembered.map(({ hash }) => hash),
    rememberedSeconds,
  );
  return listed.filter((one) => chosen.has(one)).map(({ event }) => event);
}
