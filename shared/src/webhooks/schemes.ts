import type { HmacSettings, SecretScheme, SignatureScheme } from '../define/verification.ts';
import type { Scheme } from './scheme.ts';
import { customHmac } from './schemes/custom-hmac.ts';
import { dbt } from './schemes/dbt.ts';
import { github } from './schemes/github.ts';
import { sharedSecretBasic, sharedSecretHeader, sharedSecretQuery } from './schemes/shared-secret.ts';
import { slack } from './schemes/slack.ts';
import { standardWebhooks } from './schemes/standard-webhooks.ts';

/** All signature schemes. Microsoft Entra is separate: `verifyEntraDelivery`. */
export const schemes: Record<SignatureScheme, Scheme> = {
  dbt,
  slack,
  github,
  'standard-webhooks': standardWebhooks,
  'shared-secret-header': sharedSecretHeader,
  'shared-secret-basic': sharedSecretBasic,
  'shared-secret-query': sharedSecretQuery,
};

/**
 * The scheme of a delivery; an HMAC preset or a custom HMAC is described by its settings.
 * @throws Error if an HMAC scheme has no settings
 */
export function schemeOf({ scheme, hmac }: { scheme: SecretScheme; hmac?: HmacSettings }): Scheme {
  if (isSignatureScheme(scheme)) return schemes[scheme];
  if (!hmac) throw new Error('The settings of the HMAC are missing.');
  return customHmac(hmac);
}

/** Whether a scheme has no settings of its own. */
const isSignatureScheme = (scheme: SecretScheme): scheme is SignatureScheme => Object.hasOwn(schemes, scheme);
