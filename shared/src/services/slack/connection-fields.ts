import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';

/** Fields of a Slack connection. */
export const fields = {
  botToken: text({
    label: 'Bot Token',
    help: 'The Bot User OAuth Token (xoxb-…) from OAuth & Permissions in your Slack app settings. Required scopes: chat:write, files:write, files:read, channels:read, groups:read, im:write, users:read and users:read.email.',
    placeholder: 'xoxb-…',
    secret: true,
  }),
  address: v.optional(
    text({
      label: 'API URL',
      help: 'The base URL of the Slack Web API. Change it only for GovSlack or a proxy.',
      placeholder: 'https://slack.com/api',
      advanced: true,
    }),
    'https://slack.com/api',
  ),
};

/** Values of a Slack connection. */
export type SlackConnection = ConnectionValues<typeof fields>;
