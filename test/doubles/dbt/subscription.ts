import { dbtAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { dbtRefusal } from './envelope.ts';

const eventTypes = ['job.run.started', 'job.run.completed', 'job.run.errored'];

/** A webhook subscription; names with an underscore are those of dbt's API. */
export interface Subscription {
  id: string;
  name: string;
  description: string;
  event_types: string[];
  job_ids: string[];
  client_url: string;
  active: boolean;
  /** Microseconds since 1970. */
  created_at: string;
  updated_at: string;
  dispatched_at: string;
  /** HTTP status of the last delivery; 0 for none or no response. */
  http_status_code: string;
  deactivate_reason: string;
  secret: string;
  /** Failed events in a row. */
  failures: number;
}

/** A timestamp of dbt's webhooks: microseconds since 1970. */
export const microseconds = (milliseconds: number): string => String(Math.floor(milliseconds) * 1000);

/** Creates a subscription from a request body. */
export function newSubscription({ clock, identifiers }: SandboxContext, body: Record<string, unknown>): Subscription {
  const now = microseconds(clock.now());
  const subscription: Subscription = {
    id: `wsu_${identifiers.capitals(26)}`,
    name: '',
    description: '',
    event_types: [],
    job_ids: [],
    client_url: '',
    active: true,
    created_at: now,
    updated_at: now,
    dispatched_at: '0',
    http_status_code: '0',
    deactivate_reason: '',
    secret: identifiers.hex(48),
    failures: 0,
  };
  fillSubscription(subscription, body);
  return subscription;
}

/** Updates a subscription from a request body. @throws Refusal as dbt does */
export function fillSubscription(subscription: Subscription, body: Record<string, unknown>): void {
  const { event_types: types, name, client_url: url, active, description, job_ids: jobs } = body;
  if (!Array.isArray(types) || types.length === 0 || !types.every((type) => eventTypes.includes(String(type)))) {
    throw dbtRefusal(400, `event_types must be a list of: ${eventTypes.join(', ')}.`);
  }
  if (typeof name !== 'string' || name === '') throw dbtRefusal(400, 'name is required.');
  if (typeof url !== 'string' || !URL.canParse(url)) throw dbtRefusal(400, 'client_url is not a valid address.');
  if (typeof active !== 'boolean') throw dbtRefusal(400, 'active is required.');
  Object.assign(subscription, { name, active, client_url: url, event_types: types.map(String) });
  subscription.description = typeof description === 'string' ? description : '';
  subscription.job_ids = Array.isArray(jobs) ? jobs.map(String) : [];
}

/** The API resource of a subscription, without its secret. */
export function showSubscription(subscription: Subscription): Record<string, unknown> {
  const { secret: _secret, failures: _failures, ...shown } = subscription;
  return { ...shown, account_id: String(dbtAccount.accountId), account_identifier: 'act_sandbox' };
}
