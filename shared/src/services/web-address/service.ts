import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { webAddressConnection } from './connection.ts';
import { downloadFile } from './download-file.ts';

/**
 * Files from any website, as a source of datasets. There is no separate node: both platforms have a step for HTTP requests, and
 * n8n does not accept nodes that duplicate it.
 */
export const webAddress = defineService({
  key: 'webAddress',
  name: service,
  description: 'Download files from a website.',
  connection: webAddressConnection,
  operations: [downloadFile],
  triggers: [],
});
