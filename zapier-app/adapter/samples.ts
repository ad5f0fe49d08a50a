import { createHash } from 'node:crypto';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import type { DeliveryFacts } from '../../shared/src/define/verification.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { isObject } from '../../shared/src/host/is-object.ts';
import { filterEvents } from '../../shared/src/webhooks/accept-events.ts';
import { keyOf } from './names.ts';

/** Maximum number and size in characters of the events that are kept as samples, and for how long. */
const kept = { events: 3, length: 100_000, seconds: 7 * 24 * 3600 };

/** The key of a trigger's samples: triggers with other settings, apart from the filter, receive other events. */
export function sampleKey(service: Service, trigger: WebhookTrigger, { filter: _filter, ...input }: RawInput): string {
  const settings = Object.entries(input).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 32);
  return `samples:${keyOf(service, trigger)}:${hash}`;
}

/** Keeps the last accepted events, without secrets, so that the editor can show them: Zapier does not show an event to map before. */
export async function keepSamples({ cache }: Host, key: string, events: readonly Event[]): Promise<void> {
  const newest = events.slice(0, kept.events).filter((event) => JSON.stringify(event).length <= kept.length);
  if (newest.length > 0) await cache.set(key, newest, kept.seconds);
}

function isEvent(value: unknown): value is Event {
  return isObject(value) && typeof value['id'] === 'string' && isObject(value['data']);
}

/** The events that were kept under a key. */
export async function readSamples({ cache }: Host, key: string): Promise<Event[]> {
  const found = await cache.get(key);
  return Array.isArray(found) ? found.filter(isEvent) : [];
}

/** Facts of a delivery that never happened. */
const noFacts: DeliveryFacts = { repeatKey: () => 'example', headers: {}, bodyHash: () => 'example' };

/** The sample of a trigger, with an ID like those of its events; none if the trigger would not emit such an event with this input. */
export function exampleOf(
  trigger: WebhookTrigger,
  sample: Record<string, unknown>,
  input: RawInput,
  connection: unknown,
): Event[] {
  const [example] = trigger.events(trigger.example(new Date(0)), input, connection, noFacts);
  if (!example) return [];
  const { id: _id, ...data } = sample;
  const event = { id: example.id, data: 'id' in trigger.output ? sample : data };
  return filterEvents(trigger, [event], input);
}
