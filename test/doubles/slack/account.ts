/** The account for Slack in the sandbox. */
export const slackAccount = {
  botToken: 'xoxb-sandbox-bot',
  /** A token without the scope `files:write`. */
  readerToken: 'xoxb-sandbox-reader',
  signingSecret: 'sandbox-slack-signing-secret',
  teamId: 'T0SANDBOX1',
  generalChannelId: 'C0GENERAL1',
  dataChannelId: 'C0DATATEAM',
  userId: 'U0ADALOVE1',
  userEmail: 'ada@contoso.example',
  /** Shared file `claims.csv`. */
  fileId: 'F0CLAIMS01',
} as const;
