import { defineConnection } from '../../define/connection.ts';
import { webhookSecretForm } from '../../webhooks/webhook-secret.ts';

/** The secret of an event subscription, which Event Grid sends with each event because it does not sign them. */
export const eventGridSecretConnection = defineConnection({
  key: 'eventGridSecret',
  name: 'Event Grid Secret',
  description: 'Used to verify that events come from Azure Event Grid, with a secret or Microsoft Entra tokens.',
  documentationUrl: 'https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery',
  ...webhookSecretForm(
    ['shared-secret', 'entra'],
    'A random secret of at least 16 characters that you also enter in the event subscription, as described in the setup directions of the trigger.',
  ),
});
