import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Wording } from '../host/wording.ts';
import type { DeliveryFacts, EntraCheck, EntraSender, HmacSettings, SchemeName, Secrets } from './verification.ts';
import { inputChecker, type Values } from './check-input.ts';
import type { RawInput } from './raw-input.ts';
import type { Context } from './context.ts';
import { boolean, type Fields } from './fields.ts';
import { filterField, passesFilter } from './filter.ts';

interface Described<F extends Fields, O extends Fields> {
  /** Unique within its service, camel case: `datasetUpdated`. */
  key: string;
  /** Title Case: `Dataset Updated`. */
  name: string;
  /** One sentence: `Triggers when a dataset is updated.` */
  description: string;
  /** What one event is about, Title Case. Default: the name without its last word, such as `Job Run` of `Job Run Completed`. */
  resource?: string;
  /** Which events to emit and how to verify them. */
  input: F;
  output: O;
  /** A realistic output. */
  sample: Values<O>;
}

/** An event; repeats have the same `id`. */
export interface Event<T = Record<string, unknown>> {
  id: string;
  data: T;
}

/** An event before the outcome of its verification is added. */
type UnverifiedEvent<O extends Fields> = Event<Omit<Values<O>, 'verified' | 'matchedSecret'>>;

/** The stored data of a subscription created at the vendor. */
export interface Subscription {
  id: string;
  /** The signing secret, which only the response to the creation contains. */
  secret?: string;
}

/** Subscribes a URL at the vendor. */
export interface SubscriberDefinition<F extends Fields, C> {
  subscribe(input: Values<F>, url: string, context: Context<C>): Promise<Subscription>;
  /** Whether the subscription still exists, is active and has this URL. */
  isSubscribed(subscription: Subscription, url: string, context: Context<C>): Promise<boolean>;
  /** Removes a subscription; one that no longer exists is not an error. */
  unsubscribe(subscription: Subscription, context: Context<C>): Promise<void>;
}

/** How deliveries of a trigger are verified. */
export interface VerificationDefinition<F extends Fields, C> {
  /** The scheme, which may depend on the input. */
  scheme(input: Values<F>): SchemeName;
  /** The signature, if the scheme is an HMAC preset or custom. Throws PipewrightError `invalid-input`. */
  hmac?(input: Values<F>): HmacSettings | undefined;
  /** Header or query parameter that carries a shared secret. */
  location?(input: Values<F>): string;
  /** The accepted secrets. Without any, deliveries are rejected unless `acceptsUnsigned` returns true. */
  secrets(connection: C, subscription: Subscription | undefined): Secrets;
  /** The accepted sender, if the scheme is Microsoft Entra; undefined until its fields are filled in. */
  entra?(connection: C): EntraSender | undefined;
  /** Checks the tokens of that sender; loaded with the first of them. */
  entraFault?: EntraCheck;
  /** Maximum difference between a signed timestamp and the clock, in seconds, either way. Default: 300. */
  toleranceSeconds?(input: Values<F>): number;
  /** Whether "Accept Unverified Events" is on. */
  acceptsUnsigned?(input: Values<F>): boolean;
}

/** The confirmation that a sender requests before it sends events. */
export interface Handshake {
  /** The response body, sent with status 200. */
  answer: unknown;
  /** A vendor URL to request for the same confirmation, for platforms that respond before they run the app. */
  confirmUrl?: string;
}

/** A trigger that receives deliveries from a sender. */
export interface WebhookTriggerDefinition<F extends Fields, O extends Fields, C> extends Described<F, O> {
  verification: VerificationDefinition<F, C>;
  /** Present if the vendor has a subscription API; otherwise `directions` explain the manual setup. */
  subscriber?: SubscriberDefinition<F, C>;
  directions?: Wording;
  /** HTTP status of the response to an accepted event, if the platform allows setting it. Default: 200. */
  acceptedStatus?: number;
  /** Reads the events from a verified body and keeps those that match the input. */
  events(body: unknown, input: Values<F>, connection: C, facts: DeliveryFacts): UnverifiedEvent<O>[];
  /** The handshake that a verified body requests; undefined for a body with events. */
  handshake?(body: unknown, input: Values<F>): Handshake | undefined;
  /**
   * Reads the data that a verified event only refers to from the vendor, after the response to the sender; returns the events
   * that match the input. An event that cannot be enriched is emitted unchanged.
   */
  enrich?(event: Event, input: Values<F>, context: Context<C>): Promise<UnverifiedEvent<O>[]>;
  /** A body as the vendor sends it, to try a trigger without waiting for a real event. */
  example(now: Date): unknown;
  /**
   * Reads the events since a timestamp from the vendor, oldest first, with the same IDs as their deliveries: after an outage,
   * this finds events that were never delivered.
   * @throws PipewrightError `invalid-input` when the vendor does not support the query that the input requires
   */
  missed?(input: Values<F>, since: Date, context: Context<C>): Promise<UnverifiedEvent<O>[]>;
  /** Reads recent events from the vendor, newest first, as real samples for a form. */
  recent?(input: Values<F>, context: Context<C>): Promise<UnverifiedEvent<O>[]>;
}

