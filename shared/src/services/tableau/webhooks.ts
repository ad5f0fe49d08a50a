import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import type { Subscription } from '../../define/trigger.ts';
import { displayField, displayText, filledText, optionalField, type Parsed } from '../../http/response-schema.ts';
import { ignoreNotFound } from '../../http/ignore-not-found.ts';
import { openSite, type Site } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';

/** Events of Tableau webhooks for the end of a refresh. */
export const refreshEvents = {
  WorkbookRefreshSucceeded: { kind: 'workbook', status: 'succeeded' },
  WorkbookRefreshFailed: { kind: 'workbook', status: 'failed' },
  DatasourceRefreshSucceeded: { kind: 'dataSource', status: 'succeeded' },
  DatasourceRefreshFailed: { kind: 'dataSource', status: 'failed' },
} as const;

/** One of `refreshEvents`. */
export type RefreshEvent = keyof typeof refreshEvents;

/** Query parameter of the webhook URL with the secret, because Tableau signs nothing. */
export const secretParameter = 'token';

const webhookShape = v.object({
  id: filledText,
  name: displayText,
  isEnabled: optionalField(v.union([v.boolean(), v.picklist(['true', 'false'])])),
  'webhook-destination': displayField(
    v.object({ 'webhook-destination-http': displayField(v.object({ url: displayText })) }),
  ),
});

type VendorWebhook = Parsed<typeof webhookShape>;

const namePrefix = 'Pipewright';

const webhookPath = (id: string): string => `/webhooks/${encodeURIComponent(id)}`;

const urlOf = (webhook: VendorWebhook): string | undefined =>
  webhook['webhook-destination']?.['webhook-destination-http']?.url;

/** The webhook URL with the secret. */
function withSecret(url: string, secret: string): string {
  const complete = new URL(url);
  complete.searchParams.set(secretParameter, secret);
  return complete.href;
}

/** The webhook URL without the secret; undefined if it is not a URL. */
function withoutSecret(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const complete = new URL(url);
  complete.searchParams.delete(secretParameter);
  return complete.href;
}

const remove = async ({ api }: Site, id: string): Promise<void> => {
  await api.send('DELETE', webhookPath(id), { effect: 'idempotent' }).catch(ignoreNotFound);
};

/** A subscription consists of one webhook per event; its ID lists theirs. */
const idsOf = ({ id }: Subscription): string[] => id.split(',');

/** Our webhooks that call the same URL, such as those that Tableau disabled. */
async function listStale({ api }: Site, url: string): Promise<VendorWebhook[]> {
  const oneOrMore = v.union([
    v.array(webhookShape),
    v.pipe(
      webhookShape,
      v.transform((one) => [one]),
    ),
  ]);
  const shape = v.object({ webhooks: v.object({ webhook: v.optional(oneOrMore) }) });
  const { webhooks } = await api.json('GET', '/webhooks', shape);
  const wanted = withoutSecret(url);
  return (webhooks.webhook ?? []).filter(
    (webhook) => webhook.name?.startsWith(namePrefix) === true && withoutSecret(urlOf(webhook)) === wanted,
  );
}

/**
 * Creates a webhook per event with a new secret in its URL. If one cannot be created, the others are removed.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_notifications.htm#create_webhook
 */
export async function subscribe(
  events: readonly RefreshEvent[],
  url: string,
  context: Context<TableauConnection>,
): Promise<Subscription> {
  const secret = randomBytes(24).toString('hex');
  context.host.mask?.add(secret);
  const site = await openSite(context);
  for (const { id } of await listStale(site, url)) await remove(site, id);
  const ids: string[] = [];
  try {
    for (const event of events) {
      const json = {
        webhook: {
          name: `${namePrefix}: ${event}`,
          event,
          'webhook-destination': { 'webhook-destination-http': { method: 'POST', url: withSecret(url, secret) } },
        },
      };
      const created = await site.api.json('POST', '/webhooks', v.object({ webhook: v.object({ id: filledText }) }), {
        json,
      });
      ids.push(created.webhook.id);
    }
  } catch (error) {
    // A webhook whose creation Tableau did not confirm may exist as well; only the list contains its ID.
    const listed = await listStale(site, url).catch(() => []);
    for (const id of new Set([...ids, ...listed.map((webhook) => webhook.id)]))
      await remove(site, id).catch(() => undefined);
    throw error;
  }
  return { id: ids.join(','), secret };
}

/** Whether all webhooks exist, call this URL with the secret, and are enabled; Tableau disables webhooks that fail. */
export async function isSubscribed(
  subscription: Subscription,
  url: string,
  context: Context<TableauConnection>,
): Promise<boolean> {
  const { secret } = subscription;
  if (!secret) return false;
  const site = await openSite(context);
  for (const id of idsOf(subscription)) {
    const found = await site.api
      .json('GET', webhookPath(id), v.object({ webhook: webhookShape }))
      .catch(ignoreNotFound);
    const isDisabled = String(found?.webhook.isEnabled) === 'false';
    if (!found || isDisabled || urlOf(found.webhook) !== withSecret(url, secret)) return false;
  }
  return true;
}

/** Deletes the webhooks that still exist. */
export async function unsubscribe(subscription: Subscription, context: Context<TableauConnection>): Promise<void> {
  const site = await openSite(context);
  for (const id of idsOf(subscription)) await remove(site, id);
}
