import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import { slackAccount } from './account.ts';
import { slack } from './slack.ts';
import { SlackWorkspace } from './workspace.ts';

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
