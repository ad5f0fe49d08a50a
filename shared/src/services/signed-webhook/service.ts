import { defineService } from '../../define/service.ts';
import { webhookSecretConnection } from '../../webhooks/webhook-secret.ts';
import { eventReceived } from './event-received.ts';

/** Signed events of any sender. */
export const signedWebhook = defineService({
  key: 'signedWebhook',
  name: 'Signed Webhook',
  description: 'React to events of any sender that signs them; forged and repeated ones start nothing.',
  connection: webhookSecretConnection,
  operations: [],
  triggers: [eventReceived],
  listing: {
    icon: 'pipewright',
    categories: ['Core Nodes', 'Development'],
    aliases: ['webhook', 'signature', 'HMAC', 'Standard Webhooks', 'Svix', 'GitHub'],
  },
});
