import * as v from 'valibot';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { given, idShape, shown, shownText, type Answered } from '../../http/answer-shape.ts';
import { readAllPages, readEntries, readPages, type Page } from '../../http/read-pages.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { openSlack, service, slackShape } from './api.ts';
import type { SlackConnection } from './connection-fields.ts';

const channelShape = v.object({
  id: idShape,
  name: given(v.string()),
  is_private: given(v.boolean()),
  is_member: given(v.boolean()),
  num_members: shown(v.pipe(v.number(), v.integer())),
  topic: shown(v.object({ value: shownText })),
  purpose: shown(v.object({ value: shownText })),
});

/** A channel as Slack gives it, as far as it is read here. */
export type VendorChannel = Answered<typeof channelShape>;

const cursorShape = given(v.object({ next_cursor: given(v.string()) }));

const channelPageShape = slackShape({ channels: v.array(channelShape), response_metadata: cursorShape });

const teamPageShape = slackShape({
  teams: v.array(v.object({ id: idShape, name: given(v.string()) })),
  response_metadata: cursorShape,
});

/** The most that Slack gives at once; it allows only about 20 of these calls in a minute. */
const pageSize = 1000;

/** One page of channels of a workspace. An empty page is not the end; only a missing `next` is. */
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
    // An app that may not see private channels still sees the public ones.
    if (!(error instanceof PipewrightError) || error.code !== 'forbidden') throw error;
    return read('public_channel');
  });
  return { entries: channels, next: more?.next_cursor };
}

/**
 * The workspaces of the token. The token of an organisation (Enterprise Grid) belongs to several and must name one in each list.
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

function withoutTeams(error: unknown): unknown {
  if (!(error instanceof PipewrightError) || error.retryable) return error;
  return withDetails(error, {
    message: `The token belongs to an organisation of Slack, and its workspaces cannot be listed. ${error.message}`,
    hint: 'Use the Bot User OAuth Token of one workspace in the connection, or enter the ID of the channel instead of its name.',
  });
}

const lacksTeam = (error: unknown): boolean =>
  error instanceof PipewrightError && /\bmissing_argument\b/.test(error.message);

/** What a page of a list is called: the cursor, for organisations with the workspace before it. */
interface Place {
  team?: string | undefined;
  cursor?: string | undefined;
}

const readPlace = (place: string | undefined): Place => {
  const [, team, cursor] = /^(T[A-Z0-9]+)\n([^]*)$/.exec(place ?? '') ?? [];
  return team === undefined ? { cursor: place } : { team, cursor };
};

/** One page of the channels of the workspace, or of all workspaces of an organisation one after the other. */
async function readPlacedPage(
  context: Context<SlackConnection>,
  place: string | undefined,
): Promise<Page<VendorChannel>> {
  const { team, cursor } = readPlace(place);
  try {
    if (team === undefined) return await readPage(context, cursor);
  } catch (error) {
    if (!lacksTeam(error)) throw error;
  }
  const teams = await readTeams(context).catch((error: unknown) => Promise.reject(withoutTeams(error)));
  const current = team ?? teams[0];
  if (current === undefined) {
    throw new PipewrightError({
      code: 'forbidden',
      service,
      message: 'The token belongs to an organisation, but the app is installed in none of its workspaces.',
      hint: 'Ask an administrator of the organisation to add the app to the workspace, or use the Bot User OAuth Token of one workspace.',
    });
  }
  const { entries, next } = await readPage(context, cursor, current);
  if (next) return { entries, next: `${current}\n${next}` };
  const following = teams[teams.indexOf(current) + 1];
  return { entries, ...(following && teams.includes(current) ? { next: `${following}\n` } : {}) };
}

/** Every channel that the bot can see and that is not archived, page by page. A channel of several workspaces comes once. */
export async function* readChannels(context: Context<SlackConnection>): AsyncGenerator<VendorChannel> {
  const seen = new Set<string>();
  for await (const channel of readEntries(service, (place) => readPlacedPage(context, place))) {
    if (seen.has(channel.id)) continue;
    seen.add(channel.id);
    yield channel;
  }
}

const channelChoices = defineChoices<SlackConnection>({
  key: 'channels',
  async load(query, context) {
    let next: string | undefined;
    const read = async (place: string | undefined): Promise<Page<VendorChannel>> => {
      const page = await readPlacedPage(context, place ?? query.page);
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

/** The field that says where to. */
export const channelField = text({
  label: 'Channel',
  help: 'Pick the channel, or type its ID or its name. The ID of a person (U…) reaches the person directly. Invite the bot to the channel first.',
  placeholder: 'C0123456789',
  choices: channelChoices,
  idFromUrl: {
    pattern: /\/(?:archives|client\/[A-Z0-9]+)\/([A-Z][A-Z0-9]+)/,
    example: 'https://contoso.slack.com/archives/C0123456789',
  },
});

/** IDs of conversations, and of people. */
const conversation = /^[CGDZ][A-Z0-9]{8,}$/;
const person = /^[UW][A-Z0-9]{6,}$/;

async function findByName(typed: string, context: Context<SlackConnection>): Promise<string> {
  const wanted = typed.replace(/^#/, '').toLowerCase();
  for await (const { id, name } of readChannels(context)) if (name?.toLowerCase() === wanted) return id;
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: `There is no channel “${typed}” that the bot can see.`,
    hint: 'Pick the channel from the list, or invite the bot to it if it is private.',
  });
}

/** The ID that a message may be sent to: of a conversation or of a person; a name is looked up. */
export async function recipientId(typed: string, context: Context<SlackConnection>): Promise<string> {
  return conversation.test(typed) || person.test(typed) ? typed : findByName(typed, context);
}

/** The ID of a conversation: files can be shared with nothing else, so a direct message with a person is opened first. */
export async function conversationId(typed: string, context: Context<SlackConnection>): Promise<string> {
  const id = await recipientId(typed, context);
  if (!person.test(id)) return id;
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
