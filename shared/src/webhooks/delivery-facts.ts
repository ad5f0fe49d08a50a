import { createHash } from 'node:crypto';
import { withoutUndefined } from '../host/without-undefined.ts';
import { headerValues, type Delivery } from './delivery.ts';
import type { DeliveryFacts, HmacSettings, SchemeName } from '../define/verification.ts';
import { prefixOf } from './schemes/standard-webhooks.ts';

/** Headers with the event type, as sent by GitHub, GitLab, Bitbucket, Shopify and CloudEvents. */
const typeHeaders = [
  'x-github-event',
  'x-gitlab-event',
  'x-event-key',
  'x-shopify-topic',
  'x-event-type',
  'x-event-name',
  'ce-type',
];

/** Headers with a delivery ID that stays the same in retries, according to the sender's documentation. */
const idHeaders = [
  'webhook-id',
  'svix-id',
  'x-github-delivery',
  'idempotency-key',
  'x-shopify-webhook-id',
  'x-request-uuid',
  'x-atlassian-webhook-identifier',
  'ce-id',
];

/** Other headers that are useful in a workflow. */
const otherHeaders = [
  'content-type',
  'user-agent',
  'webhook-timestamp',
  'svix-timestamp',
  'x-github-hook-id',
  'x-github-hook-installation-target-id',
  'x-github-hook-installation-target-type',
  'x-gitlab-event-uuid',
  'x-gitlab-webhook-uuid',
  'x-gitlab-instance',
  'x-hook-uuid',
  'x-shopify-event-id',
  'x-shopify-shop-domain',
  'x-shopify-triggered-at',
  'x-slack-request-timestamp',
  'x-slack-retry-num',
  'x-slack-retry-reason',
  'x-request-id',
  'aeg-event-type',
  'aeg-subscription-name',
  'aeg-delivery-count',
  'aeg-data-version',
  'ce-source',
  'ce-specversion',
  'ce-subject',
  'ce-time',
];

const passedHeaders = [...typeHeaders, ...idHeaders, ...otherHeaders];

/** Maximum length of a header value to pass on, in characters. */
const maxLength = 500;

/** The value of a header; undefined if it is repeated, empty or not printable ASCII. */
function headerOf(delivery: Delivery, name: string): string | undefined {
  const [value, ...more] = headerValues(delivery, name);
  return value !== undefined &&
    more.length === 0 &&
    value !== '' &&
    value.length <= maxLength &&
    /^[\x20-\x7e]+$/.test(value)
    ? value
    : undefined;
}

/**
 * Headers with the delivery ID. If a sender signs only the body, an attacker could replay a delivery with another ID, so the
 * header is not trusted. GitHub is the exception: it documents that its ID is unique.
 */
function trustedIds(delivery: Delivery, scheme: SchemeName, hmac?: HmacSettings): readonly string[] {
  if (hmac) return hmac.idHeader === undefined ? [] : [hmac.idHeader.toLowerCase()];
  if (scheme === 'standard-webhooks') return [`${prefixOf(delivery)}-id`];
  if (scheme === 'github') return ['x-github-delivery'];
  return scheme === 'slack' || scheme === 'dbt' ? [] : idHeaders;
}

/** Whether the delivery ID is unique by specification. */
const hasUniqueId = (scheme: SchemeName, hmac?: HmacSettings): boolean =>
  scheme === 'standard-webhooks' || scheme === 'github' || hmac?.template.includes('{id}') === true;

/** The ID that Standard Webhooks signs, even if it is too long to pass on: two events may have the same body. */
function signedId(delivery: Delivery, scheme: SchemeName): string | undefined {
  return scheme === 'standard-webhooks' ? headerValues(delivery, `${prefixOf(delivery)}-id`)[0] : undefined;
}

/**
 * Reads the metadata of a delivery: its ID, event type and headers.
 * @param secretHeader name of the header with the shared secret, which is never passed on
 * @param hmac the signature, if the scheme is an HMAC preset or custom: its ID and event type headers are passed on
 */
export function factsOf(
  delivery: Delivery,
  scheme: SchemeName,
  secretHeader?: string,
  hmac?: HmacSettings,
): DeliveryFacts {
  const headers: Record<string, string> = {};
  const own = [hmac?.typeHeader, hmac?.idHeader].flatMap((name) => name?.toLowerCase() ?? []);
  const proofHeader = (hmac?.header ?? secretHeader)?.toLowerCase();
  for (const name of new Set([...passedHeaders, ...own])) {
    const value = name === proofHeader ? undefined : headerOf(delivery, name);
    if (value !== undefined) headers[name] = value;
  }
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => headers[name]).find((value) => value !== undefined);
  const deliveryId = first(trustedIds(delivery, scheme, hmac));
  const eventType = first(hmac?.typeHeader === undefined ? typeHeaders : [hmac.typeHeader.toLowerCase()]);
  const bodyHash = (): string => createHash('sha256').update(delivery.body).digest('hex');
  return {
    ...withoutUndefined({ deliveryId, eventType }),
    headers,
    bodyHash,
    repeatKey: () =>
      deliveryId === undefined
        ? (signedId(delivery, scheme) ?? bodyHash())
        : hasUniqueId(scheme, hmac)
          ? deliveryId
          : [headers['ce-source'] ?? '', deliveryId, bodyHash()].join(' ').trim(),
  };
}
