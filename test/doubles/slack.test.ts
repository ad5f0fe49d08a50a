import { LogLevel, WebClient, type ConversationsListResponse } from '@slack/web-api';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';

const account = sandboxAccounts.slack;
const nothing = () => undefined;
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};

describe('Slack in the sandbox, driven by @slack/web-api', () => {
  let sandbox: Sandbox;
  let client: WebClient;
  const connect = (token: string) =>
    new WebClient(token, {
      slackApiUrl: `${sandbox.addresses.slack}/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: silent,
    });
  beforeAll(async () => {
    sandbox = await startSandbox();
    client = connect(account.botToken);
  });
  afterAll(() => sandbox.stop());
  const refused = (error: string) => ({ data: { ok: false, error } });

  it('checks the token', async () => {
    expect(await client.auth.test()).toMatchObject({ ok: true, team: 'Contoso', team_id: account.teamId });
    await expect(connect('xoxb-wrong').auth.test()).rejects.toMatchObject(refused('invalid_auth'));
    await expect(
      connect(account.readerToken).chat.postMessage({ channel: account.dataChannelId, text: 'no' }),
    ).rejects.toMatchObject({ data: { error: 'missing_scope', needed: 'chat:write' } });
  });

  it('posts, replies to and updates a message', async () => {
    const posted = await client.chat.postMessage({
      channel: account.dataChannelId,
      text: 'The load is done.',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*done*' } }],
    });
    expect(posted).toMatchObject({
      ok: true,
      channel: account.dataChannelId,
      ts: expect.stringMatching(/^\d{10}\.\d{6}$/),
      message: { text: 'The load is done.' },
    });
    await client.chat.postMessage({ channel: account.dataChannelId, text: 'And checked.', thread_ts: posted.ts ?? '' });
    await client.chat.update({ channel: account.dataChannelId, ts: posted.ts ?? '', text: 'The load is undone.' });
    expect(sandbox.world.slack.messages).toMatchObject([
      { channelName: 'data-team', text: 'The load is undone.', edited: true, blocks: [{ type: 'section' }] },
      { text: 'And checked.', threadTs: posted.ts },
    ]);
  });

  it.each([
    ['C0NOWHERE1', 'channel_not_found'],
    ['C0NOTIN001', 'not_in_channel'],
    ['C0ARCHIVE1', 'is_archived'],
  ])('rejects a message to %s with %s', async (channel, error) => {
    await expect(client.chat.postMessage({ channel, text: 'hello' })).rejects.toMatchObject(refused(error));
  });

  it('rejects a message without text or with too much text', async () => {
    await expect(client.chat.postMessage({ channel: account.dataChannelId, text: '' })).rejects.toMatchObject(
      refused('no_text'),
    );
    await expect(
      client.chat.postMessage({ channel: account.dataChannelId, text: 'x'.repeat(40_001) }),
    ).rejects.toMatchObject(refused('msg_too_long'));
  });

  it('lists channels in pages, with an empty page before the last one', async () => {
    const sizes: number[] = [];
    const names: (string | undefined)[] = [];
    for await (const page of client.paginate('conversations.list', {
      limit: 20,
      types: 'public_channel,private_channel',
      exclude_archived: true,
    })) {
      const { channels = [] } = page as ConversationsListResponse;
      sizes.push(channels.length);
      names.push(...channels.map(({ name }) => name));
    }
    expect(sizes).toEqual([20, 20, 0, 4]);
    expect(names).toContain('team-40');
    expect(names).not.toContain('old-times');
  });

  it('opens a direct message with a user found by email', async () => {
    const { user } = await client.users.lookupByEmail({ email: account.userEmail });
    const { channel } = await client.conversations.open({ users: user?.id ?? '' });
    expect(channel?.id).toMatch(/^D/);
    await client.chat.postMessage({ channel: user?.id ?? '', text: 'hello Ada' });
    expect(sandbox.world.slack.messages.at(-1)).toMatchObject({ channel: channel?.id, text: 'hello Ada' });
    await expect(client.users.lookupByEmail({ email: 'nobody@contoso.example' })).rejects.toMatchObject(
      refused('users_not_found'),
    );
  });

  it('accepts a file in the three steps of an upload', async () => {
    const file = Buffer.from('country,claims\nGB,120\n');
    const result = await client.filesUploadV2({
      channel_id: account.dataChannelId,
      file,
      filename: 'kpi.csv',
      title: 'Key figures',
      initial_comment: 'Here they are.',
    });
    expect(result.ok).toBe(true);
    const [kept] = sandbox.world.slack.files;
    expect(kept).toMatchObject({ name: 'kpi.csv', title: 'Key figures', channel: account.dataChannelId, shared: true });
    expect(kept?.content?.equals(file)).toBe(true);
    expect(sandbox.world.slack.messages.at(-1)).toMatchObject({ text: 'Here they are.', files: [kept?.id] });
  });

  it('rejects sharing a file by channel name, with a user, or with a wrong length', async () => {
    const { upload_url: url = '', file_id: id = '' } = await client.files.getUploadURLExternal({
      filename: 'a.csv',
      length: 3,
    });
    await expect(
      client.files.completeUploadExternal({ files: [{ id }], channel_id: account.dataChannelId }),
    ).rejects.toMatchObject(refused('file_not_found'));
    expect((await fetch(url, { method: 'POST', body: 'too long' })).status).toBe(400);
    expect(await (await fetch(url, { method: 'POST', body: 'abc' })).text()).toBe('OK - 3');
    for (const channel_id of ['#data-team', account.userId]) {
      await expect(client.files.completeUploadExternal({ files: [{ id }], channel_id })).rejects.toMatchObject(
        refused('invalid_arguments'),
      );
    }
  });

  it('accepts JSON, but no token in the query', async () => {
    const headers = { authorization: `Bearer ${account.botToken}`, 'content-type': 'application/json; charset=utf-8' };
    const posted = await fetch(`${sandbox.addresses.slack}/chat.postMessage`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ channel: account.generalChannelId, text: 'as JSON' }),
    });
    expect(await posted.json()).toMatchObject({ ok: true });
    expect(
      await (await fetch(`${sandbox.addresses.slack}/auth.test?token=${account.botToken}`, { method: 'POST' })).json(),
    ).toEqual({ ok: false, error: 'not_authed' });
  });

  it('responds with Retry-After after too many calls', async () => {
    sandbox.faults.add({
      match: { path: /chat\.postMessage/ },
      fault: {
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '7' },
        body: { ok: false, error: 'ratelimited' },
      },
    });
    await expect(client.chat.postMessage({ channel: account.dataChannelId, text: 'hello' })).rejects.toMatchObject({
      retryAfter: 7,
    });
  });
});
