import * as v from 'valibot';
import { describeError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { redact } from '../host/redact.ts';
import type { RawInput } from '../define/raw-input.ts';
import type { Context } from '../define/context.ts';
import { boolean, option, text } from '../define/fields.ts';
import type { Event, Handshake, Subscription, WebhookTrigger } from '../define/trigger.ts';
import type { Delivery } from './delivery.ts';
import { factsOf } from './delivery-facts.ts';
import { entraFault } from './schemes/entra.ts';
import { isSslCheck } from './event-form.ts';
import { kindOf, parseVerified, verifyDelivery, refuse, type Accepted, type Refused } from './verify-delivery.ts';

/** Output fields that every webhook trigger adds to its events. */
export const verificationFields = {
  verified: boolean({ label: 'Verified' }),
  matchedSecret: option(
    [
      { value: 'current', label: 'Current' },
      { value: 'previous', label: 'Previous' },
      { value: 'none', label: 'None' },
    ],
    { label: 'Matched Secret' },
  ),
};

/** Input field of triggers whose sender may have no secret. */
export const acceptsUnsigned = v.optional(
  boolean({
    label: 'Accept Unsigned Events',
    help: 'Whether to accept events without a secret. Anyone who learns the address can then send events; each is marked as not verified.',
    advanced: true,
  }),
  false,
);

/** What became of a delivery. */
export type Taken =
  | { outcome: 'events'; events: Event[] }
  /** Genuine, but filtered out or a repeat: answer 200 and run nothing. */
  | { outcome: 'ignored'; why: 'filtered' | 'repeated' }
  /** Genuine, but no event: answer 200 with the body that is requested, or read the address that confirms the same. */
  | ({ outcome: 'handshake' } & Handshake)
  /** Not verified: answer the status with an empty body; reason and explanation are for the builder of the workflow. */
  | ({ outcome: 'refused' } & Pick<Refused, 'reason' | 'status' | 'explanation'>);

/** What a trigger works with when a delivery comes. */
export interface TriggerSetting {
  /** The input of the trigger as it was filled in. */
  input: RawInput;
  /** The checked values of the connection. */
  connection: unknown;
  /** What was kept of the subscription, where the vendor has such. */
  subscription?: Subscription;
  host: Pick<Host, 'once' | 'now' | 'http' | 'cache'>;
}

async function verify(
  { verification }: WebhookTrigger,
  delivery: Delivery,
  setting: TriggerSetting,
): Promise<Accepted | Refused> {
  const { host, input } = setting;
  const scheme = verification.scheme(input);
  if (scheme !== 'entra') {
    const location = verification.location?.(input);
    return verifyDelivery(delivery, {
      scheme,
      ...(location === undefined ? {} : { location }),
      secrets: verification.secrets(setting.connection, setting.subscription),
      acceptsUnsigned: verification.acceptsUnsigned?.(input) ?? false,
      now: host.now() / 1000,
      ...(verification.toleranceSeconds ? { toleranceSeconds: verification.toleranceSeconds(input) } : {}),
    });
  }
  const sender = verification.entra?.(setting.connection);
  if (!sender) return refuse('no-secret');
  const kind = kindOf(delivery);
  if (typeof kind !== 'string') return kind;
  const reason = await entraFault(delivery, sender, host);
  return reason === undefined ? parseVerified(delivery, 'current') : refuse(reason);
}

/**
 * Claims events whose ID was not seen before, each once. Claimed in one order, whatever the order in the delivery: a claim may
 * wait for the outcome of a delivery that holds the same event, and two deliveries must not wait for each other.
 */
async function claim(events: readonly Event[], host: Pick<Host, 'once'>): Promise<Event[]> {
  const byId = new Map(events.map((event) => [event.id, event]));
  const claimed = new Set<string>();
  for (const id of [...byId.keys()].sort()) if (await host.once(id)) claimed.add(id);
  return [...byId.values()].filter(({ id }) => claimed.has(id));
}

/**
 * Takes one delivery to a trigger: verifies its bytes, parses, filters and drops repeats, in this order. Every adapter calls
 * this and nothing else.
 */
export async function processDelivery(
  trigger: WebhookTrigger,
  delivery: Delivery,
  setting: TriggerSetting,
): Promise<Taken> {
  const { input } = setting;
  const scheme = trigger.verification.scheme(input);
  if (scheme === 'slack' && isSslCheck(delivery)) return { outcome: 'ignored', why: 'filtered' };
  const received = await verify(trigger, delivery, setting);
  if (!received.ok) {
    const { reason, status, explanation } = received;
    return { outcome: 'refused', reason, status, explanation };
  }
  const handshake = trigger.handshake?.(received.body, input);
  if (handshake) return { outcome: 'handshake', ...handshake };
  const facts = factsOf(delivery, scheme, trigger.verification.location?.(input));
  // The filter may refer to data that only the enriched event has.
  const wanted = trigger
    .events(received.body, input, setting.connection, facts)
    .filter(({ data }) => trigger.enrich || trigger.passesFilter(data, input));
  if (wanted.length === 0) return { outcome: 'ignored', why: 'filtered' };
  const { verified, matchedSecret } = received;
  const events = (await claim(wanted, setting.host)).map(({ id, data }) => ({
    id,
    data: { ...data, verified, matchedSecret },
  }));
  return events.length === 0 ? { outcome: 'ignored', why: 'repeated' } : { outcome: 'events', events };
}

/**
 * Looks up what the taken events only point to, where the trigger does so; to be called once the sender was answered. What
 * cannot be looked up continues as it came, with the reason as its `problem`: nothing genuine is lost.
 */
export async function enrichEvents(
  trigger: WebhookTrigger,
  events: Event[],
  input: RawInput,
  context: Context,
): Promise<Event[]> {
  if (!trigger.enrich) return events;
  const found: Event[] = [];
  for (const event of events) {
    const { verified, matchedSecret } = event.data;
    const wanted = (await lookUpOne(trigger.enrich, event, input, context)).filter(({ data }) =>
      trigger.passesFilter(data, input),
    );
    const others = new Set(
      await claim(
        wanted.filter(({ id }) => id !== event.id),
        context.host,
      ),
    );
    for (const one of wanted)
      if (one.id === event.id || others.has(one))
        found.push({ id: one.id, data: { ...one.data, verified, matchedSecret } });
  }
  return found;
}

async function lookUpOne(
  enrich: NonNullable<WebhookTrigger['enrich']>,
  event: Event,
  input: RawInput,
  context: Context,
): Promise<Event[]> {
  try {
    return await enrich(event, input, context);
  } catch (error) {
    const problem = redact(describeError(error, context.host.platform));
    context.host.log.warn(`What an event points to could not be read. ${problem}`);
    return [{ id: event.id, data: { ...event.data, problem } }];
  }
}

/** Output field of a trigger that looks up what its events point to. */
export const problemField = v.optional(
  text({ label: 'Problem', help: 'Why more could not be read from the service; empty when it was read.' }),
);
