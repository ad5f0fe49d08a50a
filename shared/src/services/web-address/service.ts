import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { webAddressConnection } from './connection.ts';
import { downloadFile } from './download-file.ts';

/**
 * Files of any website. It is a source of datasets only: as a node of its own it would do what the platforms have steps for
 * (HTTP Request in n8n, Webhooks in Zapier), which n8n does not allow.
 */
export const webAddress = defineService({
  key: 'webAddress',
  name: service,
  description: 'Fetch files of a website.',
  connection: webAddressConnection,
  operations: [downloadFile],
  triggers: [],
});
