import { defineService } from '../../define/service.ts';
import { blobCreated } from './blob-created.ts';
import { eventGridSecretConnection } from './connection.ts';
import { eventReceived } from './event-received.ts';

/** Azure Event Grid. */
export const eventGrid = defineService({
  key: 'eventGrid',
  name: 'Azure Event Grid',
  description: 'React to new files in Azure Storage and to Event Grid events.',
  connection: eventGridSecretConnection,
  operations: [],
  triggers: [blobCreated, eventReceived],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['blob', 'storage account', 'data lake', 'ADLS', 'topic', 'Microsoft'],
    startsWhen: 'a file arrives in Azure Storage or an Event Grid topic publishes an event',
  },
});
