import * as v from 'valibot';
import { defineConnection, type ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { PipewrightError } from '../../host/error.ts';
import { checkWebhookSecrets, webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';
import { shownText } from '../../http/answer-shape.ts';
import { openMode } from './api.ts';

const fields = {
  workspace: text({
    label: 'Workspace',
    help: 'The name of the workspace as it stands in addresses: app.mode.com/contoso belongs to the workspace contoso. You can paste such an address.',
    placeholder: 'contoso',
    idFromUrl: {
      pattern: /^https?:\/\/[^/]+\/([^/?#]+)/,
      example: 'https://app.mode.com/contoso/reports/4e0af8c10001',
    },
  }),
  apiToken: text({
    label: 'API Token',
    help: 'A workspace API token, made by an administrator under Workspace Settings, or a member API token. Personal tokens ended in 2025.',
    placeholder: '1a2b3c4d5e6f',
    secret: true,
  }),
  apiSecret: text({
    label: 'API Secret',
    help: 'The secret that belongs to the token. Mode shows it only once, when the token is made.',
    secret: true,
  }),
  ...webhookSecretFields('Mode'),
  address: v.optional(
    text({
      label: 'Address',
      help: 'Where Mode is. Change it only if yours stands somewhere else.',
      placeholder: 'https://app.mode.com',
      advanced: true,
    }),
    'https://app.mode.com',
  ),
};

/** The values of a Mode connection. */
export type ModeConnection = ConnectionValues<typeof fields>;

/** Log-in to a workspace of Mode by an API token with its secret. */
export const modeConnection = defineConnection({
  key: 'mode',
  name: 'Mode API Token',
  description: 'A workspace of Mode with a workspace or member API token. The workspace must be on a paid plan.',
  documentationUrl: 'https://mode.com/developer/api-reference/authentication/',
  fields,
  async test(context) {
    checkWebhookSecrets(context.connection);
    const api = openMode(context);
    try {
      const { name } = await api.json('GET', '', v.object({ name: shownText }));
      return name ?? context.connection.workspace;
    } catch (error) {
      // Member tokens may not read the workspace itself, but its collections.
      if (!(error instanceof PipewrightError && (error.code === 'forbidden' || error.code === 'not-found')))
        throw error;
      await api.json('GET', '/spaces', v.object({}), { query: { filter: 'all' } });
      return context.connection.workspace;
    }
  },
});
