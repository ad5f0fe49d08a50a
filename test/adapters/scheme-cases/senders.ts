import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';
import type { SchemeName, SecretScheme } from '../../../shared/src/define/verification.ts';
import type { Signing } from '../../../shared/src/webhooks/scheme.ts';
import { hmacSettingsOf } from '../../../shared/src/webhooks/hmac-fields.ts';
import { schemeOf } from '../../../shared/src/webhooks/schemes.ts';

/** The parts of a delivery other than its body. */
export interface Carried {
  headers: Record<string, string>;
  query: Record<string, string>;
}

/** A sender that authenticates with one scheme. */
export interface Sender {
  name: string;
  scheme: SchemeName;
  /** Values of the form in addition to the scheme. */
  input?: Record<string, string>;
  /** The values of the connection: the current secret and the previous one. */
  connection: Record<string, string>;
  secrets: { current: string; previous: string; other: string };
  /** The header or parameter with the proof. */
  carrier: { in: 'header' | 'query'; name: string };
  /** Whether the signature covers the body. */
  signsBody: boolean;
  /** Whether the signature covers the timestamp. */
  signsTimestamp: boolean;
  /** @param at seconds since 1970 */
  sign(secret: string, body: string, at: number): Promise<Carried>;
}

const plain = { current: 'the-secret-of-now', previous: 'the-secret-before', other: 'the-secret-of-another' };
const standard = {
  current: `whsec_${Buffer.from('the secret of now 1234567').toString('base64')}`,
  previous: `whsec_${Buffer.from('the secret before 1234567').toString('base64')}`,
  other: `whsec_${Buffer.from('the secret of another 123').toString('base64')}`,
};

function bySecret(
  name: string,
  scheme: SecretScheme,
  carrier: Sender['carrier'],
  {
    signsBody = true,
    signsTimestamp = false,
    secrets = plain,
    rename = (header: string): string => header,
    input = {} as Record<string, string>,
  } = {},
): Sender {
  const hmac = hmacSettingsOf(scheme, input);
  return {
    name,
    input,
    scheme,
    connection: { secret: secrets.current, previousSecret: secrets.previous },
    secrets,
    carrier,
    signsBody,
    signsTimestamp,
    async sign(secret, body, at) {
      const signing: Signing = {
        secret,
        body: Buffer.from(body),
        id: `msg_${createHash('sha256').update(body).digest('hex')}`,
        now: at,
      };
      const { headers, query } = schemeOf({ scheme, ...(hmac ? { hmac } : {}) }).sign(signing) as Carried;
      return {
        headers: Object.fromEntries(Object.entries(headers).map(([header, value]) => [rename(header), value])),
        query,
      };
    },
  };
}

const tenantId = '11111111-1111-1111-1111-111111111111';
const applicationId = '22222222-2222-2222-2222-222222222222';
const senderId = '33333333-3333-3333-3333-333333333333';

/** The URL of the tenant's keys. */
export const entraKeysUrl = `https://login.microsoftonline.com/${tenantId}/discovery/v2.0/keys`;

/** Every sender that a trigger supports, with the keys that Microsoft Entra would publish. */
export async function openSenders(): Promise<{ senders: Sender[]; entraKeys: JSONWebKeySet }> {
  const keys = { current: await generateKeyPair('RS256'), other: await generateKeyPair('RS256') };
  const entraKeys = { keys: [{ ...(await exportJWK(keys.current.publicKey)), kid: 'key-1', use: 'sig' }] };
  const entra: Sender = {
    name: 'Microsoft Entra',
    scheme: 'entra',
    connection: { tenantId, applicationId, senderId },
    secrets: { current: 'current', previous: 'current', other: 'other' },
    carrier: { in: 'header', name: 'authorization' },
    signsBody: false,
    signsTimestamp: true,
    async sign(secret, _body, at) {
      const token = await new SignJWT({
        iss: `https://login.microsoftonline.com/${tenantId}/v2.0`,
        aud: applicationId,
        azp: senderId,
        nbf: at,
        exp: at + 60,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
        .sign(secret === 'other' ? keys.other.privateKey : keys.current.privateKey);
      return { headers: { authorization: `Bearer ${token}` }, query: {} };
    },
  };
  const senders = [
    bySecret('dbt', 'dbt', { in: 'header', name: 'authorization' }),
    bySecret('PagerDuty', 'pagerduty', { in: 'header', name: 'X-PagerDuty-Signature' }),
    bySecret('Zendesk', 'zendesk', { in: 'header', name: 'X-Zendesk-Webhook-Signature' }, { signsTimestamp: true }),
    bySecret(
      'a custom HMAC',
      'custom-hmac',
      { in: 'header', name: 'X-Acme-Signature' },
      {
        signsTimestamp: true,
        input: {
          signatureHeader: 'X-Acme-Signature',
          algorithm: 'sha512',
          encoding: 'base64url',
          signaturePrefix: 'v1=',
          signedContent: '{timestamp}.{body}',
          timestampHeader: 'X-Acme-Time',
          timestampUnit: 'ms',
        },
      },
    ),
    bySecret('GitHub', 'github', { in: 'header', name: 'x-hub-signature-256' }),
    bySecret('Slack', 'slack', { in: 'header', name: 'x-slack-signature' }, { signsTimestamp: true }),
    bySecret(
      'Standard Webhooks',
      'standard-webhooks',
      { in: 'header', name: 'webhook-signature' },
      { signsTimestamp: true, secrets: standard },
    ),
    bySecret(
      'Svix',
      'standard-webhooks',
      { in: 'header', name: 'svix-signature' },
      { signsTimestamp: true, secrets: standard, rename: (header) => header.replace('webhook-', 'svix-') },
    ),
    bySecret(
      'a secret in a header',
      'shared-secret-header',
      { in: 'header', name: 'x-webhook-secret' },
      { signsBody: false },
    ),
    bySecret(
      'a secret as a log-in',
      'shared-secret-basic',
      { in: 'header', name: 'authorization' },
      { signsBody: false },
    ),
    bySecret('a secret in the address', 'shared-secret-query', { in: 'query', name: 'token' }, { signsBody: false }),
    entra,
  ];
  return { senders, entraKeys };
}
