import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { PipewrightError } from '../../../host/error.ts';
import { cloudOf } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';

/** The display name of the service. */
export const service = 'Azure WebHook Activity';

const cipher = 'aes-256-gcm';
const lengths = { nonce: 12, tag: 16 };

/** Hosts of Azure's callback URLs. The exact hosts are not documented. */
const azureHost = /(^|\.)(azure\.com|azure\.us|azure\.cn|azuresynapse\.net|azuresynapse\.us)$/i;

/** Hosts in Azure's domains that any customer can own. */
const customerHost = /\.cloudapp(\.[a-z0-9-]+)?\.azure\.|\.cloudapp\.(us|cn)/i;

/** The secret of the connection that stays the same between two steps: that of its login, or else the webhook secret. */
function lastingSecret(connection: AzureConnection): string | undefined {
  const { authentication, clientSecret, certificate, webhookSecret } = connection;
  if (authentication === 'client-secret') return clientSecret;
  return authentication === 'certificate' ? certificate : webhookSecret;
}

/** @throws PipewrightError `not-connected` without a secret */
function keyOf(connection: AzureConnection): Uint8Array {
  const secret = lastingSecret(connection);
  if (secret)
    return new Uint8Array(hkdfSync('sha256', secret, connection.tenantId ?? '', 'pipewright webhook activity', 32));
  throw new PipewrightError({
    code: 'not-connected',
    service,
    message: 'The connection has no secret that protects the Callback ID.',
    hint: {
      n8n: 'Enter a Webhook Secret in the credential: a login without a client secret or certificate needs one here.',
      zapier: 'Enter a Webhook Secret in the connection.',
    },
  });
}

/** Whether a callback URL may be Azure's. Other URLs are never called. */
function isAzure(url: string, connection: AzureConnection): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin, username } = new URL(url);
  if (connection.cloud === 'custom') return origin === new URL(cloudOf(connection).management).origin;
  return protocol === 'https:' && username === '' && azureHost.test(hostname) && !customerHost.test(hostname);
}

function notAzure(): PipewrightError {
  return new PipewrightError({
    code: 'not-verified',
    service,
    message: 'The callback URL of the activity is not an Azure URL, so it is not called.',
    hint: 'Check who calls this trigger. A WebHook activity of Data Factory or Synapse sends an Azure URL.',
  });
}

/**
 * Encrypts the callback URL of an activity, which is a secret, into a handle. Reading or forging a handle requires the
 * secret of the connection.
 * @throws PipewrightError `not-verified` if it is not an Azure URL
 */
export function sealHandle(callbackUrl: string, connection: AzureConnection): string {
  if (!isAzure(callbackUrl, connection)) throw notAzure();
  const nonce = randomBytes(lengths.nonce);
  const sealing = createCipheriv(cipher, keyOf(connection), nonce);
  const sealed = Buffer.concat([sealing.update(callbackUrl, 'utf8'), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url');
}

/**
 * Decrypts the callback URL in a handle.
 * @throws PipewrightError `invalid-input` if this connection did not create the handle
 */
export function openHandle(handle: string, connection: AzureConnection): string {
  const bytes = Buffer.from(handle, 'base64url');
  const { nonce, tag } = lengths;
  const key = keyOf(connection);
  try {
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonce));
    opening.setAuthTag(bytes.subarray(nonce, nonce + tag));
    const callbackUrl = Buffer.concat([opening.update(bytes.subarray(nonce + tag)), opening.final()]).toString('utf8');
    if (isAzure(callbackUrl, connection)) return callbackUrl;
  } catch {
    // The error below contains no part of the handle.
  }
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: '“Callback ID” cannot be decrypted.',
    hint: {
      n8n: 'Use the Callback ID from the WebHook Activity Reached trigger with the same credential. If its secret or certificate was replaced in the meantime, complete the activity in the studio.',
      zapier:
        'Use the Callback ID from the WebHook Activity Reached trigger with the same connection. If its secret or certificate was replaced in the meantime, complete the activity in the studio.',
    },
  });
}
