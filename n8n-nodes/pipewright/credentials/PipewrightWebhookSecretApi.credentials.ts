import type { ICredentialType } from 'n8n-workflow';
import { webhookSecretConnection } from '../../../shared/src/webhooks/webhook-secret.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** The secret that a sender of signed events and a trigger share. */
export class PipewrightWebhookSecretApi implements ICredentialType {
  name = 'pipewrightWebhookSecretApi';

  displayName = webhookSecretConnection.name;

  icon = { light: 'file:../icons/pipewright.svg', dark: 'file:../icons/pipewright.dark.svg' } as const;

  documentationUrl = 'https://www.standardwebhooks.com/';

  properties = describeCredential(webhookSecretConnection);
}
