import { slackAccount } from './account.ts';

/** A conversation. */
export interface SlackChannel {
  id: string;
  name: string;
  isPrivate: boolean;
  isArchived: boolean;
  /** Whether the bot is a member. */
  isMember: boolean;
  /** For a direct message: the user. */
  user?: string;
}

const account = slackAccount;

/** The channels of the workspace. */
export const slackChannels: SlackChannel[] = [
  { id: account.generalChannelId, name: 'general', isPrivate: false, isArchived: false, isMember: true },
  { id: account.dataChannelId, name: 'data-team', isPrivate: false, isArchived: false, isMember: true },
  { id: 'C0PRIVATE1', name: 'secret-project', isPrivate: true, isArchived: false, isMember: true },
  { id: 'C0NOTIN001', name: 'without-the-bot', isPrivate: false, isArchived: false, isMember: false },
  { id: 'C0ARCHIVE1', name: 'old-times', isPrivate: false, isArchived: true, isMember: true },
  ...Array.from({ length: 40 }, (_, index) => ({
    id: `C0TEAM${String(index + 1).padStart(4, '0')}`,
    name: `team-${String(index + 1).padStart(2, '0')}`,
    isPrivate: false,
    isArchived: false,
    isMember: true,
  })),
];

/** The users of the workspace. */
export const slackUsers = [
  { id: account.userId, name: 'ada', real_name: 'Ada Lovelace', email: account.userEmail },
  { id: 'U0GRACEH01', name: 'grace', real_name: 'Grace Hopper', email: 'grace@contoso.example' },
  { id: 'W0ENTERPR1', name: 'linus', real_name: 'Linus Pauling', email: 'linus@contoso.example' },
];