/** A trigger that polls the vendor. */
export interface PollingTriggerDefinition<F extends Fields, O extends Fields, C> extends Described<F, O> {
  /** Events since a timestamp, newest first; events of earlier polls and unwanted ones may be among them. */
  poll(input: Values<F>, since: Date, context: Context<C>): Promise<Event<Values<O>>[]>;
  /**
   * What decides which events are polled for. After a change, the events that a poll finds are not new: what earlier polls
   * found says nothing about them. Leave out what only chooses among the events or changes their data. Default: the input.
   */
  list?(input: Values<F>, connection: C): Readonly<Record<string, unknown>>;
  /** Whether the user wants an event, which is known either way. Default: every event is wanted. */
  isWanted?(data: Values<O>, input: Values<F>): boolean;
}

interface DescribedTrigger extends Described<Fields, Fields> {
  kind: 'trigger';
}

/** A `SubscriberDefinition` as adapters see it: it checks the raw input itself. */
export interface Subscriber {
  subscribe(raw: RawInput, url: string, context: Context): Promise<Subscription>;
  isSubscribed(subscription: Subscription, url: string, context: Context): Promise<boolean>;
  unsubscribe(subscription: Subscription, context: Context): Promise<void>;
}

/** A `VerificationDefinition` as adapters see it; `connection` are the checked values of the connection. */
export interface Verification {
  scheme(raw: RawInput): SchemeName;
  location?(raw: RawInput): string;
  hmac?(raw: RawInput): HmacSettings | undefined;
  secrets(connection: unknown, subscription: Subscription | undefined): Secrets;
  entra?(connection: unknown): EntraSender | undefined;
  entraFault?: EntraCheck;
  toleranceSeconds?(raw: RawInput): number;
  acceptsUnsigned?(raw: RawInput): boolean;
}

/**
 * A `WebhookTriggerDefinition` as adapters see it: every function checks the raw input itself, once per object.
 * @throws PipewrightError `invalid-input`, from each function, when the raw input is invalid
 */
export interface WebhookTrigger extends DescribedTrigger {
  how: 'webhook';
  verification: Verification;
  subscriber?: Subscriber;
  directions?: Wording;
  acceptedStatus?: number;
  events(body: unknown, raw: RawInput, connection: unknown, facts: DeliveryFacts): Event[];
  handshake?(body: unknown, raw: RawInput): Handshake | undefined;
  enrich?(event: Event, raw: RawInput, context: Context): Promise<Event[]>;
  example(now: Date): unknown;
  missed?(raw: RawInput, since: Date, context: Context): Promise<Event[]>;
  recent?(raw: RawInput, context: Context): Promise<Event[]>;
  /** Whether the data of an event meets every condition of the Filter field. */
  passesFilter(data: unknown, raw: RawInput): boolean;
  /** Whether the option Recover Missed Events is on. */
  recoversMissed(raw: RawInput): boolean;
}

/** A `PollingTriggerDefinition` as adapters see it: it checks the raw input itself. */
export interface PollingTrigger extends DescribedTrigger {
  how: 'polling';
  poll(raw: RawInput, since: Date, context: Context): Promise<Event[]>;
  /** A hash of what is polled; see `PollingTriggerDefinition.list`. */
  list(raw: RawInput, connection: unknown): string;
  /** See `PollingTriggerDefinition.isWanted`. */
  isWanted(data: Event['data'], raw: RawInput): boolean;
}

/** Any trigger. */
export type Trigger = WebhookTrigger | PollingTrigger;

/** Input field of triggers for vendors that list past events. */
const recoverMissedField = v.optional(
  boolean({
    label: 'Recover Missed Events',
    help: 'Whether to also start the workflow for events that were never delivered. Polls the service for missed events when n8n starts and every hour.',
    advanced: true,
    notOn: {
      zapier: 'Zapier runs a webhook trigger only when an event arrives, so the trigger cannot poll for missed events.',
    },
  }),
  false,
);

