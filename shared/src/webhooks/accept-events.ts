import type { RawInput } from '../define/raw-input.ts';
import type { Event, WebhookTrigger } from '../define/trigger.ts';

/** Events that start the workflow, or why there are none. */
export interface AcceptedEvents<E> {
  accepted: E[];
  ignored?: 'filtered' | 'repeated';
}

/** The events that meet the trigger's filter. */
export function filterEvents<E extends Pick<Event, 'data'>>(
  trigger: WebhookTrigger,
  events: readonly E[],
  input: RawInput,
): E[] {
  return events.filter(({ data }) => trigger.passesFilter(data, input));
}

/**
 * The events that are new. Every event of a trigger, delivered or polled, passes through this function after the filter.
 *
 * IDs are claimed in sorted order, regardless of their order in the delivery. A claim may wait for the outcome of another
 * delivery with the same event, and two deliveries must not wait for each other.
 * @param claim returns whether an event ID is new; called once per ID
 */
export async function acceptEvents<E extends Event>(
  events: readonly E[],
  claim: (id: string) => boolean | Promise<boolean>,
): Promise<AcceptedEvents<E>> {
  const byId = new Map(events.map((event) => [event.id, event]));
  if (byId.size === 0) return { accepted: [], ignored: 'filtered' };
  const claimed = new Set<string>();
  for (const id of [...byId.keys()].sort()) if (await claim(id)) claimed.add(id);
  const accepted = [...byId.values()].filter(({ id }) => claimed.has(id));
  return accepted.length === 0 ? { accepted, ignored: 'repeated' } : { accepted };
}
