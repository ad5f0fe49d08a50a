import { defineConnection } from '../../define/connection.ts';
import { displayText } from '../../http/response-schema.ts';
import { openSlack, slackShape } from './api.ts';
import { fields } from './connection-fields.ts';

/** Connects to a Slack workspace as the bot of an app. */
export const slackConnection = defineConnection({
  key: 'slack',
  name: 'Slack Bot Token',
  description: 'The bot token of a Slack app installed in your workspace. Invite the bot to the channels it posts to.',
  documentationUrl: 'https://docs.slack.dev/authentication/tokens#bot',
  fields,
  async test(context) {
    const { team, user } = await openSlack(context).json(
      'POST',
      '/auth.test',
      slackShape({ team: displayText, user: displayText }),
      {
        effect: 'safe',
      },
    );
    return [user, team].filter(Boolean).join(' in ') || 'Slack';
  },
});
