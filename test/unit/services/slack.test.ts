import { describeError } from '../../../shared/src/host/error.ts';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import { isDownload } from '../../../shared/src/define/download.ts';
import { describeField } from '../../../shared/src/define/fields.ts';
import { maxBufferedBytes } from '../../../shared/src/services/slack/file-bytes.ts';
import { slack } from '../../../shared/src/services/slack/service.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { botToken: 'xoxb-very-secret' };
const api = 'https://slack.com/api';
const upload = 'https://files.slack.com/upload/v1/abc';
const run = (
  key: string,
  typed: Record<string, unknown>,
  host: FakeHost,
  values: Record<string, unknown> = connection,
) => operate(slack, key, typed, host, values);
const refuse = (error: string, more = {}): Answer => ({ json: { ok: false, error, ...more } });
const posted: Answer = { json: { ok: true, channel: 'C0DATATEAM', ts: '1763625600.000100' } };
const post = `${api}/chat.postMessage`;
const message = { channel: 'C0DATATEAM', text: 'Ready' };
const bodyOf = (host: FakeHost, method: string) => host.sent('POST', method)[0]?.json as Record<string, unknown>;

describe('Send Message (Slack)', () => {
  it('posts JSON with the token in a header', async () => {
    const host = fakeHost().on('POST', post, posted);
    expect(await run('sendMessage', message, host)).toEqual({
      id: '1763625600.000100',
      channelId: 'C0DATATEAM',
      text: 'Ready',
    });
    const [sent] = host.requests;
    expect(sent?.json).toEqual({ channel: 'C0DATATEAM', text: 'Ready' });
    expect(sent?.headers).toMatchObject({
      authorization: 'Bearer xoxb-very-secret',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(sent?.url).not.toContain('xoxb');
  });

  it.each(['C0DATATEAM', 'G0PRIVATE1', 'D0DIRECT01', 'Z0SPECIAL1', 'U0ADALOVE1', 'W0ENTERPR1'])(
    'accepts the ID %s without a lookup',
    async (channel) => {
      const host = fakeHost().on('POST', post, posted);
      await run('sendMessage', { ...message, channel }, host);
      expect(bodyOf(host, 'postMessage')['channel']).toBe(channel);
      expect(host.requests).toHaveLength(1);
    },
  );

  it.each([
    'https://contoso.slack.com/archives/C0DATATEAM',
    'https://app.slack.com/client/T0SANDBOX1/C0DATATEAM/thread',
  ])('extracts the channel ID from %s', async (channel) => {
    const host = fakeHost().on('POST', post, posted);
    await run('sendMessage', { ...message, channel }, host);
    expect(bodyOf(host, 'postMessage')['channel']).toBe('C0DATATEAM');
  });

  it.each(['#data-team', 'Data-Team'])('looks up the name %s across empty pages', async (channel) => {
    const host = fakeHost()
      .on('POST', post, posted)
      .on('GET', `${api}/conversations.list`, ({ query }) => pages[query['cursor'] ?? ''] as Answer);
    await run('sendMessage', { ...message, channel }, host);
    expect(bodyOf(host, 'postMessage')['channel']).toBe('C0DATATEAM');
  });

  it('replies in a thread, by timestamp or message link', async () => {
    const threads = [
      '1763625600.000100',
      'https://contoso.slack.com/archives/C0DATATEAM/p1763625600000100?thread_ts=1',
    ];
    for (const thread of threads) {
      const host = fakeHost().on('POST', post, posted);
      expect(await run('sendMessage', { ...message, thread, replyBroadcast: true, unfurl: false }, host)).toMatchObject(
        { threadId: '1763625600.000100' },
      );
      expect(bodyOf(host, 'postMessage')).toMatchObject({
        thread_ts: '1763625600.000100',
        reply_broadcast: true,
        unfurl_links: false,
        unfurl_media: false,
      });
    }
    const host = fakeHost();
    await expect(run('sendMessage', { ...message, thread: 'yesterday' }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('“Thread”'),
    });
    expect(host.requests).toEqual([]);
  });

  it('accepts blocks without text, as a list or from the Block Kit Builder', async () => {
    const list = [{ type: 'divider' }];
    for (const blocks of [list, { blocks: list }, JSON.stringify({ blocks: list })]) {
      const host = fakeHost().on('POST', post, posted);
      await run('sendMessage', { channel: 'C0DATATEAM', blocks }, host);
      expect(host.requests[0]?.json).toEqual({ channel: 'C0DATATEAM', blocks: list });
    }
  });

  it.each([
    [{ channel: 'C0DATATEAM' }, 'The message is empty.'],
    [{ channel: 'C0DATATEAM', blocks: '{"type": "divider"}' }, '“Blocks” must be a list'],
    [{ channel: 'C0DATATEAM', blocks: Array(51).fill({ type: 'divider' }) }, '“Blocks” must be a list'],
    [{ channel: 'C0DATATEAM', blocks: '[{' }, '“Blocks” must be valid JSON'],
  ])('rejects invalid input before sending a request (%#)', async (typed, said) => {
    const host = fakeHost();
    await expect(run('sendMessage', typed, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(said),
    });
    expect(host.requests).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['a lost answer', 'lost'],
    ['a server error', { status: 500, text: 'oops' }],
    ['an internal error of Slack', refuse('internal_error')],
  ])('is not retried after %s', async (_name, answer) => {
    const host = fakeHost().on('POST', post, answer);
    await expect(run('sendMessage', message, host)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      hint: expect.stringContaining('Check the channel'),
    });
    expect(host.requests).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['a status', { status: 429, headers: { 'retry-after': '7' }, json: { ok: false, error: 'ratelimited' } }],
    ['a code', refuse('ratelimited')],
  ])('is retried when Slack throttles by %s', async (name, answer) => {
    const host = fakeHost().on('POST', post, [answer, posted]);
    await run('sendMessage', message, host);
    expect(host.requests).toHaveLength(2);
    if (name === 'a status') expect(host.sleeps).toEqual([7_000]);
  });
});

describe('A Slack error', () => {
  it.each([
    ['not_in_channel', {}, 'forbidden', 'Invite the bot'],
    ['channel_not_found', {}, 'not-found', 'Select the channel'],
    ['is_archived', {}, 'invalid-input', 'unarchive'],
    ['msg_too_long', {}, 'invalid-input', 'Split'],
    ['invalid_auth', {}, 'unauthorized', 'xoxb-'],
    ['token_revoked', {}, 'unauthorized', 'Reinstall the app'],
    ['missing_scope', { needed: 'chat:write', provided: 'users:read' }, 'forbidden', 'the scope chat:write'],
    [
      'invalid_blocks',
      { response_metadata: { messages: ['[ERROR] unsupported type: x'] } },
      'invalid-input',
      'Block Kit Builder',
    ],
    ['something_new', {}, 'invalid-input', 'Correct'],
  ])('%s has a code and a hint, although its status is 200', async (error, more, code, hint) => {
    const host = fakeHost().on('POST', post, refuse(error, more));
    const refusal = await run('sendMessage', message, host).catch((caught: unknown) => caught);
    expect(refusal).toMatchObject({
      code,
      service: 'Slack',
      message: expect.stringContaining(error),
    });
    expect(describeError(refusal, 'n8n')).toContain(hint);
    expect(JSON.stringify([refusal, String(refusal)])).not.toContain('very-secret');
    if (error === 'invalid_blocks') expect((refusal as Error).message).toContain('unsupported type: x');
  });
});

describe('Upload File (Slack)', () => {
  const file = { name: 'Ü.csv', mediaType: 'text/csv', text: 'id\nÜ\n' };
  const ready = (options = {}): FakeHost =>
    fakeHost(options)
      .on('POST', `${api}/files.getUploadURLExternal`, {
        json: { ok: true, upload_url: `${upload}?sig=s`, file_id: 'F1' },
      })
      .on('POST', upload, { text: 'OK - 6' })
      .on('POST', `${api}/files.completeUploadExternal`, { json: { ok: true, files: [{ id: 'F1', shares: {} }] } });
  const steps = (host: FakeHost) => host.requests.map(({ address }) => address.split('/').pop());

  it('gets an upload URL, uploads without the token, then shares the file', async () => {
    const host = ready();
    expect(await run('uploadFile', { channel: 'C0DATATEAM', file, comment: 'Look' }, host)).toEqual({
      id: 'F1',
      name: 'Ü.csv',
      title: 'Ü.csv',
      size: 6,
      channelId: 'C0DATATEAM',
    });
    expect(steps(host)).toEqual(['files.getUploadURLExternal', 'abc', 'files.completeUploadExternal']);
    const [asked, sent, shared] = host.requests;
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({ filename: 'Ü.csv', length: '6' });
    expect(asked?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([sent?.body, sent?.length, sent?.query]).toEqual(['id\nÜ\n', 6, { sig: 's' }]);
    expect(sent?.headers).not.toHaveProperty('authorization');
    expect(shared?.json).toEqual({
      files: [{ id: 'F1', title: 'Ü.csv' }],
      channel_id: 'C0DATATEAM',
      initial_comment: 'Look',
    });
  });

  it.each(['U0ADALOVE1', 'W0ENTERPR1'])('opens a direct message with %s before sharing a file', async (channel) => {
    const host = ready().on('POST', `${api}/conversations.open`, {
      json: { ok: true, channel: { id: 'D0ADALOVE1' } },
    });
    expect(
      await run('uploadFile', { channel, file, title: 'Claims', thread: '1763625600.000100' }, host),
    ).toMatchObject({ channelId: 'D0ADALOVE1', title: 'Claims' });
    expect(bodyOf(host, 'conversations.open')).toEqual({ users: channel });
    expect(bodyOf(host, 'completeUpload')).toMatchObject({
      channel_id: 'D0ADALOVE1',
      thread_ts: '1763625600.000100',
    });
  });

  const unknownLength = (pieces: readonly Uint8Array[]) => ({
    async save() {
      return undefined;
    },
    async read() {
      return {
        name: 'x.bin',
        mediaType: 'application/octet-stream',
        async open() {
          return (async function* () {
            yield* pieces;
          })();
        },
      };
    },
  });

  it('creates a file from text', async () => {
    const host = ready();
    const text = { from: 'text', content: 'step,status\nCopy,failed\n', fileName: 'steps.csv' };
    expect(await run('uploadFile', { channel: 'C0DATATEAM', ...text }, host)).toMatchObject({
      name: 'steps.csv',
      size: 24,
    });
    expect(host.sent('POST', '/abc').map(({ body }) => body)).toEqual([text.content]);
  });

  it.each(['file', 'text'])('reports a missing %s', async (from) => {
    await expect(run('uploadFile', { channel: 'C0DATATEAM', from }, ready())).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/^“(File|Text)” is empty/),
    });
  });

  it('counts the bytes if the platform does not know the size', async () => {
    const host = ready({ files: unknownLength([Buffer.from('abc'), Buffer.from('de')]) });
    expect(await run('uploadFile', { channel: 'C0DATATEAM', file: {} }, host)).toMatchObject({ size: 5 });
    expect(host.sent('POST', '/abc')[0]).toMatchObject({ body: 'abcde', length: 5 });
  });

  it.each([
    ['is empty', [], 'is empty'],
    [
      'is too large to buffer',
      Array<Uint8Array>(maxBufferedBytes / 2 ** 20 + 1).fill(new Uint8Array(2 ** 20)),
      'exceeds 50 MB',
    ],
  ])('rejects a file that %s before sending a request', async (_name, pieces, said) => {
    const host = ready({ files: unknownLength(pieces) });
    await expect(run('uploadFile', { channel: 'C0DATATEAM', file: {} }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(said),
    });
    expect(host.requests).toEqual([]);
  });

  it('retries the upload, but shares once', async () => {
    const host = ready().on('POST', upload, ['lost', { status: 503 }, { text: 'OK' }]);
    await run('uploadFile', { channel: 'C0DATATEAM', file }, host);
    expect(host.sent('POST', '/abc').map(({ body }) => body)).toEqual([file.text, file.text, file.text]);
    const lost = ready().on('POST', `${api}/files.completeUploadExternal`, 'lost');
    await expect(run('uploadFile', { channel: 'C0DATATEAM', file }, lost)).rejects.toMatchObject({
      message: 'Slack did not confirm whether it posted the file.',
      retryable: false,
    });
    expect(lost.sent('POST', 'complete')).toHaveLength(1);
  });

  it('does not share a file after a failed upload, and hides the upload URL', async () => {
    const host = ready().on('POST', upload, { status: 400, text: `bad length at ${upload}?sig=s` });
    const refusal = await run('uploadFile', { channel: 'C0DATATEAM', file }, host).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid-input', service: 'Slack' });
    expect(String(refusal)).not.toContain('sig=s');
    expect(host.sent('POST', 'complete')).toEqual([]);
  });

  it('uploads over encrypted connections only', async () => {
    const host = ready().on('POST', `${api}/files.getUploadURLExternal`, {
      json: { ok: true, upload_url: 'http://evil.example/x', file_id: 'F1' },
    });
    await expect(run('uploadFile', { channel: 'C0DATATEAM', file }, host)).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(host.requests).toHaveLength(1);
  });
});

