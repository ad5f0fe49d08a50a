import type { Host } from '../host/host.ts';

/** Signature schemes, and ways to send a shared secret. */
export type SignatureScheme =
  | 'dbt'
  | 'slack'
  | 'github'
  | 'standard-webhooks'
  | 'shared-secret-header'
  | 'shared-secret-basic'
  | 'shared-secret-query';

/** Senders with a known HMAC signature. */
export type HmacPreset =
  | 'stripe'
  | 'shopify'
  | 'hubspot'
  | 'fivetran'
  | 'segment'
  | 'linear'
  | 'pagerduty'
  | 'zendesk'
  | 'square';

/** HMAC signatures that are described by `HmacSettings`. */
export type HmacScheme = HmacPreset | 'custom-hmac';

/** Ways to verify a delivery with a secret. */
export type SecretScheme = SignatureScheme | HmacScheme;

/** All ways to verify a delivery: a signature or shared secret, or a token of Microsoft Entra. */
export type SchemeName = SecretScheme | 'entra';

/** Where the timestamp of a delivery is, and its unit. */
export interface HmacTimestamp {
  /** A header; a part of the signature header, such as `t` in `t=…,v1=…`; or a field at the top of the signed body. */
  in: 'header' | 'signature' | 'body';
  name: string;
  unit: 's' | 'ms' | 'iso';
}

/** The HMAC signature of a sender. */
export interface HmacSettings {
  /** Name of the header with the signature. */
  header: string;
  algorithm: 'sha1' | 'sha256' | 'sha512';
  encoding: 'hex' | 'base64' | 'base64url';
  /** Text before each signature, such as `sha256=` or `v1=`; empty if there is none. */
  prefix: string;
  /** What separates several signatures in the header; any of them may match. */
  separator: 'none' | 'comma' | 'space';
  /** What is signed: text with `{body}` once, and `{method}`, `{url}`, `{id}` and `{timestamp}`. */
  template: string;
  timestamp?: HmacTimestamp;
  /** Name of the header with the delivery ID. */
  idHeader?: string;
  /** Name of the header with the event type. */
  typeHeader?: string;
  /** The webhook URL as entered at the sender, if it is signed: a proxy may change the URL that arrives. */
  url?: string;
}

/** The accepted sender of events with a Microsoft Entra token. */
export interface EntraSender {
  /** The authority that issues tokens: `https://login.microsoftonline.com`. */
  authority: string;
  tenantId: string;
  /** Application ID of this trigger: the audience of the tokens. */
  applicationId: string;
  /** Application ID of the sender, such as Event Grid: any application of a tenant can request tokens. */
  senderId: string;
}

/** Why the Microsoft Entra token of a delivery is rejected. */
export type EntraFault = 'missing' | 'duplicate' | 'malformed' | 'no-match' | 'wrong-token' | 'too-old' | 'too-new';

/**
 * Checks the Microsoft Entra token of a delivery. Services that accept such tokens bring this check, because the library for
 * tokens is large and slows down the start.
 * @returns why the delivery is rejected; undefined if it is authentic
 * @throws PipewrightError `unavailable` if the signing keys cannot be read
 */
export type EntraCheck = (
  delivery: { headers: Record<string, string | string[] | undefined> },
  sender: EntraSender,
  host: Pick<Host, 'http' | 'cache' | 'now'>,
) => Promise<EntraFault | undefined>;

/** The accepted secrets; two during a rotation. */
export interface Secrets {
  current?: string;
  previous?: string;
}

/** Facts about a verified delivery, in addition to its body. */
export interface DeliveryFacts {
  /** The sender's ID of a delivery and its repeats. */
  deliveryId?: string;
  /**
   * A key that only repeats of a delivery share: its ID if the ID is signed or unique; its ID and body if the header may be
   * the ID of the webhook; otherwise its whole body.
   */
  repeatKey(): string;
  /** The event type from a header such as `X-GitHub-Event`. */
  eventType?: string;
  /** Headers about the content and the sender, with lower-case names. Never a signature, secret or token. */
  headers: Record<string, string>;
  /** The SHA-256 hash of the whole body, in hexadecimal. */
  bodyHash(): string;
}
