import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

/** What a person enters for a Mode connection. */
export const fields = {
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
