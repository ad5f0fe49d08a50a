import { defineConnection } from '../../define/connection.ts';
import { checkWebhookSecrets } from '../../webhooks/shared-secret-fields.ts';
import { quantemplateToken } from './api.ts';
import { fields } from './connection-fields.ts';

/**
 * Log-in of an API user. The test logs in and no more: no documented call reads something without the ID of a dataset or
 * pipeline.
 */
export const quantemplateConnection = defineConnection({
  key: 'quantemplate',
  name: 'Quantemplate API User',
  description:
    'An API user of Quantemplate. Share with it the datasets and pipelines that it shall work with; to upload a dataset it must be allowed to edit.',
  documentationUrl: 'https://quantemplate.readme.io/',
  fields,
  async test({ connection, host }) {
    checkWebhookSecrets(connection);
    await quantemplateToken({ connection, host }, true);
    return `Quantemplate (${connection.organisationId})`;
  },
});
