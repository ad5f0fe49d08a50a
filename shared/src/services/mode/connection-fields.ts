import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

/** The fields of a Mode connection. */
export const fields = {
  workspace: text({
    label: 'Workspace',
    help: 'Workspace name from the URL of any Mode page, such as contoso in app.mode.com/contoso. You can paste the URL.',
    placeholder: 'contoso',
    idFromUrl: {
      pattern: /^https?:\/\/[^/]+\/([^/?#]+)/,
      example: 'https://app.mode.com/contoso/reports/4e0af8c10001',
    },
  }),
  apiToken: text({
    label: 'API Token',
    help: 'Workspace API token, created by an administrator in Workspace Settings, or member API token.',
    placeholder: '1a2b3c4d5e6f',
    secret: true,
  }),
  apiSecret: text({
    label: 'API Secret',
    help: 'Secret of the API token. Mode shows it only when the token is created.',
    secret: true,
  }),
  ...webhookSecretFields('Mode'),
  address: v.optional(
    text({
      label: 'Base URL',
      help: 'Base URL of Mode. Change it only if your organization uses a different URL.',
      placeholder: 'https://app.mode.com',
      advanced: true,
    }),
    'https://app.mode.com',
  ),
};

/** The values of a Mode connection. */
export type ModeConnection = ConnectionValues<typeof fields>;
