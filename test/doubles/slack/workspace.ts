import { slackAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { claimsCsv } from '../quantemplate/claims-csv.ts';
import { ranged } from '../server/ranges.ts';
import { text, type Reply } from '../server/reply.ts';
import { parameter, type SandboxRequest } from '../server/request.ts';
import { readList, SlackError, string, type Method } from './arguments.ts';
import { showChannel, SlackChannels } from './channels.ts';
import { slackUsers, type SlackChannel } from './world.ts';

const account = slackAccount;
const botUser = 'U0SANDBOT1';

/** A file that exists at the start. */
const sharedFile = { name: 'claims.csv', title: 'Claims of 20 November', content: Buffer.concat([...claimsCsv(300)]) };

/** A posted message. */
export interface SlackMessage {
  channel: string;
  channelName: string;
  ts: string;
  text: string;
  blocks?: unknown;
  threadTs?: string;
  /** Files shared with it. */
  files?: string[];
  edited?: boolean;
}

/** A file with an upload URL; uploaded and shared later. */
export interface SlackFile {
  id: string;
  name: string;
  /** Announced length in bytes. */
  length: number;
  content?: Buffer;
  title?: string;
  channel?: string;
  shared: boolean;
}

/** The Slack workspace with its messages and files. */
export class SlackWorkspace {
  #context: SandboxContext;
  #channels = new SlackChannels();
  #count = 0;
  readonly messages: SlackMessage[] = [];
  readonly files: SlackFile[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Deletes messages and files. */
  clear(): void {
    this.messages.length = 0;
    this.files.length = 0;
  }

  #timestamp(): string {
    this.#count += 1;
    return `${Math.floor(this.#context.clock.now() / 1000)}.${String(this.#count).padStart(6, '0')}`;
  }

  #post(channel: SlackChannel, message: Partial<SlackMessage>): SlackMessage {
    const posted: SlackMessage = {
      channel: channel.id,
      channelName: channel.name,
      ts: this.#timestamp(),
      text: '',
      ...message,
    };
    this.messages.push(posted);
    return posted;
  }

  /** The methods of the Web API, by name. */
  readonly methods: Record<string, Method> = {
    'auth.test': () => ({
      url: 'https://contoso.slack.com/',
      team: 'Contoso',
      user: 'pipewright',
      team_id: account.teamId,
      user_id: botUser,
      bot_id: 'B0SANDBOT1',
      is_enterprise_install: false,
    }),

    'chat.postMessage': (given) => {
      const channel = this.#channels.postable(string(given['channel']));
      const blocks = readList(given['blocks']);
      const body = string(given['text']);
      if (given['blocks'] !== undefined && (!blocks || blocks.length > 50)) throw new SlackError('invalid_blocks');
      if (body === '' && !blocks) throw new SlackError('no_text');
      if (body.length > 40_000) throw new SlackError('msg_too_long');
      const threadTs = string(given['thread_ts']);
      const posted = this.#post(channel, {
        text: body,
        ...(blocks ? { blocks } : {}),
        ...(threadTs ? { threadTs } : {}),
      });
      const message = {
        type: 'message',
        subtype: 'bot_message',
        user: botUser,
        bot_id: 'B0SANDBOT1',
        ts: posted.ts,
        text: body,
        ...(blocks ? { blocks } : {}),
        ...(threadTs ? { thread_ts: threadTs } : {}),
      };
      return { channel: channel.id, ts: posted.ts, message };
    },

    'chat.update': (given) => {
      const channel = this.#channels.postable(string(given['channel']));
      const message = this.messages.find(({ channel: id, ts }) => id === channel.id && ts === given['ts']);
      if (!message) throw new SlackError('message_not_found');
      message.text = string(given['text']);
      message.edited = true;
      const blocks = readList(given['blocks']);
      if (blocks) message.blocks = blocks;
      return {
        channel: channel.id,
        ts: message.ts,
        text: message.text,
        message: { type: 'message', user: botUser, text: message.text },
      };
    },

    'conversations.list': (given) => this.#channels.page(given),

    'conversations.info': (given) => ({ channel: showChannel(this.#channels.find(string(given['channel']))) }),

    'conversations.join': (given) => ({ channel: showChannel(this.#channels.join(string(given['channel']))) }),

    'conversations.open': (given) => {
      const users = string(given['users']).split(',').filter(Boolean);
      const [user] = users;
      if (user === undefined) throw new SlackError('invalid_arguments');
      return { channel: { id: this.#channels.directMessage(user).id } };
    },

    'users.lookupByEmail': (given) => {
      const user = slackUsers.find(({ email }) => email === string(given['email']).toLowerCase());
      if (!user) throw new SlackError('users_not_found');
      return { user: showUser(user) };
    },

    'users.list': () => ({ members: slackUsers.map(showUser), response_metadata: { next_cursor: '' } }),

    'files.getUploadURLExternal': (given) => {
      const name = string(given['filename']);
      const length = Number(given['length']);
      if (name === '' || !Number.isInteger(length) || length < 1)
        throw new SlackError('invalid_arguments', {
          response_metadata: { messages: ['[ERROR] missing required field: filename or length'] },
        });
      const file = { id: `F${this.#context.identifiers.capitals(10)}`, name, length, shared: false };
      this.files.push(file);
      return {
        upload_url: `${this.#context.baseUrl()}/slack/upload/v1/${file.id}-${this.#context.identifiers.hex(24)}`,
        file_id: file.id,
      };
    },

    'files.info': (given) => {
      const id = string(given['file']);
      if (id === 'F0DELETED1') throw new SlackError('file_deleted');
      const special = { F0EXTERNAL: { mode: 'external', is_external: true }, F0HIDDEN01: { mode: 'hidden_by_limit' } }[
        id
      ];
      const file =
        id === account.fileId
          ? { ...sharedFile, length: sharedFile.content.length }
          : this.files.find((entry) => entry.id === id);
      if (!file && !special) throw new SlackError('file_not_found');
      const name = file?.name ?? 'elsewhere.csv';
      return {
        file: {
          id,
          name,
          title: file?.title ?? name,
          mimetype: 'text/csv',
          filetype: 'csv',
          mode: 'hosted',
          is_external: false,
          size: file?.length ?? 0,
          url_private: `${this.#context.baseUrl()}/slack/files-pri/${account.teamId}-${id}/${name}`,
          url_private_download: `${this.#context.baseUrl()}/slack/files-pri/${account.teamId}-${id}/download/${name}`,
          permalink: `https://contoso.slack.com/files/${account.userId}/${id}/${name}`,
          ...special,
        },
      };
    },

    'files.completeUploadExternal': (given) => {
      const list = readList(given['files']) as { id?: string; title?: string }[] | undefined;
      if (!list || list.length === 0) throw new SlackError('invalid_arguments');
      const channelId = string(given['channel_id']);
      if (channelId !== '' && !/^[CGDZ][A-Z0-9]{8,}$/.test(channelId)) {
        throw new SlackError('invalid_arguments', {
          response_metadata: {
            messages: ['[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]'],
          },
        });
      }
      const channel = channelId === '' ? undefined : this.#channels.postable(channelId);
      const files = list.map(({ id, title }) => {
        const file = this.files.find((entry) => entry.id === id);
        if (!file?.content) throw new SlackError('file_not_found');
        Object.assign(file, {
          title: title ?? file.name,
          shared: channel !== undefined,
          ...(channel ? { channel: channel.id } : {}),
        });
        return file;
      });
      if (channel) {
        const threadTs = string(given['thread_ts']);
        this.#post(channel, {
          text: string(given['initial_comment']),
          files: files.map(({ id }) => id),
          ...(threadTs ? { threadTs } : {}),
        });
      }
      return { files: files.map(({ id, title, name, length }) => ({ id, title, name, size: length, shares: {} })) };
    },
  };

  /** Returns the bytes of a file, or without access the login page with status 200. */
  download(request: SandboxRequest, isLoggedIn: boolean): Reply {
    const id = parameter(request, 'place').split('-')[1];
    const content = id === account.fileId ? sharedFile.content : this.files.find((file) => file.id === id)?.content;
    if (!isLoggedIn || !content)
      return {
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: '<!DOCTYPE html><title>Sign in | Slack</title>',
      };
    return ranged(request, content, { 'content-type': 'text/csv' });
  }

  /** Receives the bytes of a file, raw or as the first part of a form. */
  upload(request: SandboxRequest): Reply {
    const file = this.files.find(({ id }) => parameter(request, 'file').startsWith(`${id}-`));
    if (!file) return text(404, 'not found');
    const content = firstPart(request);
    if (content.length !== file.length) return text(400, `expected ${file.length} bytes, got ${content.length}`);
    file.content = content;
    return text(200, `OK - ${content.length}`);
  }
}

function firstPart({ headers, body }: SandboxRequest): Buffer {
  const boundary = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1];
  if (!boundary) return body;
  const start = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(start, body.indexOf(`\r\n--${boundary}`, start));
}

function showUser({ id, name, real_name, email }: (typeof slackUsers)[number]): Record<string, unknown> {
  return {
    id,
    team_id: account.teamId,
    name,
    real_name,
    deleted: false,
    is_bot: false,
    profile: { real_name, display_name: name, email },
  };
}
