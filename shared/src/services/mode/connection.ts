import * as v from 'valibot';
import { defineConnection } from '../../define/connection.ts';
import { PipewrightError } from '../../host/error.ts';
import { checkWebhookSecrets } from '../../webhooks/shared-secret-fields.ts';
import { displayText } from '../../http/response-schema.ts';
import { openMode } from './api.ts';
import { fields } from './connection-fields.ts';

/** Authentication with a Mode API token and its secret. */
export const modeConnection = defineConnection({
  key: 'mode',
  name: 'Mode API Token',
  description: 'A Mode workspace or member API token. Requires a paid Mode plan.',
  documentationUrl: 'https://mode.com/developer/api-reference/authentication/',
  fields,
  async test(context) {
    checkWebhookSecrets(context.connection);
    const api = openMode(context);
    try {
      const { name } = await api.json('GET', '', v.object({ name: displayText }));
      return name ?? context.connection.workspace;
    } catch (error) {
      // Member tokens cannot read the workspace, only its collections.
      if (!(error instanceof PipewrightError && (error.code === 'forbidden' || error.code === 'not-found')))
        throw error;
      await api.json('GET', '/spaces', v.object({}), { query: { filter: 'all' } });
      return context.connection.workspace;
    }
  },
});
