import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import { passes } from '../operations/conditions.ts';
import { boolean, option } from '../operations/fields.ts';
import type { Event, Subscription, WebhookTrigger } from '../operations/trigger.ts';
import type { Delivery } from './delivery.ts';
import { receive } from './receive.ts';

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
    help: 'Takes events without any secret: anyone who learns the address can then start this workflow. Every event says that it is not verified.',
    advanced: true,
  }),
  false,
);

/** What became of a delivery. */
export type Taken =
  | { outcome: 'events'; events: Event[] }
  /** Genuine, but filtered out or a repeat: answer 200 and run nothing. */
  | { outcome: 'ignored'; why: 'filtered' | 'repeated' }
  /** Not believed: answer 401 with an empty body; `explanation` is for the builder's log only. */
  | { outcome: 'refused'; explanation: string };

/** What a trigger works with when a delivery comes. */
export interface TriggerSetting {
  /** The checked input of the trigger. */
  input: Record<string, unknown>;
  /** The values of the connection. */
  connection: Record<string, unknown>;
  /** What was kept of the subscription, where the vendor has such. */
  subscription?: Subscription;
  host: Pick<Host, 'once' | 'now'>;
}

/**
 * Takes one delivery to a trigger: verifies its bytes, parses, filters and drops repeats, in this order. Both faces call
 * this and nothing else.
 */
export async function takeDelivery(trigger: WebhookTrigger, delivery: Delivery, setting: TriggerSetting): Promise<Taken> {
  const input = setting.input as never;
  const { verification } = trigger;
  const location = verification.location?.(input);
  const received = receive(delivery, {
    scheme: verification.scheme(input),
    ...(location === undefined ? {} : { location }),
    secrets: verification.secrets(setting.connection as never, setting.subscription),
    acceptsUnsigned: verification.acceptsUnsigned?.(input) ?? false,
    now: setting.host.now() / 1000,
  });
  if (!received.ok) return { outcome: 'refused', explanation: received.explanation };
  const conditions = setting.input['conditions'] as string[] | undefined;
  const wanted = trigger.events(received.body, input).filter(({ data }) => passes(data, conditions));
  if (wanted.length === 0) return { outcome: 'ignored', why: 'filtered' };
  const events: Event[] = [];
  for (const event of wanted) {
    if (!(await setting.host.once(event.id))) continue;
    const { verified, matchedSecret } = received;
    events.push({ id: event.id, data: { ...event.data, verified, matchedSecret } });
  }
  return events.length === 0 ? { outcome: 'ignored', why: 'repeated' } : { outcome: 'events', events };
}
