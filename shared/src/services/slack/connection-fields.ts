import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';

/** What a person enters for a Slack connection. */
export const fields = {
  botToken: text({
    label: 'Bot Token',
    help: 'The Bot User OAuth Token of your Slack app, which begins with xoxb-. It stands under OAuth & Permissions after the app was installed. The app needs the scopes chat:write, files:write, files:read, channels:read, groups:read, im:write, users:read and users:read.email.',
    placeholder: 'xoxb-…',
    secret: true,
  }),
  address: v.optional(
    text({
      label: 'Address',
      help: 'Where Slack is. Change it only for GovSlack or a proxy.',
      placeholder: 'https://slack.com/api',
      advanced: true,
    }),
    'https://slack.com/api',
  ),
};

/** The values of a Slack connection. */
export type SlackConnection = ConnectionValues<typeof fields>;
