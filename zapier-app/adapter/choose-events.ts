import { createHash } from 'node:crypto';
import * as v from 'valibot';
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

/** What is remembered between polls; events are the hashes of their IDs. */
const memoryShape = v.object({
  /** What was polled; see `PollingTrigger.list`. */
  list: v.string(),
  /** The input with which the wanted events were chosen, unless all events are remembered, wanted or not. */
  input: v.optional(v.string()),
  /**
   * Events that must not start the Zap: they are older than it, or were not wanted when they were found. A list may show one
   * again that it did not show for a while; those that the last poll found come last.
   */
  old: v.array(v.string()),
  /** Events that were returned, each with the number of polls that did. */
  returned: v.record(v.string(), v.number()),
});

type Memory = v.InferOutput<typeof memoryShape>;

/** What a trigger finds in a poll. */
export interface Polled {
  /** Newest first. */
  events: readonly Event[];
  isWanted(data: Event['data']): boolean;
  /** The key of the trigger. */
  trigger: string;
  /** What was polled; see `PollingTrigger.list`. */
  list: string;
}

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

/** Each event once: a list whose pages shift while they are read has some twice, which would take the places of others. */
function withoutRepeats(events: readonly Event[]): Event[] {
  const ids = new Set<string>();
  return events.filter(({ id }) => !ids.has(id) && ids.add(id));
}

/**
 * Chooses the events that a poll returns: at most a hundred, those first that the fewest polls have returned, whatever their
 * place in the list. Zapier drops those that it knows, and whether it accepted an answer is never known, so events are returned
 * again for as long as they are found and there is room: an answer that Zapier rejected is repeated. When Zapier fills its
 * record of known events, it gets as many as possible, and nothing that existed then is new later; neither is anything that
 * existed when what is polled changed.
 * @param cache of the connected account
 * @throws PipewrightError `invalid-input` if there are more events than can be remembered
 */
export async function chooseEvents(
  { events: found, isWanted, trigger, list }: Polled,
  cache: Pick<Cache, 'get' | 'set'>,
  { meta, inputData }: Pick<Bundle, 'meta' | 'inputData'>,
): Promise<readonly Event[]> {
  const events = withoutRepeats(found);
  const wanted = events.filter(({ data }) => isWanted(data));
  if (meta?.isLoadingSample) return wanted.slice(0, maxEvents);
  if (wanted.length > maxRemembered) throw tooMany(wanted.length);
  const zap = meta?.zap?.id;
  const key = `polled:${hashOf([trigger, zap ? { zap } : { inputData }], 40)}`;
  const input = hashOf(inputData, 22);
  const stored = v.safeParse(memoryShape, await cache.get(key));
  const isSame = stored.success && stored.output.list === list && (stored.output.input ?? input) === input;
  const memory = isSame && !meta?.isPopulatingDedupe ? stored.output : undefined;
  const old = new Set(memory?.old);
  const returned = new Map(Object.entries(memory?.returned ?? {}));
  const timesOf = (hash: string): number => returned.get(hash) ?? 0;
  const hashOfId = new Map(events.map(({ id }) => [id, hashOf(id, 12)]));
  const idHashes = (those: readonly Event[]): string[] => those.flatMap(({ id }) => hashOfId.get(id) ?? []);
  const hashes = idHashes(wanted);
  const chosen = new Set(
    memory
      ? hashes
          .filter((hash) => !old.has(hash))
          .toSorted((one, other) => timesOf(one) - timesOf(other))
          .slice(0, maxEvents)
      : hashes.slice(0, sizeWithoutMemory(stored.success, meta)),
  );
  const remembersAll = events.length <= maxRemembered;
  const listed = new Set(idHashes(remembersAll ? events : wanted));
  const unlisted = [...old].filter((hash) => !listed.has(hash)).toReversed();
  const next: Memory = {
    list,
    old: unlisted.slice(0, maxRemembered - listed.size).toReversed(),
    returned: {},
    ...(remembersAll ? {} : { input }),
  };
  const waiting = new Set(memory ? hashes : []);
  for (const hash of listed) {
    const times = timesOf(hash) + (chosen.has(hash) ? 1 : 0);
    if (times > 0 && !meta?.isPopulatingDedupe) next.returned[hash] = times;
    // Without a memory, all events count as known: an old one must not trigger a Zap that was just turned on.
    else if (old.has(hash) || !waiting.has(hash)) next.old.push(hash);
  }
  await cache.set(key, next, rememberedSeconds);
  return wanted.filter((_event, index) => chosen.has(hashes[index] ?? ''));
}

/**
 * How many events to return without a memory. A lost memory is no reason to miss the newest events; those of another list than
 * that of the memory are older than the change.
 */
function sizeWithoutMemory(isOfAnotherList: boolean, meta: Bundle['meta']): number {
  if (meta?.isPopulatingDedupe) return maxRecorded;
  return isOfAnotherList ? 0 : maxEvents;
}
