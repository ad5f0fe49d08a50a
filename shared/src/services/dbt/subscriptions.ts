import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { ignoreNotFound } from '../../http/ignore-not-found.ts';
import { optionalField, idShape, type Parsed } from '../../http/response-schema.ts';
import type { Context } from '../../define/context.ts';
import type { Subscription } from '../../define/trigger.ts';
import { secretFault } from '../../webhooks/secret-rules.ts';
import { accountPath, callDbt, numericId, openDbt, service } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { readAll } from './pages.ts';

/** Event types of dbt webhooks. */
export type EventType = 'job.run.started' | 'job.run.completed' | 'job.run.errored';

const subscriptionShape = v.object({
  id: idShape,
  name: optionalField(v.string()),
  client_url: optionalField(v.string()),
  active: optionalField(v.boolean()),
  /** Returned only on creation. */
  hmac_secret: optionalField(v.string()),
});

type VendorSubscription = Parsed<typeof subscriptionShape>;

/** Prefix of the names of our webhooks. */
const namePrefix = 'Pipewright';

const subscriptionPath = (connection: DbtConnection, id: string): string =>
  `${accountPath(connection, 3)}/webhooks/subscription/${encodeURIComponent(id)}`;
const subscriptionsPath = (connection: DbtConnection): string => `${accountPath(connection, 3)}/webhooks/subscriptions`;

/** Deletes the webhook if it still exists. */
export async function unsubscribe({ id }: Subscription, context: Context<DbtConnection>): Promise<void> {
  await openDbt(context)
    .send('DELETE', subscriptionPath(context.connection, id), { effect: 'idempotent' })
    .catch(ignoreNotFound);
}

/** Deletes our stale webhooks, such as one that dbt deactivated after failures. */
async function deleteStale(
  isStale: (subscription: VendorSubscription) => boolean,
  context: Context<DbtConnection>,
): Promise<void> {
  const subscriptions = await readAll(context, {
    path: subscriptionsPath(context.connection),
    entry: subscriptionShape,
  });
  for (const { id } of subscriptions.filter(isStale)) await unsubscribe({ id }, context);
}

/** A webhook to create. */
interface NewSubscription {
  eventType: EventType;
  jobs: readonly string[];
  url: string;
  name: string;
  description: string;
}

function create(
  { eventType, jobs, url, name, description }: NewSubscription,
  context: Context<DbtConnection>,
): Promise<VendorSubscription> {
  const json = {
    event_types: [eventType],
    name,
    description,
    client_url: url,
    active: true,
    job_ids: jobs.map((job) => Number(numericId(job, 'Jobs'))),
  };
  return callDbt(context, 'POST', subscriptionsPath(context.connection), subscriptionShape, { json });
}

/** Prefix of the names of callback webhooks; the expiry follows. */
const callbackPrefix = `${namePrefix} waits for a run until `;

/**
 * Creates a webhook that calls a URL when runs of a job finish, and deletes expired ones.
 * @param minutes how long to wait for the run
 * @returns the ID of the webhook
 */
export async function subscribeToRun(
  job: string,
  url: string,
  minutes: number,
  context: Context<DbtConnection>,
): Promise<string> {
  const now = context.host.now();
  await deleteStale(
    ({ name }) => name?.startsWith(callbackPrefix) === true && Date.parse(name.slice(callbackPrefix.length)) < now,
    context,
  );
  const name = `${callbackPrefix}${new Date(now + minutes * 60_000).toISOString()}`;
  const description = 'Created by Pipewright to wait for a run of the job. It is deleted when the run has finished.';
  return (await create({ eventType: 'job.run.completed', jobs: [job], url, name, description }, context)).id;
}

/**
 * Creates a webhook for one event type and the given jobs (none: all), with the signing secret that dbt returns only once.
 * @see https://docs.getdbt.com/docs/deploy/webhooks#create-a-webhook-subscription
 */
export async function subscribe(
  eventType: EventType,
  jobs: readonly string[],
  url: string,
  context: Context<DbtConnection>,
): Promise<Subscription> {
  await deleteStale(
    ({ client_url: clientUrl, name }) => clientUrl === url && name?.startsWith(namePrefix) === true,
    context,
  );
  const created = await create(
    {
      eventType,
      jobs,
      url,
      name: `${namePrefix}: ${eventType}`,
      description: 'Created by Pipewright for a trigger. It is deleted with the trigger.',
    },
    context,
  );
  if (created.hmac_secret && !secretFault('dbt', created.hmac_secret))
    return { id: created.id, secret: created.hmac_secret };
  await unsubscribe({ id: created.id }, context);
  throw new PipewrightError({
    code: 'unexpected-response',
    service,
    message: 'dbt created the webhook but did not return a usable signing secret, so the webhook was removed.',
    hint: 'Try again. If the problem persists, contact dbt Support.',
  });
}

/** Whether the webhook exists, calls this URL and is active; dbt deactivates it after five failed deliveries. */
export async function isSubscribed(
  { id, secret }: Subscription,
  url: string,
  context: Context<DbtConnection>,
): Promise<boolean> {
  if (!secret) return false;
  const path = subscriptionPath(context.connection, id);
  const found = await callDbt(context, 'GET', path, subscriptionShape).catch(ignoreNotFound);
  return found?.active === true && found.client_url === url;
}
