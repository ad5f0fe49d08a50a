/** Signature schemes, and ways to send a shared secret. */
export type SignatureScheme =
  | 'dbt'
  | 'slack'
  | 'github'
  | 'standard-webhooks'
  | 'shared-secret-header'
  | 'shared-secret-basic'
  | 'shared-secret-query';

/** All ways to verify a delivery: a signature or shared secret, or a token of Microsoft Entra. */
export type SchemeName = SignatureScheme | 'entra';

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
