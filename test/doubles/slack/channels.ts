import { SlackError, string, type Arguments } from './arguments.ts';
import { slackChannels, slackUsers, type SlackChannel } from './world.ts';

/** The conversations of the workspace. */
export class SlackChannels {
  #channels: SlackChannel[] = [...slackChannels];

  /** The conversation with an ID. */
  find(id: string): SlackChannel {
    const channel = this.#channels.find((entry) => entry.id === id);
    if (!channel) throw new SlackError('channel_not_found');
    return channel;
  }

  /** The direct message with a user; opens it if needed. */
  directMessage(user: string): SlackChannel {
    if (!slackUsers.some(({ id }) => id === user)) throw new SlackError('user_not_found');
    const known = this.#channels.find((channel) => channel.user === user);
    if (known) return known;
    const place = { isPrivate: true, isArchived: false, isMember: true };
    const channel = { id: `D${user.slice(1)}`, name: 'directmessage', ...place, user };
    this.#channels.push(channel);
    return channel;
  }

  /** Finds the target of a message: a conversation ID, a user ID, or the `#name` of a public channel. */
  postable(id: string): SlackChannel {
    const byName = this.#channels.find((entry) => !entry.isPrivate && `#${entry.name}` === id);
    const channel = /^[UW][A-Z0-9]+$/.test(id) ? this.directMessage(id) : (byName ?? this.find(id));
    if (channel.isArchived) throw new SlackError('is_archived');
    if (!channel.isMember) throw new SlackError('not_in_channel');
    return channel;
  }

  /** Adds the bot to a public channel. */
  join(id: string): SlackChannel {
    const channel = this.find(id);
    if (channel.isPrivate) throw new SlackError('method_not_supported_for_channel_type');
    const joined = { ...channel, isMember: true };
    this.#channels = this.#channels.map((entry) => (entry === channel ? joined : entry));
    return joined;
  }

  /** A page of `conversations.list`. */
  page(input: Arguments): Record<string, unknown> {
    const types = (string(input['types']) || 'public_channel').split(',');
    const wanted = this.#channels.filter((channel) => {
      const type = channel.user ? 'im' : channel.isPrivate ? 'private_channel' : 'public_channel';
      return types.includes(type) && !(channel.isArchived && string(input['exclude_archived']) === 'true');
    });
    const limit = Math.min(1000, Number(input['limit'] ?? 100) || 100);
    const cursor = string(input['cursor']);
    const [, place = '0', skipped] =
      cursor === '' ? [] : (/^(\d+)(e?)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []);
    if (cursor !== '' && skipped === undefined) throw new SlackError('invalid_cursor');
    const offset = Number(place);
    const encode = (value: string) => Buffer.from(value).toString('base64url');
    // Slack may return an empty page before the last one; a client that stops there misses channels.
    const isLast = offset > 0 && offset + limit >= wanted.length;
    if (isLast && skipped === '') return { channels: [], response_metadata: { next_cursor: encode(`${offset}e`) } };
    const next = offset + limit < wanted.length ? encode(String(offset + limit)) : '';
    return {
      channels: wanted.slice(offset, offset + limit).map(showChannel),
      response_metadata: { next_cursor: next },
    };
  }
}

/** The API resource of a conversation. */
export function showChannel(channel: SlackChannel): Record<string, unknown> {
  if (channel.user) return { id: channel.id, is_im: true, user: channel.user, is_archived: false };
  return {
    id: channel.id,
    name: channel.name,
    is_channel: !channel.isPrivate,
    is_group: false,
    is_im: false,
    is_private: channel.isPrivate,
    is_archived: channel.isArchived,
    is_member: channel.isMember,
    num_members: 5,
  };
}
