import { PipewrightError } from '../../host/error.ts';
import { defineChoices, search, type Choice } from '../../operations/choice-list.ts';
import type { Context } from '../../operations/context.ts';
import { text } from '../../operations/fields.ts';
import { openSlack, service } from './api.ts';
import type { SlackConnection } from './connection.ts';

/** A channel as Slack gives it, as far as it is read here. */
export interface VendorChannel {
  id: string;
  name?: string;
  is_private?: boolean;
  is_member?: boolean;
  is_archived?: boolean;
  num_members?: number;
  topic?: { value?: string };
  purpose?: { value?: string };
}

interface ChannelPage {
  channels?: VendorChannel[];
  response_metadata?: { next_cursor?: string };
}

/** The most that Slack gives at once; it allows only about 20 of these calls in a minute. */
const pageSize = 1000;

/** One page of channels. An empty page is not the end; only a missing `next` is. */
async function readPage(context: Context<SlackConnection>, cursor?: string) {
  const read = (types: string): Promise<ChannelPage> =>
    openSlack(context).json('GET', '/conversations.list', {
      query: { types, limit: pageSize, exclude_archived: true, cursor: cursor || undefined },
    });
  let page: ChannelPage;
  try {
    page = await read('public_channel,private_channel');
  } catch (error) {
    // An app that may not see private channels still sees the public ones.
    if (!(error instanceof PipewrightError) || error.code !== 'forbidden') throw error;
    page = await read('public_channel');
  }
  const next = page.response_metadata?.next_cursor;
  return { channels: page.channels ?? [], ...(next ? { next } : {}) };
}

/** Every channel that the bot can see and that is not archived, page by page. */
export async function* readChannels(context: Context<SlackConnection>): AsyncGenerator<VendorChannel> {
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { channels, next }: Awaited<ReturnType<typeof readPage>> = await readPage(context, cursor);
    yield* channels;
    cursor = next;
  }
}

const channelChoices = defineChoices<SlackConnection>({
  key: 'channels',
  async load(query, context) {
    const choices: Choice[] = [];
    let next: string | undefined = query.page ?? '';
    do {
      const page: Awaited<ReturnType<typeof readPage>> = await readPage(context, next);
      const all = page.channels.map(({ id, name, is_private: isPrivate }) => ({
        value: id,
        label: `#${name ?? id}${isPrivate ? ' (private)' : ''}`,
      }));
      choices.push(...search(all, query.search));
      next = page.next;
    } while (choices.length === 0 && next !== undefined);
    return { choices, ...(next === undefined ? {} : { nextPage: next }) };
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
  const { channel } = await openSlack(context).json<{ channel: { id: string } }>('POST', '/conversations.open', {
    json: { users: id },
    effect: 'idempotent',
  });
  return channel.id;
}
