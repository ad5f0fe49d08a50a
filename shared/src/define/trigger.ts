import * as v from 'valibot';
import type { DeliveryFacts, EntraSender, SchemeName, Secrets } from './verification.ts';
import { conditionsField } from './conditions.ts';
import type { Context } from './context.ts';
import { boolean, type Fields } from './fields.ts';
import type { Values } from './operation.ts';

interface DescribedTrigger<F extends Fields, O extends Fields> {
  kind: 'trigger';
  /** Unique within its service, camel case: `datasetUpdated`. */
  key: string;
  /** Title Case: `Dataset Updated`. */
  name: string;
  /** One sentence: `Triggers when a dataset is updated.` */
  description: string;
  /** The filter and how to verify. */
  input: F;
  output: O;
  sample: Values<O>;
}

/** An event that passed its filter; `id` tells repeats apart. */
export interface Event<T = Record<string, unknown>> {
  id: string;
  data: T;
}

/** What is kept of a subscription made at the vendor. */
export interface Subscription {
  id: string;
  /** The signing secret that only the create answer holds. */
  secret?: string;
}

/** The vendor's own subscription to an address. */
export interface Subscriber<F extends Fields, C> {
  subscribe(input: Values<F>, url: string, context: Context<C>): Promise<Subscription>;
  /** Whether it is still there, active and points at this address. */
  isSubscribed(subscription: Subscription, url: string, context: Context<C>): Promise<boolean>;
  /** Removing what is gone already is no error. */
  unsubscribe(subscription: Subscription, context: Context<C>): Promise<void>;
}

/** How deliveries of a trigger are verified. */
export interface Verification<F extends Fields, C> {
  /** The scheme, which may depend on what the person chose. */
  scheme(input: Values<F>): SchemeName;
  /** Header or query parameter that carries a shared secret. */
  location?(input: Values<F>): string;
  /** The secrets that are accepted. None: deliveries are refused unless `acceptsUnsigned`. */
  secrets(connection: C, subscription: Subscription | undefined): Secrets;
  /** Who may send, where the scheme is Microsoft Entra; undefined when that is not filled in. */
  entra?(connection: C): EntraSender | undefined;
  /** Seconds by which a signed moment may be off, either way. Default: 300. */
  toleranceSeconds?(input: Values<F>): number;
  /** Whether the person ticked "Accept Unsigned Events". */
  acceptsUnsigned?(input: Values<F>): boolean;
}

/** What a sender asks before it sends events. */
export interface Handshake {
  /** The body that it wants to be answered with status 200. */
  answer: unknown;
  /** An address of the vendor that confirms the same when it is read; for platforms that answer before they run the app. */
  confirmUrl?: string;
}

/** A trigger that a sender calls. */
export interface WebhookTrigger<F extends Fields = Fields, O extends Fields = Fields, C = never>
  extends DescribedTrigger<F, O> {
  how: 'webhook';
  verification: Verification<F, C>;
  /** Present where the vendor has a subscription API; else `directions` say what to do by hand. */
  subscriber?: Subscriber<F, C>;
  directions?: string;
  /** The status of the answer to an event that was taken, where a platform leaves that to us. Default: 200. */
  acceptedStatus?: number;
  /** Reads the events out of a verified body and keeps those that the input asks for. */
  events(
    body: unknown,
    input: Values<F>,
    connection: C,
    facts: DeliveryFacts,
  ): Event<Omit<Values<O>, 'verified' | 'matchedSecret'>>[];
  /** What a verified body requests, where it is no event but the handshake before the first one. */
  handshake?(body: unknown, input: Values<F>): Handshake | undefined;
  /**
   * Reads from the vendor what a verified event only points to, after its sender was answered; gives back the events that
   * the input asks for. An event whose look-up fails goes on as it is.
   */
  enrich?(
    event: Event,
    input: Values<F>,
    context: Context<C>,
  ): Promise<Event<Omit<Values<O>, 'verified' | 'matchedSecret'>>[]>;
  /** A body as the vendor sends it, so that a trigger can be tried without waiting for a real event. */
  example(now: Date): unknown;
  /**
   * The events since a moment as the vendor tells them when it is asked, oldest first, with the IDs that deliveries of them
   * have: after an outage, those that never came are found among them.
   * @throws PipewrightError `bad-input` when the vendor cannot be asked for what the input wants
   */
  missed?(
    input: Values<F>,
    since: Date,
    context: Context<C>,
  ): Promise<Event<Omit<Values<O>, 'verified' | 'matchedSecret'>>[]>;
  /** Recent events read from the vendor, newest first, so that a form can show a real one. */
  recent?(input: Values<F>, context: Context<C>): Promise<Event<Omit<Values<O>, 'verified' | 'matchedSecret'>>[]>;
}

/** A trigger that asks the vendor again and again. */
export interface PollingTrigger<F extends Fields = Fields, O extends Fields = Fields, C = never>
  extends DescribedTrigger<F, O> {
  how: 'polling';
  /** What happened since, newest first; what was seen already may be among it. */
  poll(input: Values<F>, since: Date, context: Context<C>): Promise<Event<Values<O>>[]>;
}

/** Any trigger. */
export type Trigger = WebhookTrigger | PollingTrigger;

/** Input field of triggers that can ask for what they missed. */
const looksForMissed = v.optional(
  boolean({
    label: 'Look for Missed Events',
    help: 'Whether to read from the service, when n8n starts and every hour, what happened meanwhile. An event that never arrived then starts the workflow.',
    advanced: true,
    notOn: {
      zapier:
        'Zapier runs an app only when an event comes, so there is no moment at which it could look for what was missed.',
    },
  }),
  false,
);

/**
 * Describes a trigger that a sender calls; see `WebhookTrigger`. Every one can be told conditions that events must meet, and
 * those that can ask the vendor can be told to look for missed events.
 */
export function defineWebhookTrigger<C>() {
  return <const F extends Fields, const O extends Fields>(
    trigger: Omit<WebhookTrigger<F, O, C>, 'kind' | 'how'>,
  ): WebhookTrigger => {
    const input = { ...trigger.input, conditions: conditionsField, ...(trigger.missed ? { looksForMissed } : {}) };
    return { kind: 'trigger', how: 'webhook', ...trigger, input } as unknown as WebhookTrigger;
  };
}

/** Describes a trigger that polls; see `PollingTrigger`. */
export function definePollingTrigger<C>() {
  return <const F extends Fields, const O extends Fields>(
    trigger: Omit<PollingTrigger<F, O, C>, 'kind' | 'how'>,
  ): PollingTrigger => ({ kind: 'trigger', how: 'polling', ...trigger }) as unknown as PollingTrigger;
}