/** Pages of channels by their cursor: the second one is empty, and yet not the last. */
const pages: Record<string, Answer> = {
  '': {
    json: {
      ok: true,
      channels: [{ id: 'C0GENERAL1', name: 'general', is_member: true }],
      response_metadata: { next_cursor: 'two' },
    },
  },
  two: { json: { ok: true, channels: [], response_metadata: { next_cursor: 'three' } } },
  three: {
    json: {
      ok: true,
      channels: [
        { id: 'C0OLDDATA1', name: 'data-team-old' },
        { id: 'C0DATATEAM', name: 'data-team', is_private: true, num_members: 5, topic: { value: 'Claims' } },
      ],
      response_metadata: { next_cursor: '' },
    },
  },
};

describe('Slack channels', () => {
  const listed = () =>
    fakeHost().on('GET', `${api}/conversations.list`, ({ query }) => pages[query['cursor'] ?? ''] as Answer);

  it('are searched to the last page, exact matches first', async () => {
    const host = listed();
    expect(await run('findChannel', { name: '#Data-Team' }, host)).toEqual([
      { id: 'C0DATATEAM', name: 'data-team', private: true, member: false, topic: 'Claims', memberCount: 5 },
      { id: 'C0OLDDATA1', name: 'data-team-old', private: false, member: false },
    ]);
    expect(host.requests.map(({ query }) => query['cursor'])).toEqual([undefined, 'two', 'three']);
    expect(host.requests[0]?.query).toMatchObject({
      types: 'public_channel,private_channel',
      exclude_archived: 'true',
    });
  });

  it('are listed in a dropdown across empty pages', async () => {
    const choices = describeField(slack.operations[0]?.input['channel'] as never).choices;
    const load = (query: object) => choices?.load({ input: {}, ...query }, context(slack, listed(), connection));
    expect(await load({})).toEqual({ choices: [{ value: 'C0GENERAL1', label: '#general' }], nextPage: 'two' });
    const end = [
      { value: 'C0OLDDATA1', label: '#data-team-old' },
      { value: 'C0DATATEAM', label: '#data-team (private)' },
    ];
    expect(await load({ page: 'two' })).toEqual({ choices: end });
    expect(await load({ search: 'data' })).toEqual({ choices: end });
  });

  it('are public ones only without the scope for private channels', async () => {
    const host = fakeHost().on('GET', `${api}/conversations.list`, ({ query }) =>
      query['types'] === 'public_channel'
        ? (pages['three'] as Answer)
        : refuse('missing_scope', { needed: 'groups:read' }),
    );
    expect(await run('findChannel', { name: 'old' }, host)).toHaveLength(1);
  });

  it('are not found under an unknown name', async () => {
    await expect(run('sendMessage', { ...message, channel: 'nowhere' }, listed())).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('“nowhere”'),
    });
  });
});

