import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { webAddressConnection } from './connection.ts';
import { downloadFile } from './download-file.ts';

/** Files from any website with a login. The platforms have steps of their own for HTTP requests. */
export const webAddress = defineService({
  key: 'webAddress',
  name: service,
  description: 'Download files from a website.',
  connection: webAddressConnection,
  operations: [downloadFile],
  triggers: [],
  missing: {
    n8n: 'The HTTP Request node downloads files.',
    zapier: 'File fields accept a URL, and Webhooks by Zapier sends requests with a login.',
  },
});
