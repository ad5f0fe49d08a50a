import { parseTimestamp } from '../../runs/run.ts';

/** A notification in one shape, whichever of the two documented envelopes it came in. */
export interface Notification {
  id: string;
  name: string;
  createdAt?: string;
  payload: Record<string, unknown>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * Reads a notification. Two envelopes are documented: `{eventId, eventName, created, payload}` and
 * `{id, name, created, payload}`, with the name in the payload once more.
 * @returns undefined for a body that is neither
 * @see https://quantemplate.readme.io/reference-link/events
 */
export function readNotification(body: unknown): Notification | undefined {
  if (!isObject(body) || !isObject(body['payload'])) return undefined;
  const { payload } = body;
  const id = textOf(body['id']) ?? textOf(body['eventId']);
  const name = textOf(body['name']) ?? textOf(body['eventName']) ?? textOf(payload['eventName']);
  if (!id || !name) return undefined;
  const created = body['created'];
  const createdAt = typeof created === 'string' || typeof created === 'number' ? parseTimestamp(created) : undefined;
  return { id, name, payload, ...(createdAt ? { createdAt } : {}) };
}

/** A text of the payload; undefined when there is none. */
export function payloadText(notification: Notification, name: string): string | undefined {
  return textOf(notification.payload[name]);
}

/** Whether an ID is among those a person filtered by; no filter lets every one pass. */
export function isAmong(id: string, wanted: readonly string[] | undefined): boolean {
  return !wanted || wanted.length === 0 || wanted.includes(id);
}

/** What a person does by hand, for no subscription interface is documented. */
export function directionsFor(event: string, thing: string): string {
  return [
    'Quantemplate is told once, by hand, to call the address of this trigger.',
    `1. Share the ${thing} with your whole organisation: Quantemplate sends no events for others.`,
    '2. Fill in Webhook Secret in the connection: a long random text of your own.',
    `3. Copy the address of this trigger, and subscribe it to the event ${event} as “Example: Receive Pipeline Notification” in Quantemplate's documentation shows, or ask Quantemplate Support to do so.`,
    '4. Have the secret sent in the header X-Webhook-Secret. If only an address can be given, choose Query Parameter here and add ?token= with the secret to the end of the address.',
  ].join('\n');
}

/** A notification as Quantemplate sends it. */
export function exampleOf(name: string, payload: Record<string, unknown>, now: Date): unknown {
  return { id: `example-${now.getTime()}`, name, created: now.toISOString(), payload: { eventName: name, ...payload } };
}
