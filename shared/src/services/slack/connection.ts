import * as v from 'valibot';
import { defineConnection, type ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { shownText } from '../../http/answer-shape.ts';
import { openSlack, slackShape } from './api.ts';

const fields = {
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

/** Log-in to a workspace of Slack as the bot of an app. */
export const slackConnection = defineConnection({
  key: 'slack',
  name: 'Slack Bot Token',
  description:
    'The bot of a Slack app that is installed in your workspace. Invite it to the channels it shall write to.',
  documentationUrl: 'https://docs.slack.dev/authentication/tokens#bot',
  fields,
  async test(context) {
    const { team, user } = await openSlack(context).json('POST', '/auth.test', slackShape({ team: shownText, user: shownText }), {
      effect: 'reads',
    });
    return [user, team].filter(Boolean).join(' in ') || 'Slack';
  },
});
