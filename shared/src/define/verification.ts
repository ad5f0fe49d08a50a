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

/** Who may send events that carry a token of Microsoft Entra. */
export interface EntraSender {
  /** Where tokens are issued: `https://login.microsoftonline.com`. */
  authority: string;
  tenantId: string;
  /** ID of the application that represents this trigger; tokens are issued for it. */
  applicationId: string;
  /** ID of the application that sends, such as that of Event Grid: any application of a tenant can request tokens. */
  senderId: string;
}

/** The secrets that are accepted while one is replaced by another. */
export interface Secrets {
  current?: string;
  previous?: string;
}

/** What a verified delivery says about itself beside its body. */
export interface DeliveryFacts {
  /** ID that the sender gives to a delivery and to its repeats. */
  deliveryId?: string;
  /**
   * What only the repeats of a delivery have in common: its ID, where that is signed or unique; its ID and body, where a
   * header might as well be the ID of the webhook; else its whole body.
   */
  repeatKey(): string;
  /** What happened, by a header such as `X-GitHub-Event`. */
  eventType?: string;
  /** Headers that say what was sent and by whom, in lower case. Never a signature, secret or token. */
  headers: Record<string, string>;
  /** The SHA-256 of the whole body in hexadecimal digits. */
  bodyHash(): string;
}
