import * as v from 'valibot';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { optionalField, idShape, displayField, displayText, type Parsed } from '../../http/response-schema.ts';
import { readAllPages, readEntries, readPages, type Page } from '../../http/read-pages.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { openSlack, service, slackShape } from './api.ts';
import type { SlackConnection } from './connection-fields.ts';

const channelShape = v.object({
  id: idShape,
  name: optionalField(v.string()),
  is_private: optionalField(v.boolean()),
  is_member: optionalField(v.boolean()),
  num_members: displayField(v.pipe(v.number(), v.integer())),
  topic: displayField(v.object({ value: displayText })),
  purpose: displayField(v.object({ value: displayText })),
});

/** A channel, with the fields used here. */
export type VendorChannel = Parsed<typeof channelShape>;

const cursorShape = optionalField(v.object({ next_cursor: optionalField(v.string()) }));

const channelPageShape = slackShape({ channels: v.array(channelShape), response_metadata: cursorShape });

const teamPageShape = slackShape({
  teams: v.array(v.object({ id: idShape, name: optionalField(v.string()) })),
  response_metadata: cursorShape,
});

/** Slack's maximum page size; Slack allows only about 20 of these requests per minute. */
const pageSize = 1000;

/** One page of the channels of a workspace. Pages can be empty; only a missing `next` ends the list. */
async function readPage(
  context: Context<SlackConnection>,
  cursor: string | undefined,
  team?: string,
): Promise<Page<VendorChannel>> {
  const read = (types: string) =>
    openSlack(context).json('GET', '/conversations.list', channelPageShape, {
      query: { types, limit: pageSize, exclude_archived: true, cursor: cursor || undefined, team_id: team },
    });
  const { channels, response_metadata: more } = await read('public_channel,private_channel').catch((error: unknown) => {
    // Without the scope for private channels, list public ones only.
    if (!(error instanceof PipewrightError) || error.code !== 'forbidden') throw error;
    return read('public_channel');
  });
  return { entries: channels, next: more?.next_cursor };
}

/**
 * The workspaces of an organization token (Enterprise Grid); each list request with such a token must specify one.
 * @see https://docs.slack.dev/reference/methods/auth.teams.list
 */
async function readTeams(context: Context<SlackConnection>): Promise<string[]> {
  const teams = await readAllPages(service, async (cursor) => {
    const { teams: entries, response_metadata: more } = await openSlack(context).json(
      'GET',
      '/auth.teams.list',
      teamPageShape,
      { query: { limit: 100, cursor } },
    );
    return { entries, next: more?.next_cursor };
  });
  return teams.map(({ id }) => id);
}

function teamsError(error: unknown): unknown {
  if (!(error instanceof PipewrightError) || error.retryable) return error;
  return withDetails(error, {
    message: `The token belongs to a Slack organization, and its workspaces could not be listed. ${error.message}`,
    hint: {
      n8n: 'Use the Bot User OAuth Token of one workspace in the credential, or enter the channel ID instead of its name.',
      zapier:
        'Use the Bot User OAuth Token of one workspace in the connection, or enter the channel ID instead of its name.',
    },
  });
}

const lacksTeam = (error: unknown): boolean =>
  error instanceof PipewrightError && /\bmissing_argument\b/.test(error.message);

/** Identifies a page: a cursor, for organizations preceded by the workspace ID and a line break. */
interface PageKey {
  team?: string | undefined;
  cursor?: string | undefined;
}

const readPageKey = (key: string | undefined): PageKey => {
  const [, team, cursor] = /^(T[A-Z0-9]+)\n([^]*)$/.exec(key ?? '') ?? [];
  return team === undefined ? { cursor: key } : { team, cursor };
};

