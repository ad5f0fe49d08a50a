import { createHmac } from 'node:crypto';
import { dbtAccount } from './account.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import { deliver, placeOf, type DeliveryOutcome, type DeliveryRecord } from '../server/deliver.ts';
import { dbtRefusal } from './envelope.ts';
import { runData, sampleData } from './event-data.ts';
import type { DbtRun } from './dbt-run.ts';
import {
  fillSubscription,
  microseconds,
  newSubscription,
  showSubscription,
  type Subscription,
} from './subscription.ts';

/** How dbt delivers webhooks. */
export interface DeliveryRules {
  /** Timeout of a delivery. Default: 10 seconds. */
  timeoutMilliseconds: number;
  /** Delay before each retry. dbt documents five retries, but not their delays. */
  retryMilliseconds: number[];
  /** Failed events in a row after which the subscription is deactivated. Default: 5. */
  deactivateAfter: number;
}

/** The default rules: five retries with short delays, for fast tests. */
const defaultRules: DeliveryRules = {
  timeoutMilliseconds: 10_000,
  retryMilliseconds: [200, 400, 800, 1600, 3200],
  deactivateAfter: 5,
};

interface SentEvent {
  id: string;
  type: string;
  subscription: Subscription;
  body: string;
  jobId: string;
}

/**
 * dbt's webhooks: signed deliveries with retries, and subscriptions that are deactivated after too many failures.
 * @see https://docs.getdbt.com/docs/deploy/webhooks
 */
export class Webhooks {
  #context: SandboxContext;
  #subscriptions: Subscription[] = [];
  #events: SentEvent[] = [];
  #twice = 0;
  /** Can be changed at any time. */
  rules: DeliveryRules;
  readonly deliveries: DeliveryRecord[] = [];

  constructor(context: SandboxContext, rules: Partial<DeliveryRules> = {}) {
    this.#context = context;
    this.rules = { ...defaultRules, ...rules };
  }

  /** Creates a subscription from a request body. Only this response contains the secret. */
  create(body: Record<string, unknown>): Record<string, unknown> {
    const subscription = newSubscription(this.#context, body);
    this.#subscriptions.push(subscription);
    return { ...showSubscription(subscription), hmac_secret: subscription.secret };
  }

  /** The API resources of all subscriptions, without secrets. */
  list(): Record<string, unknown>[] {
    return this.#subscriptions.map(showSubscription);
  }

  /** The secrets of the subscriptions, for a test that signs its own deliveries. */
  secrets(): string[] {
    return this.#subscriptions.map(({ secret }) => secret);
  }

  #find(id: string): Subscription {
    const found = this.#subscriptions.find((subscription) => subscription.id === id);
    if (!found) throw dbtRefusal(404, 'The requested webhook subscription was not found.');
    return found;
  }

  /** One subscription. */
  get(id: string): Record<string, unknown> {
    return showSubscription(this.#find(id));
  }

  /** Replaces a subscription; reactivating it resets its failure count. */
  update(id: string, body: Record<string, unknown>): Record<string, unknown> {
    const subscription = this.#find(id);
    fillSubscription(subscription, body);
    subscription.updated_at = microseconds(this.#context.clock.now());
    if (subscription.active) Object.assign(subscription, { failures: 0, deactivate_reason: '' });
    return showSubscription(subscription);
  }

  /** Deletes a subscription. */
  delete(id: string): void {
    this.#find(id);
    this.#subscriptions = this.#subscriptions.filter((subscription) => subscription.id !== id);
  }

  /** Delivers an event with sample values once. Returns the outcome. */
  async test(id: string): Promise<Record<string, unknown>> {
    const subscription = this.#find(id);
    const event = this.#event(subscription, subscription.event_types[0] ?? '', { ...sampleData });
    const { status, error } = await this.#attempt(event, 1);
    const failed = status === undefined || status >= 300;
    return {
      verification_error: failed ? (error ?? `The receiver answered ${status}.`) : null,
      verification_status_code: String(status ?? 0),
    };
  }

  /** Delivers the next event twice, as after a lost response. */
  deliverNextTwice(): void {
    this.#twice += 1;
  }

  /** Delivers an event again with the same ID and signature. */
  async redeliver(eventId: string): Promise<DeliveryOutcome> {
    const event = this.#events.find(({ id }) => id === eventId);
    if (!event) throw dbtRefusal(404, 'The requested event was not found.');
    return this.#attempt(event, 1);
  }

  /** The API resources of a subscription's events. */
  events(id: string): Record<string, unknown>[] {
    const { accountId } = dbtAccount;
    return this.#events
      .filter(({ subscription }) => subscription.id === this.#find(id).id)
      .map(({ id: eventId, type, body, jobId, subscription }) => ({
        id: eventId,
        subscription_id: subscription.id,
        account_id: String(accountId),
        account_identifier: 'act_sandbox',
        job_id: jobId,
        trigger_event_type: type,
        payload: body,
        http_status_code: subscription.http_status_code,
      }));
  }

  /** Sends an event about a run to every subscriber. */
  emit(type: string, run: DbtRun, code: number): void {
    for (const subscription of this.#subscriptions) {
      const wanted = subscription.job_ids.length === 0 || subscription.job_ids.includes(String(run.job.id));
      if (!subscription.active || !wanted || !subscription.event_types.includes(type)) continue;
      const event = this.#event(subscription, type, runData(type, run, code));
      void this.#deliver(event);
      if (this.#twice > 0) {
        this.#twice -= 1;
        void this.#attempt(event, 1);
      }
    }
  }

  #event(subscription: Subscription, eventType: string, data: Record<string, unknown>): SentEvent {
    const id = `wev_${this.#context.identifiers.capitals(27)}`;
    const timestamp = iso(this.#context.clock.now()).replace('Z', '843678Z');
    const body = JSON.stringify({
      accountId: dbtAccount.accountId,
      webhookId: subscription.id,
      eventId: id,
      timestamp,
      eventType,
      webhookName: subscription.name,
      data,
    });
    const event = { id, type: eventType, subscription, body, jobId: String(data['jobId']) };
    this.#events.push(event);
    return event;
  }

  async #deliver(event: SentEvent): Promise<void> {
    const { subscription } = event;
    for (let attempt = 1; ; attempt += 1) {
      const { status } = await this.#attempt(event, attempt);
      if (status !== undefined && status >= 200 && status < 300) {
        subscription.failures = 0;
        return;
      }
      const pause = this.rules.retryMilliseconds[attempt - 1];
      if (pause === undefined) break;
      await new Promise<void>((resolve) => void this.#context.clock.at(this.#context.clock.now() + pause, resolve));
    }
    subscription.failures += 1;
    if (subscription.failures < this.rules.deactivateAfter) return;
    subscription.active = false;
    subscription.deactivate_reason = `${subscription.failures} deliveries in a row failed.`;
  }

  async #attempt({ id, type, body, subscription }: SentEvent, attempt: number): Promise<DeliveryOutcome> {
    const now = this.#context.clock.now();
    subscription.dispatched_at = microseconds(now);
    const authorization = createHmac('sha256', subscription.secret).update(body).digest('hex');
    const outcome = await deliver(
      subscription.client_url,
      body,
      { authorization, 'user-agent': 'dbt-webhooks' },
      this.rules.timeoutMilliseconds,
    );
    subscription.http_status_code = String(outcome.status ?? 0);
    this.deliveries.push({
      at: iso(now),
      vendor: 'dbt',
      event: type,
      eventId: id,
      to: placeOf(subscription.client_url),
      attempt,
      ...outcome,
    });
    return outcome;
  }
}