describe('Find User by Email (Slack)', () => {
  it('returns the user or nothing', async () => {
    const host = fakeHost().on('GET', `${api}/users.lookupByEmail`, ({ query }) =>
      query['email'] === 'ada@contoso.example'
        ? {
            json: {
              ok: true,
              user: {
                id: 'U1',
                name: 'ada',
                real_name: 'Ada Lovelace',
                profile: { display_name: 'ada', email: 'ada@contoso.example' },
              },
            },
          }
        : refuse('users_not_found'),
    );
    expect(await run('findUserByEmail', { email: ' ada@contoso.example ' }, host)).toEqual([
      { id: 'U1', name: 'Ada Lovelace', displayName: 'ada', email: 'ada@contoso.example', deactivated: false },
    ]);
    expect(await run('findUserByEmail', { email: 'nobody@contoso.example' }, host)).toEqual([]);
  });
});

describe('The Slack connection', () => {
  it('is named after the bot and its workspace', async () => {
    const host = fakeHost().on('POST', 'https://slack.proxy.example/api/auth.test', {
      json: { ok: true, team: 'Contoso', user: 'pipewright' },
    });
    expect(
      await slack.connection.test(
        context(slack, host, { botToken: ' xoxb-very-secret\n', address: 'https://slack.proxy.example/api/' }),
      ),
    ).toBe('pipewright in Contoso');
    expect(host.requests[0]?.headers['authorization']).toBe('Bearer xoxb-very-secret');
  });

  it.each(slack.operations.map((operation) => [operation.name, operation] as const))(
    '%s has a valid sample',
    (_name, operation) => {
      const { file: _file, ...own } = operation.output;
      const output = isDownload(operation) ? own : operation.output;
      expect(checkInput(output, operation.sample as Record<string, unknown>)).toEqual(operation.sample);
    },
  );
});