/** One page of the channels of the workspace, or of all workspaces of an organization in sequence. */
async function readPageAt(context: Context<SlackConnection>, key: string | undefined): Promise<Page<VendorChannel>> {
  const { team, cursor } = readPageKey(key);
  try {
    if (team === undefined) return await readPage(context, cursor);
  } catch (error) {
    if (!lacksTeam(error)) throw error;
  }
  const teams = await readTeams(context).catch((error: unknown) => Promise.reject(teamsError(error)));
  const current = team ?? teams[0];
  if (current === undefined) {
    throw new PipewrightError({
      code: 'forbidden',
      service,
      message: 'The token belongs to an organization, but the app is not installed in any of its workspaces.',
      hint: 'Ask an organization admin to add the app to the workspace, or use the Bot User OAuth Token of one workspace.',
    });
  }
  const { entries, next } = await readPage(context, cursor, current);
  if (next) return { entries, next: `${current}\n${next}` };
  const following = teams[teams.indexOf(current) + 1];
  return { entries, ...(following && teams.includes(current) ? { next: `${following}\n` } : {}) };
}

/** Every unarchived channel that the bot can see. Channels shared between workspaces are returned once. */
export async function* readChannels(context: Context<SlackConnection>): AsyncGenerator<VendorChannel> {
  const seen = new Set<string>();
  for await (const channel of readEntries(service, (key) => readPageAt(context, key))) {
    if (seen.has(channel.id)) continue;
    seen.add(channel.id);
    yield channel;
  }
}

const channelChoices = defineChoices<SlackConnection>({
  key: 'channels',
  async load(query, context) {
    let next: string | undefined;
    const read = async (key: string | undefined): Promise<Page<VendorChannel>> => {
      const page = await readPageAt(context, key ?? query.page);
      next = page.next || undefined;
      return page;
    };
    for await (const channels of readPages(service, read)) {
      const all = channels.map(({ id, name, is_private: isPrivate }) => ({
        value: id,
        label: `#${name ?? id}${isPrivate ? ' (private)' : ''}`,
      }));
      const choices = search(all, query.search);
      if (choices.length > 0)
        return { choices, ...(next === undefined || next === query.page ? {} : { nextPage: next }) };
    }
    return { choices: [] };
  },
});

/** Selects the channel or user to send to. */
export const channelField = text({
  label: 'Channel',
  help: 'Select the channel, or enter its ID or name, or a user ID (U…) for a direct message. Invite the bot to the channel first.',
  placeholder: 'C0123456789',
  choices: channelChoices,
  idFromUrl: {
    pattern: /\/(?:archives|client\/[A-Z0-9]+)\/([A-Z][A-Z0-9]+)/,
    example: 'https://contoso.slack.com/archives/C0123456789',
  },
});

/** IDs of conversations and of users. */
const conversationPattern = /^[CGDZ][A-Z0-9]{8,}$/;
const userPattern = /^[UW][A-Z0-9]{6,}$/;

async function findByName(input: string, context: Context<SlackConnection>): Promise<string> {
  const wanted = input.replace(/^#/, '').toLowerCase();
  for await (const { id, name } of readChannels(context)) if (name?.toLowerCase() === wanted) return id;
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: `The bot cannot see a channel named “${input}”.`,
    hint: 'Select the channel from the list. If it is private, invite the bot to it first.',
  });
}

/** The conversation or user ID to send a message to; looks up channel names. */
export async function recipientId(input: string, context: Context<SlackConnection>): Promise<string> {
  return conversationPattern.test(input) || userPattern.test(input) ? input : findByName(input, context);
}

/** The conversation ID. For a user, opens a direct message, because files can only be shared in conversations. */
export async function conversationId(input: string, context: Context<SlackConnection>): Promise<string> {
  const id = await recipientId(input, context);
  if (!userPattern.test(id)) return id;
  const { channel } = await openSlack(context).json(
    'POST',
    '/conversations.open',
    slackShape({ channel: v.object({ id: idShape }) }),
    {
      json: { users: id },
      effect: 'idempotent',
    },
  );
  return channel.id;
}
