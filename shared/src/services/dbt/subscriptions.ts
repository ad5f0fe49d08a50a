import { PipewrightError } from '../../host/error.ts';
import type { Context } from '../../operations/context.ts';
import type { Subscription } from '../../operations/trigger.ts';
import { accountPath, callDbt, numericId, openDbt, service } from './api.ts';
import type { DbtConnection } from './connection.ts';

/** What dbt tells of webhooks. */
export type EventType = 'job.run.started' | 'job.run.completed' | 'job.run.errored';

interface VendorSubscription {
  id: string;
  name?: string;
  client_url?: string;
  active?: boolean;
  /** Only the answer to the creation holds it. */
  hmac_secret?: string;
}

/** Our webhooks are told from those that people made by the start of their names. */
const mark = 'Pipewright';

const one = (connection: DbtConnection, id: string): string =>
  `${accountPath(connection, 3)}/webhooks/subscription/${encodeURIComponent(id)}`;
const all = (connection: DbtConnection): string => `${accountPath(connection, 3)}/webhooks/subscriptions`;

/** What a gone thing is given instead of an error. */
function unlessGone<T>(error: unknown, instead: T): T {
  if (error instanceof PipewrightError && error.code === 'not-found') return instead;
  throw error;
}

/** Removes the webhook; one that is gone already is no error. */
export async function unsubscribe({ id }: Subscription, context: Context<DbtConnection>): Promise<void> {
  await openDbt(context)
    .send('DELETE', one(context.connection, id), { effect: 'idempotent' })
    .catch((error: unknown) => unlessGone(error, undefined));
}

/** Removes webhooks of ours to the same address that were left behind, such as one that dbt switched off after failures. */
async function removeLeftovers(url: string, context: Context<DbtConnection>): Promise<void> {
  const found = await callDbt<VendorSubscription[]>(context, 'GET', all(context.connection), { query: { limit: 100 } });
  for (const { id, name, client_url: address } of found) {
    if (address === url && name?.startsWith(mark)) await unsubscribe({ id }, context);
  }
}

/**
 * Makes a webhook for one kind of event and some jobs (none: all), and keeps the signing secret that dbt tells only now.
 * @see https://docs.getdbt.com/docs/deploy/webhooks#create-a-webhook-subscription
 */
export async function subscribe(
  eventType: EventType,
  jobs: readonly string[],
  url: string,
  context: Context<DbtConnection>,
): Promise<Subscription> {
  const jobIds = jobs.map((job) => Number(numericId(job, 'Jobs')));
  await removeLeftovers(url, context);
  const made = await callDbt<VendorSubscription>(context, 'POST', all(context.connection), {
    json: {
      event_types: [eventType],
      name: `${mark}: ${eventType}`,
      description: 'Made by Pipewright for a trigger of a workflow; it is removed with the trigger.',
      client_url: url,
      active: true,
      job_ids: jobIds,
    },
  });
  if (made.hmac_secret) return { id: made.id, secret: made.hmac_secret };
  await unsubscribe({ id: made.id }, context);
  throw new PipewrightError({
    code: 'unexpected-answer',
    service,
    message: 'dbt made the webhook but did not tell its signing secret, so it was removed again.',
    hint: 'Try again; if it goes on, ask the support of dbt.',
  });
}

/** Whether the webhook is there, active (dbt switches it off after five failed deliveries) and calls this address. */
export async function isSubscribed(
  { id, secret }: Subscription,
  url: string,
  context: Context<DbtConnection>,
): Promise<boolean> {
  if (!secret) return false;
  const found = await callDbt<VendorSubscription>(context, 'GET', one(context.connection, id)).catch((error: unknown) =>
    unlessGone(error, undefined),
  );
  return found?.active === true && found.client_url === url;
}
