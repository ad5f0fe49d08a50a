import type { ICredentialType } from 'n8n-workflow';
import { slackConnection } from '../../../shared/src/services/slack/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** Log-in to a Slack workspace by the token of a bot. */
export class PipewrightSlackApi implements ICredentialType {
  name = 'pipewrightSlackApi';

  displayName = slackConnection.name;

  icon = { light: 'file:../icons/slack.svg', dark: 'file:../icons/slack.dark.svg' } as const;

  documentationUrl = 'https://docs.slack.dev/authentication/tokens#bot';

  properties = describeCredential(slackConnection);
}
