import { defineConnection } from '../../define/connection.ts';
import { checkWebhookSecrets } from '../../webhooks/shared-secret-fields.ts';
import { quantemplateToken } from './api.ts';
import { fields } from './connection-fields.ts';

/**
 * Authentication as an API user. The test only gets a token: every documented API call needs the ID of a dataset or
 * pipeline.
 */
export const quantemplateConnection = defineConnection({
  key: 'quantemplate',
  name: 'Quantemplate API User',
  description:
    'A Quantemplate API user. Share your datasets and pipelines with it in Quantemplate; uploads require edit access.',
  documentationUrl: 'https://quantemplate.readme.io/',
  fields,
  async test({ connection, host }) {
    checkWebhookSecrets(connection);
    await quantemplateToken({ connection, host }, true);
    return `Quantemplate (${connection.organisationId})`;
  },
});
