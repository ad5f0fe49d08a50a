import { describeError } from '../../../shared/src/host/error.ts';
import { slack } from '../../../shared/src/services/slack/service.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const api = 'https://slack.com/api';
const connection = { botToken: 'xoxb-very-secret' };
const run = (key: string, typed: Record<string, unknown>, host: FakeHost) =>
  operate(slack, key, typed, host, connection);
const post = `${api}/chat.postMessage`;
const posted = { ok: true, channel: 'C0DATATEAM', ts: '1763625600.000100' };
const channel = 'C0DATATEAM';

describe('Thread', () => {
  it.each([
    [
      'https://contoso.slack.com/archives/C0DATATEAM/p1763625700000200?thread_ts=1763625600.000100&cid=C0DATATEAM',
      '1763625600.000100',
    ],
    [
      'https://contoso.slack.com/archives/C0DATATEAM/p1763625700000200?cid=C0DATATEAM&thread_ts=1763625600.000100',
      '1763625600.000100',
    ],
    ['https://contoso.slack.com/archives/C0DATATEAM/p1763625700000200', '1763625700.000200'],
    ['https://contoso.slack.com/archives/C0DATATEAM/p1763625700000200?cid=C0DATATEAM', '1763625700.000200'],
    ['1763625700.000200', '1763625700.000200'],
    ['p1763625700000200', '1763625700.000200'],
  ])('%s becomes %s', async (thread, timestamp) => {
    const host = fakeHost().on('POST', post, { json: posted });
    await run('sendMessage', { channel, text: 'Ready', thread }, host);
    expect(host.sent('POST', 'postMessage')[0]?.json).toMatchObject({ thread_ts: timestamp });
  });
});

describe('A message that Slack would truncate', () => {
  it.each([
    ['text', { text: 'x'.repeat(40_001) }],
    ['a section', { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }] }],
    ['a header', { blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }],
    ['a field', { blocks: [{ type: 'section', fields: [{ type: 'mrkdwn', text: 'x'.repeat(2_001) }] }] }],
    [
      'fields',
      { blocks: [{ type: 'section', fields: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }] },
    ],
    ['buttons', { blocks: [{ type: 'actions', elements: Array.from({ length: 26 }, () => ({ type: 'button' })) }] }],
    ['a block that is none', { blocks: ['x'] }],
    ['blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }],
  ])('is rejected before sending a request: %s', async (_what, input) => {
    const host = fakeHost();
    await expect(run('sendMessage', { channel, ...input }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/Text|Blocks/),
    });
    expect(host.requests).toEqual([]);
  });

  it('counts characters, not UTF-16 code units', async () => {
    const host = fakeHost().on('POST', post, { json: posted });
    expect(await run('sendMessage', { channel, text: '🙂'.repeat(40_000) }, host)).not.toHaveProperty('truncated');
  });

  it('is reported if Slack truncates it nevertheless', async () => {
    const host = fakeHost().on('POST', post, {
      json: { ...posted, response_metadata: { warnings: ['message_truncated'] } },
    });
    expect(await run('sendMessage', { channel, text: 'x' }, host)).toMatchObject({ truncated: true });
    expect(host.logged.join()).toContain('truncated the message');
  });
});

describe('An organization token', () => {
  const refused = {
    json: {
      ok: false,
      error: 'missing_argument',
      response_metadata: { messages: ['[ERROR] missing required field: team_id'] },
    },
  };
  const channels: Record<string, { id: string; name: string }[]> = {
    T0000000001: [{ id: 'C000000001', name: 'general' }],
    T0000000002: [
      { id: 'C000000002', name: 'claims' },
      { id: 'C000000001', name: 'general' },
    ],
  };
  const open = (teams: unknown) =>
    fakeHost()
      .on('GET', `${api}/auth.teams.list`, { json: teams })
      .on('GET', `${api}/conversations.list`, ({ query }) =>
        query['team_id'] ? { json: { ok: true, channels: channels[query['team_id']] } } : refused,
      )
      .on('POST', post, { json: posted });
  const both = {
    ok: true,
    teams: [{ id: 'T0000000001' }, { id: 'T0000000002' }],
    response_metadata: { next_cursor: '' },
  };

  it('finds the channels of all workspaces, each once', async () => {
    expect(await run('findChannel', { name: 'a' }, open(both))).toMatchObject([
      { id: 'C000000001' },
      { id: 'C000000002' },
    ]);
  });

  it('posts to a channel by name', async () => {
    const host = open(both);
    await run('sendMessage', { channel: 'claims', text: 'x' }, host);
    expect(host.sent('POST', 'postMessage')[0]?.json).toMatchObject({ channel: 'C000000002' });
  });

  it.each([
    [
      'without workspaces',
      { ok: true, teams: [] },
      /not installed in any of its workspaces/,
      /add the app to the workspace/,
    ],
    [
      'that cannot list its workspaces',
      { ok: false, error: 'not_allowed_token_type' },
      /workspaces could not be listed/,
      /Bot User OAuth Token of one workspace/,
    ],
  ])('%s has a hint', async (_what, teams, message, hint) => {
    const error: unknown = await run('findChannel', { name: 'a' }, open(teams)).catch((caught: unknown) => caught);
    expect(describeError(error, 'n8n')).toMatch(message);
    expect(describeError(error, 'n8n')).toMatch(hint);
  });
});

describe('Slack’s channel pages', () => {
  it.each([
    ['that repeat a cursor', () => ({ ok: true, channels: [], response_metadata: { next_cursor: 'again' } }), 2],
    [
      'that are empty without end',
      (count: number) => ({ ok: true, channels: [], response_metadata: { next_cursor: `c${count}` } }),
      21,
    ],
  ])('%s end with an error', async (_what, page, maxPages) => {
    let count = 0;
    const host = fakeHost().on('GET', `${api}/conversations.list`, () => ({ json: page((count += 1)) }));
    await expect(run('findChannel', { name: 'a' }, host)).rejects.toMatchObject({ code: 'unexpected-response' });
    expect(count).toBeLessThanOrEqual(maxPages);
  });
});

it.each([
  ['a web page', { text: '<html></html>' }],
  ['an empty body', { text: '' }],
  ['no timestamp', { json: { ok: true, channel } }],
  ['truncated JSON', { text: '{"ok":true,"chan' }],
])('an unconfirmed message (%s) is not posted again', async (_what, answer) => {
  const host = fakeHost().on('POST', post, answer);
  await expect(run('sendMessage', { channel, text: 'x' }, host)).rejects.toMatchObject({
    retryable: false,
    message: 'Slack did not confirm whether it posted the message.',
  });
  expect(host.sent('POST', 'postMessage')).toHaveLength(1);
});
