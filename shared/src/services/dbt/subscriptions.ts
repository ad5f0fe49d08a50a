import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { given, idShape, type Answered } from '../../http/answer-shape.ts';
import type { Context } from '../../define/context.ts';
import type { Subscription } from '../../define/trigger.ts';
import { secretFault } from '../../webhooks/secret-rules.ts';
import { accountPath, callDbt, numericId, openDbt, service } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { readAll } from './pages.ts';

/** What dbt tells of webhooks. */
export type EventType = 'job.run.started' | 'job.run.completed' | 'job.run.errored';

const subscriptionShape = v.object({
  id: idShape,
  name: given(v.string()),
  client_url: given(v.string()),
  active: given(v.boolean()),
  /** Only the answer to the creation holds it. */
  hmac_secret: given(v.string()),
});

type VendorSubscription = Answered<typeof subscriptionShape>;

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

/** Removes webhooks of ours that were left behind, such as one that dbt switched off after failures. */
async function removeLeftovers(
  isLeft: (found: VendorSubscription) => boolean,
  context: Context<DbtConnection>,
): Promise<void> {
  const found = await readAll(context, { path: all(context.connection), entry: subscriptionShape });
  for (const one of found.filter(isLeft)) await unsubscribe({ id: one.id }, context);
}

/** What a webhook is made of. */
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
  return callDbt(context, 'POST', all(context.connection), subscriptionShape, { json });
}

/** The start of the names of webhooks that wait for a run, before the moment until which they do. */
const waits = `${mark} waits for a run until `;

/**
 * Makes a webhook that calls an address when runs of a job have ended; those that nobody waits for any longer are removed.
 * @param minutes how long it is waited for
 * @returns the ID of the webhook
 */
export async function subscribeToRun(
  job: string,
  url: string,
  minutes: number,
  context: Context<DbtConnection>,
): Promise<string> {
  const now = context.host.now();
  await removeLeftovers(
    ({ name }) => name?.startsWith(waits) === true && Date.parse(name.slice(waits.length)) < now,
    context,
  );
  const name = `${waits}${new Date(now + minutes * 60_000).toISOString()}`;
  const description = 'Made by Pipewright, which waits for a run of the job; it is removed when the run has ended.';
  return (await create({ eventType: 'job.run.completed', jobs: [job], url, name, description }, context)).id;
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
  await removeLeftovers(({ client_url: address, name }) => address === url && name?.startsWith(mark) === true, context);
  const made = await create(
    {
      eventType,
      jobs,
      url,
      name: `${mark}: ${eventType}`,
      description: 'Made by Pipewright for a trigger of a workflow; it is removed with the trigger.',
    },
    context,
  );
  if (made.hmac_secret && !secretFault('dbt', made.hmac_secret)) return { id: made.id, secret: made.hmac_secret };
  await unsubscribe({ id: made.id }, context);
  throw new PipewrightError({
    code: 'unexpected-answer',
    service,
    message: 'dbt created the webhook but did not return a usable signing secret, so the webhook was removed.',
    hint: 'Try again. If the problem persists, contact dbt Support.',
  });
}

/** Whether the webhook is there, active (dbt switches it off after five failed deliveries) and calls this address. */
export async function isSubscribed(
  { id, secret }: Subscription,
  url: string,
  context: Context<DbtConnection>,
): Promise<boolean> {
  if (!secret) return false;
  const found = await callDbt(context, 'GET', one(context.connection, id), subscriptionShape).catch((error: unknown) =>
    unlessGone(error, undefined),
  );
  return found?.active === true && found.client_url === url;
}
