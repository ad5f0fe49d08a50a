import { defineService } from '../../define/service.ts';
import { webhookSecretConnection } from '../../webhooks/webhook-secret.ts';
import { blobCreated } from './blob-created.ts';
import { eventReceived } from './event-received.ts';

/** Azure Event Grid. */
export const eventGrid = defineService({
  key: 'eventGrid',
  name: 'Azure Event Grid',
  description: 'React to new files in Azure Storage and to Event Grid events.',
  connection: webhookSecretConnection,
  operations: [],
  triggers: [blobCreated, eventReceived],
});
