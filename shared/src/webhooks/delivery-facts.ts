import { createHash } from 'node:crypto';
import { headerValues, type Delivery } from './delivery.ts';
import type { DeliveryFacts, SchemeName } from '../define/verification.ts';
import { prefixOf } from './schemes/standard-webhooks.ts';

/** Headers in which senders say what happened, such as GitHub, GitLab, Bitbucket, Shopify, CloudEvents and Event Grid. */
const typeHeaders = [
  'x-github-event',
  'x-gitlab-event',
  'x-event-key',
  'x-shopify-topic',
  'x-event-type',
  'x-event-name',
  'ce-type',
];

/** Headers in which senders give one ID to a delivery and to its repeats, by their documentation. */
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

/** Other headers that are worth knowing in a workflow. */
const furtherHeaders = [
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

const told = [...typeHeaders, ...idHeaders, ...furtherHeaders];

/** Longest value of a header that is handed on, in characters. */
const maxLength = 500;

/** The one value of a header; undefined when it came more than once, is empty, or is no plain text. */
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
 * Headers that hold the ID of a delivery. Senders that sign only the body are known by it alone: whoever caught a delivery
 * could send it again under another ID. GitHub is the exception, for it documents that its ID is unique.
 */
function trustedIds(delivery: Delivery, scheme: SchemeName | 'entra'): readonly string[] {
  if (scheme === 'standard-webhooks') return [`${prefixOf(delivery)}-id`];
  if (scheme === 'github') return ['x-github-delivery'];
  return scheme === 'slack' || scheme === 'dbt' ? [] : idHeaders;
}

/** Schemes whose ID of a delivery is unique by their specification. */
const hasUniqueId = (scheme: SchemeName | 'entra'): boolean => scheme === 'standard-webhooks' || scheme === 'github';

/** The ID that Standard Webhooks signs, also one that is not handed on because it is too long: two events may have equal bodies. */
function signedId(delivery: Delivery, scheme: SchemeName | 'entra'): string | undefined {
  return scheme === 'standard-webhooks' ? headerValues(delivery, `${prefixOf(delivery)}-id`)[0] : undefined;
}

/**
 * Reads what a delivery says about itself.
 * @param secretHeader name of the header that carries a shared secret: it is never handed on
 */
export function factsOf(delivery: Delivery, scheme: SchemeName | 'entra', secretHeader?: string): DeliveryFacts {
  const headers: Record<string, string> = {};
  for (const name of told) {
    const value = name === secretHeader?.toLowerCase() ? undefined : headerOf(delivery, name);
    if (value !== undefined) headers[name] = value;
  }
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => headers[name]).find((value) => value !== undefined);
  const deliveryId = first(trustedIds(delivery, scheme));
  const eventType = first(typeHeaders);
  const bodyHash = (): string => createHash('sha256').update(delivery.body).digest('hex');
  return {
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(eventType === undefined ? {} : { eventType }),
    headers,
    bodyHash,
    repeatKey: () =>
      deliveryId === undefined
        ? (signedId(delivery, scheme) ?? bodyHash())
        : hasUniqueId(scheme)
          ? deliveryId
          : [headers['ce-source'] ?? '', deliveryId, bodyHash()].join(' ').trim(),
  };
}
