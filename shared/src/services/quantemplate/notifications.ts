import { withoutUndefined } from '../../host/without-undefined.ts';
import { isObject } from '../../host/is-object.ts';
import { parseTimestamp } from '../../runs/run.ts';

/** A notification, normalized from either documented envelope. */
export interface Notification {
  id: string;
  name: string;
  createdAt?: string;
  payload: Record<string, unknown>;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * Reads a notification. Two envelopes are documented: `{eventId, eventName, created, payload}` and
 * `{id, name, created, payload}`, with the name repeated in the payload.
 * @returns undefined for any other body
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
  return withoutUndefined({ id, name, payload, createdAt });
}

/** Reads a text from the payload. */
export function payloadText(notification: Notification, name: string): string | undefined {
  return textOf(notification.payload[name]);
}

/** Whether an ID passes the filter; an empty filter passes every ID. */
export function isAmong(id: string, wanted: readonly string[] | undefined): boolean {
  return !wanted || wanted.length === 0 || wanted.includes(id);
}

/** Instructions for the manual setup: Quantemplate documents no API for subscriptions. */
export function directionsFor(event: string, things: string): string {
  return [
    'Set up the webhook in Quantemplate once.',
    `1. Share the ${things} with your whole organisation: Quantemplate sends no events for other ${things}.`,
    '2. Enter a long random text of your own as the Webhook Secret of the connection.',
    `3. Copy the URL of this trigger and subscribe it to the event ${event}, as described in “Example: Receive Pipeline Notification” in the Quantemplate documentation, or ask Quantemplate Support to do so.`,
    '4. Send the secret in the header X-Webhook-Secret. If only a URL can be configured, choose Query Parameter here and append ?token= and the secret to the URL.',
  ].join('\n');
}

/** Builds a sample notification like those of Quantemplate. */
export function exampleOf(name: string, payload: Record<string, unknown>, now: Date): unknown {
  return { id: `example-${now.getTime()}`, name, created: now.toISOString(), payload: { eventName: name, ...payload } };
}
