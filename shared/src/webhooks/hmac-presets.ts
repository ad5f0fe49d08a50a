import type { HmacPreset, HmacSettings } from '../define/verification.ts';

/** An HMAC sender: its settings, apart from the webhook URL, and where it documents them. */
export interface Preset {
  label: string;
  /** The signature header, for the form. */
  description: string;
  settings: HmacSettings;
  /** The sender's documentation. */
  source: string;
}

const sha256 = { algorithm: 'sha256', encoding: 'hex', prefix: '', separator: 'none', template: '{body}' } as const;

/** Senders whose signature needs no other setting than the secret, and the URL where it is signed. */
export const hmacPresets: Record<HmacPreset, Preset> = {
  stripe: {
    label: 'Stripe',
    description: 'Stripe-Signature header',
    settings: {
      ...sha256,
      header: 'Stripe-Signature',
      prefix: 'v1=',
      separator: 'comma',
      template: '{timestamp}.{body}',
      timestamp: { in: 'signature', name: 't', unit: 's' },
    },
    source: 'https://docs.stripe.com/webhooks/signature',
  },
  shopify: {
    label: 'Shopify',
    description: 'X-Shopify-Hmac-SHA256 header',
    settings: {
      ...sha256,
      header: 'X-Shopify-Hmac-SHA256',
      encoding: 'base64',
      idHeader: 'X-Shopify-Webhook-Id',
      typeHeader: 'X-Shopify-Topic',
    },
    source: 'https://shopify.dev/docs/apps/build/webhooks/verify-deliveries',
  },
  hubspot: {
    label: 'HubSpot (Version 3)',
    description: 'X-HubSpot-Signature-v3 header',
    settings: {
      ...sha256,
      header: 'X-HubSpot-Signature-v3',
      encoding: 'base64',
      template: '{method}{url}{body}{timestamp}',
      timestamp: { in: 'header', name: 'X-HubSpot-Request-Timestamp', unit: 'ms' },
    },
    source: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  },
  fivetran: {
    label: 'Fivetran',
    description: 'X-Fivetran-Signature-256 header',
    settings: { ...sha256, header: 'X-Fivetran-Signature-256' },
    source: 'https://fivetran.com/docs/rest-api/webhooks',
  },
  segment: {
    label: 'Segment',
    description: 'X-Signature header; uses SHA-1, and batches are rejected',
    settings: { ...sha256, header: 'X-Signature', algorithm: 'sha1' },
    source: 'https://support.twilio.com/hc/en-us/articles/51193799782171',
  },
  linear: {
    label: 'Linear',
    description: 'Linear-Signature header',
    settings: {
      ...sha256,
      header: 'Linear-Signature',
      timestamp: { in: 'body', name: 'webhookTimestamp', unit: 'ms' },
    },
    source: 'https://linear.app/developers/webhooks',
  },
  pagerduty: {
    label: 'PagerDuty (Version 3)',
    description: 'X-PagerDuty-Signature header',
    settings: { ...sha256, header: 'X-PagerDuty-Signature', prefix: 'v1=', separator: 'comma' },
    source: 'https://github.com/PagerDuty/developer-docs',
  },
  zendesk: {
    label: 'Zendesk',
    description: 'X-Zendesk-Webhook-Signature header',
    settings: {
      ...sha256,
      header: 'X-Zendesk-Webhook-Signature',
      encoding: 'base64',
      template: '{timestamp}{body}',
      timestamp: { in: 'header', name: 'X-Zendesk-Webhook-Signature-Timestamp', unit: 'iso' },
    },
    source: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  },
  square: {
    label: 'Square',
    description: 'x-square-hmacsha256-signature header',
    settings: {
      ...sha256,
      header: 'x-square-hmacsha256-signature',
      encoding: 'base64',
      template: '{url}{body}',
    },
    source: 'https://developer.squareup.com/docs/webhooks/step3validate',
  },
};

/** Whether a scheme is a preset. */
export const isHmacPreset = (scheme: string): scheme is HmacPreset => Object.hasOwn(hmacPresets, scheme);
