import type { AnswerCases } from '../server/answer-cases.ts';
import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import { slackAccount } from './account.ts';
import { slack } from './slack.ts';
import { SlackWorkspace } from './workspace.ts';

const channel = slackAccount.dataChannelId;
const run = { id: '1', service: 'dbt', name: 'Daily Job', status: 'failed', explanation: 'It failed.', steps: [] };

const answerCases: AnswerCases = {
  service: 'slack',
  inputs: () => ({
    sendMessage: { channel: 'data-team', text: 'Loaded.' },
    uploadFile: { channel: slackAccount.userId, from: 'text', content: 'a,b\n1,2\n', fileName: 'a.csv' },
    downloadFile: { file: slackAccount.fileId },
    postRunCard: { channel, run },
    drawRunTimeline: { run },
    findChannel: { name: 'data' },
    findUserByEmail: { email: slackAccount.userEmail },
  }),
};

function addresses(baseUrl: string) {
  return {
    /** Web API; the method follows. */
    slack: `${baseUrl}/slack/api`,
  };
}

/** A Slack workspace: messages, channels, users and files. */
export const slackDouble = {
  account: slackAccount,
  addresses,
  connections: (baseUrl: string) => ({
    slack: { botToken: slackAccount.botToken, address: addresses(baseUrl).slack },
  }),
  answerCases: [answerCases],
  start(context: SandboxContext) {
    const workspace = new SlackWorkspace(context);
    return {
      state: workspace,
      vendors: [slack(workspace)],
      log: () => ({
        slack: {
          messages: [...workspace.messages],
          files: workspace.files.map(({ content, ...file }) => ({ ...file, uploaded: content?.length ?? 0 })),
        },
      }),
      clear: () => workspace.clear(),
    };
  },
} satisfies Double;
