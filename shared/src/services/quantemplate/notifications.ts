import { withoutUndefined } from '../../host/without-undefined.ts';
import { isObject } from '../../host/is-object.ts';
import { parseTimestamp } from '../../runs/run.ts';
import type { Wording } from '../../host/wording.ts';
import { enterSecret, publish, setupSteps } from '../../webhooks/setup-steps.ts';

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

/** Directions for the manual setup: Quantemplate documents no API for subscriptions. */
export const directionsFor = (event: string, things: string): Wording =>
  setupSteps('Set up the webhook in Quantemplate once.', (terms) => [
    `Share the ${things} with your whole organisation. Quantemplate sends events only for shared ${things}.`,
    enterSecret(terms),
    `${terms.copyUrl} Subscribe it to the event ${event} as described in “Example: Receive Pipeline Notification” in the Quantemplate documentation, or ask Quantemplate Support to subscribe it.`,
    'Have Quantemplate send the secret in the header X-Webhook-Secret. If it accepts only a URL, select Query Parameter in Secret Location and append ?token= and the secret to the URL.',
    publish(terms),
  ]);

/** Builds a sample notification in Quantemplate's format. */
export function exampleOf(name: string, payload: Record<string, unknown>, now: Date): unknown {
  return { id: `example-${now.getTime()}`, name, created: now.toISOString(), payload: { eventName: name, ...payload } };
}