/** Input fields that every webhook trigger has in addition to its own; `recoverMissed` only where the vendor lists past events. */
const commonFields = { filter: filterField, recoverMissed: recoverMissedField };

function checkedVerification<F extends Fields, C>(
  check: (raw: RawInput) => Values<F>,
  {
    scheme,
    location,
    hmac,
    secrets,
    entra,
    entraFault,
    toleranceSeconds,
    acceptsUnsigned,
  }: VerificationDefinition<F, C>,
): Verification {
  return {
    scheme: (raw) => scheme(check(raw)),
    secrets: (connection, subscription) => secrets(connection as C, subscription),
    ...(location ? { location: (raw) => location(check(raw)) } : {}),
    ...(hmac ? { hmac: (raw) => hmac(check(raw)) } : {}),
    ...(entra ? { entra: (connection) => entra(connection as C) } : {}),
    ...(entraFault ? { entraFault } : {}),
    ...(toleranceSeconds ? { toleranceSeconds: (raw) => toleranceSeconds(check(raw)) } : {}),
    ...(acceptsUnsigned ? { acceptsUnsigned: (raw) => acceptsUnsigned(check(raw)) } : {}),
  };
}

function checkedSubscriber<F extends Fields, C>(
  check: (raw: RawInput) => Values<F>,
  subscriber: SubscriberDefinition<F, C>,
): Subscriber {
  return {
    subscribe: async (raw, url, context) => subscriber.subscribe(check(raw), url, context as Context<C>),
    isSubscribed: async (subscription, url, context) =>
      subscriber.isSubscribed(subscription, url, context as Context<C>),
    unsubscribe: async (subscription, context) => subscriber.unsubscribe(subscription, context as Context<C>),
  };
}

/**
 * Defines a webhook trigger; see `WebhookTriggerDefinition`. Adds the Filter field, and Recover Missed Events if the vendor
 * lists past events.
 */
export function defineWebhookTrigger<C>() {
  return <const F extends Fields, const O extends Fields>(
    trigger: WebhookTriggerDefinition<F, O, C>,
  ): WebhookTrigger => {
    const { events, handshake, enrich, missed, recent, verification, subscriber, ...described } = trigger;
    const { filter, recoverMissed } = commonFields;
    const input: Fields = { ...trigger.input, filter, ...(missed ? { recoverMissed } : {}) };
    // The type of `input` does not include the fields that were added to F.
    const check = inputChecker(input) as (raw: RawInput) => Values<F> & Partial<Values<typeof commonFields>>;
    return {
      ...described,
      kind: 'trigger',
      how: 'webhook',
      input,
      verification: checkedVerification(check, verification),
      events: (body, raw, connection, facts) => events(body, check(raw), connection as C, facts),
      passesFilter: (data, raw) => passesFilter(data, check(raw).filter),
      recoversMissed: (raw) => check(raw).recoverMissed === true,
      ...(subscriber ? { subscriber: checkedSubscriber(check, subscriber) } : {}),
      ...(handshake ? { handshake: (body, raw) => handshake(body, check(raw)) } : {}),
      ...(enrich ? { enrich: async (event, raw, context) => enrich(event, check(raw), context as Context<C>) } : {}),
      ...(missed ? { missed: async (raw, since, context) => missed(check(raw), since, context as Context<C>) } : {}),
      ...(recent ? { recent: async (raw, context) => recent(check(raw), context as Context<C>) } : {}),
    };
  };
}

/** Defines a polling trigger; see `PollingTriggerDefinition`. */
export function definePollingTrigger<C>() {
  return <const F extends Fields, const O extends Fields>({
    poll,
    list = (input) => input,
    isWanted = () => true,
    ...described
  }: PollingTriggerDefinition<F, O, C>): PollingTrigger => {
    const check = inputChecker(described.input);
    return {
      ...described,
      kind: 'trigger',
      how: 'polling',
      poll: async (raw, since, context) => poll(check(raw), since, context as Context<C>),
      list: (raw, connection) => hashList(list(check(raw), connection as C), described.input),
      isWanted: (data, raw) => isWanted(data as Values<O>, check(raw)),
    };
  };
}

/** Leaves out defaults, so that a field added by a new version does not change the list of a trigger in use. */
function hashList(values: Readonly<Record<string, unknown>>, fields: Fields): string {
  const given = Object.entries(values).filter(([name, value]) => {
    const field = fields[name];
    return value !== undefined && !(field && JSON.stringify(value) === JSON.stringify(v.getDefault(field)));
  });
  const sorted = given.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22);
}
