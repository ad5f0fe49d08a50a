import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { PipewrightError } from '../../../host/error.ts';
import { cloudOf } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';

/** The display name of the service. */
export const service = 'Azure WebHook Activity';

const cipher = 'aes-256-gcm';
const lengths = { nonce: 12, tag: 16 };

/** Hosts at which Azure waits for the end of an activity. Which of them it uses is not documented. */
const azureHost = /(^|\.)(azure\.com|azure\.us|azure\.cn|azuresynapse\.net|azuresynapse\.us)$/i;

/** Hosts under Azure's names that anybody can have. */
const anybodysHost = /\.cloudapp(\.[a-z0-9-]+)?\.azure\.|\.cloudapp\.(us|cn)/i;

function keyOf({ clientSecret, tenantId }: AzureConnection): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', clientSecret, tenantId, 'pipewright webhook activity', 32));
}

/** Whether an address is one that Azure may have made: nothing else is ever called. */
function isAzure(address: string, connection: AzureConnection): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, origin, username } = new URL(address);
  if (connection.cloud === 'custom') return origin === new URL(cloudOf(connection).management).origin;
  return protocol === 'https:' && username === '' && azureHost.test(hostname) && !anybodysHost.test(hostname);
}

function notAzure(): PipewrightError {
  return new PipewrightError({
    code: 'not-verified',
    service,
    message: 'The address at which the activity is to be completed is not at Azure, so it is not called.',
    hint: 'Check who calls this trigger: a WebHook activity of Data Factory or Synapse sends an address of Azure.',
  });
}

/**
 * Makes the handle of an activity out of the address at which Azure waits, which is a secret: nobody can read it or make
 * another one without the client secret of the connection.
 * @throws PipewrightError `not-verified` when the address is not at Azure
 */
export function sealHandle(address: string, connection: AzureConnection): string {
  if (!isAzure(address, connection)) throw notAzure();
  const nonce = randomBytes(lengths.nonce);
  const sealing = createCipheriv(cipher, keyOf(connection), nonce);
  const sealed = Buffer.concat([sealing.update(address, 'utf8'), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url');
}

/**
 * The address in a handle.
 * @throws PipewrightError `bad-input` when the handle is not one that this connection made
 */
export function openHandle(handle: string, connection: AzureConnection): string {
  const bytes = Buffer.from(handle, 'base64url');
  const { nonce, tag } = lengths;
  try {
    const opening = createDecipheriv(cipher, keyOf(connection), bytes.subarray(0, nonce));
    opening.setAuthTag(bytes.subarray(nonce, nonce + tag));
    const address = Buffer.concat([opening.update(bytes.subarray(nonce + tag)), opening.final()]).toString('utf8');
    if (isAzure(address, connection)) return address;
  } catch {
    // What cannot be opened is told below, without a word of what was in it.
  }
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: '“Handle” is not one that this connection can open.',
    hint: 'Take Handle from the trigger WebHook Activity Reached, with the same connection there and here; a client secret that was replaced since cannot open it any longer. Look at the activity in the studio.',
  });
}
