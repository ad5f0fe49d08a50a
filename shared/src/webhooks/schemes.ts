import type { SignatureScheme } from '../define/verification.ts';
import type { Scheme } from './scheme.ts';
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
