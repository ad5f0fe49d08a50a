import { defineConnection } from '../../define/connection.ts';
import { webhookSecretForm } from '../../webhooks/webhook-secret.ts';

/** The secret of one sender of signed events. */
export const webhookSecretConnection = defineConnection({
  key: 'webhookSecret',
  name: 'Webhook Secret',
  description:
    'Used to verify that events are authentic, with a secret or Microsoft Entra tokens. Create one for each sender.',
  documentationUrl: 'https://github.com/pipewright/pipewright/blob/main/docs/webhooks.md#secrets',
  ...webhookSecretForm(
    ['signature', 'shared-secret', 'entra', 'none'],
    "The signing secret from the sender, e.g. whsec_…, or a random secret of at least 16 characters that you also enter in the sender's settings.",
  ),
});
