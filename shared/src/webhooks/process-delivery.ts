import { describeError, PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { redact } from '../host/redact.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import type { RawInput } from '../define/raw-input.ts';
import type { Context } from '../define/context.ts';
import type { Event, Handshake, Subscription, WebhookTrigger } from '../define/trigger.ts';
import { acceptEvents, filterEvents } from './accept-events.ts';
import type { Delivery } from './delivery.ts';
import { factsOf } from './delivery-facts.ts';
import { isSslCheck } from './event-form.ts';
import { signedUrl } from './hmac-settings.ts';
import { verifyDelivery, verifyEntraDelivery, type Rejected, type Verified } from './verify-delivery.ts';

/** Result of a delivery. */
export type DeliveryResult =
  | { outcome: 'events'; events: Event[] }
  /** Authentic, but filtered out or repeated: respond 200 and start nothing. */
  | { outcome: 'ignored'; why: 'filtered' | 'repeated' }
  /** Authentic, but a request for confirmation: respond 200 with this body, or request the confirmation URL. */
  | ({ outcome: 'handshake' } & Handshake)
  /** Not verified: respond with this status and an empty body. Reason and explanation are for the user, not for the sender. */
  | ({ outcome: 'rejected' } & Pick<Rejected, 'reason' | 'status' | 'explanation'>);

/** Configuration of the trigger that receives a delivery. */
export interface TriggerSetting {
  /** The raw input of the trigger. */
  input: RawInput;
  /** The checked values of the connection. */
  connection: unknown;
  /** The stored subscription, if the vendor has a subscription API. */
  subscription?: Subscription;
  host: Pick<Host, 'once' | 'now' | 'http' | 'cache' | 'platform'>;
}

function verify(
  { verification }: WebhookTrigger,
  delivery: Delivery,
  { host, input, connection, subscription }: TriggerSetting,
): Verified | Rejected | Promise<Verified | Rejected> {
  const scheme = verification.scheme(input);
  if (scheme === 'entra')
    return verifyEntraDelivery(delivery, verification.entra?.(connection), verification.entraFault, host);
  return verifyDelivery(delivery, {
    scheme,
    secrets: verification.secrets(connection, subscription),
    acceptsUnsigned: verification.acceptsUnsigned?.(input) ?? false,
    now: host.now() / 1000,
    ...withoutUndefined({
      location: verification.location?.(input),
      hmac: verification.hmac?.(input),
      toleranceSeconds: verification.toleranceSeconds?.(input),
    }),
  });
}

/** What is wrong with the settings of an HMAC, such as an expression without a value; undefined if they are valid. */
function settingsFault({ verification }: WebhookTrigger, { input, host }: TriggerSetting): string | undefined {
  try {
    const hmac = verification.hmac?.(input);
    if (hmac) signedUrl(hmac);
    return undefined;
  } catch (error) {
    if (error instanceof PipewrightError) return describeError(error, host.platform);
    throw error;
  }
}

/**
 * Processes a delivery to a trigger: verifies the raw bytes, parses the body, filters the events and drops repeats. Every
 * adapter calls this function and nothing else.
 */
export async function processDelivery(
  trigger: WebhookTrigger,
  delivery: Delivery,
  setting: TriggerSetting,
): Promise<DeliveryResult> {
  const { input } = setting;
  const scheme = trigger.verification.scheme(input);
  const fault = settingsFault(trigger, setting);
  if (fault !== undefined) return { outcome: 'rejected', reason: 'invalid-settings', status: 401, explanation: fault };
  if (scheme === 'slack' && isSslCheck(delivery)) return { outcome: 'ignored', why: 'filtered' };
  const result = await verify(trigger, delivery, setting);
  if (!result.ok) {
    const { reason, status, explanation } = result;
    return { outcome: 'rejected', reason, status, explanation };
  }
  const { body, verified, matchedSecret } = result;
  const handshake = trigger.handshake?.(body, input);
  if (handshake) return { outcome: 'handshake', ...handshake };
  const facts = factsOf(delivery, scheme, trigger.verification.location?.(input), trigger.verification.hmac?.(input));
  const events = trigger.events(body, input, setting.connection, facts);
  // Filters may use fields that only enrichEvents adds.
  const matching = trigger.enrich ? events : filterEvents(trigger, events, input);
  const { accepted, ignored } = await acceptEvents(matching, (id) => setting.host.once(id));
  if (ignored) return { outcome: 'ignored', why: ignored };
  return {
    outcome: 'events',
    events: accepted.map(({ id, data }) => ({ id, data: { ...data, verified, matchedSecret } })),
  };
}

/**
 * Reads the data that accepted events only refer to from the vendor, if the trigger supports it; call it after the response to
 * the sender. If that fails, the event is passed on unchanged with the reason as its `problem`, so no authentic event is lost.
 */
export async function enrichEvents(
  trigger: WebhookTrigger,
  events: Event[],
  input: RawInput,
  context: Context,
): Promise<Event[]> {
  if (!trigger.enrich) return events;
  const enriched: Event[] = [];
  for (const event of events) {
    const { verified, matchedSecret } = event.data;
    const found = filterEvents(trigger, await enrichOne(trigger.enrich, event, input, context), input);
    // The ID of the event itself is already claimed.
    const { accepted } = await acceptEvents(found, (id) => id === event.id || context.host.once(id));
    for (const { id, data } of accepted) enriched.push({ id, data: { ...data, verified, matchedSecret } });
  }
  return enriched;
}

async function enrichOne(
  enrich: NonNullable<WebhookTrigger['enrich']>,
  event: Event,
  input: RawInput,
  context: Context,
): Promise<Event[]> {
  try {
    return await enrich(event, input, context);
  } catch (error) {
    const problem = redact(describeError(error, context.host.platform));
    context.host.log.warn(`The details of an event could not be read. ${problem}`);
    return [{ id: event.id, data: { ...event.data, problem } }];
  }
}
