import { defineService } from '../../define/service.ts';
import { webhookSecretConnection } from './connection.ts';
import { eventReceived } from './event-received.ts';

/** Signed events from any sender. */
export const signedWebhook = defineService({
  key: 'signedWebhook',
  name: 'Signed Webhook',
  description: 'Trigger on signed events from any sender; reject forged events and ignore duplicates.',
  connection: webhookSecretConnection,
  operations: [],
  triggers: [eventReceived],
  listing: {
    icon: 'pipewright',
    categories: ['Development'],
    aliases: ['webhook', 'signature', 'HMAC', 'Standard Webhooks', 'Svix', 'GitHub', 'Stripe', 'Shopify'],
  },
});
