import { createHash } from 'node:crypto';
import { schemes } from '../../../shared/src/webhooks/schemes.ts';
import type { Delivery } from '../../../shared/src/webhooks/delivery.ts';
import type { SignatureScheme } from '../../../shared/src/define/verification.ts';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { fakeHost } from '../fake-host.ts';
import { deliver } from '../operate.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
const event = { id: 'evt_7', type: 'dataset.ready', data: { dataset: 'claims' } };
const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

interface Sent {
  scheme?: SignatureScheme;
  id?: string;
  headers?: Delivery['headers'];
  typed?: Record<string, unknown>;
  host?: ReturnType<typeof fakeHost>;
  connection?: Record<string, unknown>;
}

/** Delivers a body signed with a scheme. */
function take(
  body: unknown,
  {
    scheme = 'standard-webhooks',
    id = 'msg_1',
    headers = {},
    typed = {},
    host = fakeHost(),
    connection = { secret },
  }: Sent = {},
) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const signed = schemes[scheme].sign({ secret, body: bytes, id, now: Math.floor(host.now() / 1000) });
  return deliver(
    signedWebhook,
    'eventReceived',
    { scheme, ...typed },
    { headers: { ...signed.headers, ...headers }, query: signed.query, body: bytes },
    { host, connection },
  );
}

describe('Event Received of Signed Webhook', () => {
  it('returns the event unchanged, with its delivery ID and type', async () => {
    const data = {
      eventId: 'msg_1',
      eventType: 'dataset.ready',
      deliveryId: 'msg_1',
      headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': '1795161600' },
      event,
      verified: true,
      matchedSecret: 'current',
    };
    expect(await take(event)).toEqual({ outcome: 'events', events: [{ id: 'msg_1', data }] });
  });

  it('ignores an event that does not meet the filter', async () => {
    expect(
      await take(event, { typed: { filter: ['event.type = dataset.ready', 'event.data.dataset = claims'] } }),
    ).toMatchObject({ outcome: 'events' });
    expect(await take(event, { typed: { filter: ['eventType = dataset.deleted'] } })).toEqual({
      outcome: 'ignored',
      why: 'filtered',
    });
  });

  it('rejects another secret, another scheme and an ID in place of the secret', async () => {
    expect(
      await take(event, {
        connection: { secret: `whsec_${Buffer.from('one more of twenty-four!').toString('base64')}` },
      }),
    ).toMatchObject({ outcome: 'rejected', explanation: expect.stringContaining('does not match') });
    expect(await take(event, { typed: { scheme: 'github' } })).toMatchObject({ outcome: 'rejected' });
    expect(await take(event, { connection: { secret: 'ep_123' } })).toMatchObject({
      explanation: expect.stringContaining('looks like the ID'),
    });
  });
});

describe('Signed Webhook recognizes a repeat', () => {
  const signedSchemes: SignatureScheme[] = [
    'github',
    'slack',
    'dbt',
    'shared-secret-header',
    'shared-secret-basic',
    'shared-secret-query',
  ];

  it.each(signedSchemes)('by the whole body, not by an object ID in it (%s)', async (scheme) => {
    const host = fakeHost();
    const packed = { id: 42, eventId: 42, event: 'order.updated', status: 'packed' };
    expect(await take(packed, { scheme, host })).toMatchObject({
      outcome: 'events',
      events: [{ id: sha256(JSON.stringify(packed)) }],
    });
    expect(await take({ ...packed, status: 'shipped' }, { scheme, host })).toMatchObject({ outcome: 'events' });
    expect(await take(packed, { scheme, host })).toEqual({ outcome: 'ignored', why: 'repeated' });
    // The same JSON in another serialization is another body, so it is another event.
    expect(await take(JSON.stringify(packed, null, 1), { scheme, host })).toMatchObject({ outcome: 'events' });
  });

  it('by a webhook-id of any length', async () => {
    const host = fakeHost();
    const [one, other] = ['a', 'b'].map((end) => `msg_${'x'.repeat(600)}${end}`);
    for (const id of [one, other]) expect(await take(event, { id, host })).toMatchObject({ outcome: 'events' });
    expect(await take(event, { id: one, host })).toEqual({ outcome: 'ignored', why: 'repeated' });
  });

  it('by webhook-id, svix-id and X-GitHub-Delivery, even if bodies are equal', async () => {
    const host = fakeHost();
    for (const id of ['msg_monday', 'msg_tuesday'])
      expect(await take(event, { id, host })).toMatchObject({
        outcome: 'events',
        events: [{ id, data: { deliveryId: id } }],
      });
    expect(await take(event, { id: 'msg_monday', host })).toEqual({ outcome: 'ignored', why: 'repeated' });
    for (const id of ['72d3162e-1', '72d3162e-2'])
      expect(await take(event, { scheme: 'github', headers: { 'X-GitHub-Delivery': id }, host })).toMatchObject({
        outcome: 'events',
        events: [{ id }],
      });
    expect(await take(event, { scheme: 'github', headers: { 'X-GitHub-Delivery': '72d3162e-1' }, host })).toEqual({
      outcome: 'ignored',
      why: 'repeated',
    });
  });

  it('by the signed event IDs of Slack and dbt, regardless of the headers', async () => {
    const host = fakeHost();
    const callback = (id: string, retry: number) => ({
      type: 'event_callback',
      event_id: id,
      retry,
      event: { type: 'app_mention' },
    });
    expect(await take(callback('Ev1', 0), { scheme: 'slack', host })).toMatchObject({
      events: [{ id: 'Ev1', data: { eventType: 'app_mention' } }],
    });
    expect(
      await take(callback('Ev1', 1), {
        scheme: 'slack',
        headers: { 'x-slack-retry-num': '1', 'idempotency-key': 'other' },
        host,
      }),
    ).toEqual({ outcome: 'ignored', why: 'repeated' });
    const run = (status: string) => ({ eventId: 'wev_1', data: { status } });
    expect(await take(run('a'), { scheme: 'dbt', host })).toMatchObject({ events: [{ id: 'wev_1' }] });
    expect(await take(run('a'), { scheme: 'dbt', headers: { 'webhook-id': 'invented' }, host })).toEqual({
      outcome: 'ignored',
      why: 'repeated',
    });
  });

  it('by an ID in a header together with the body if it is not signed, because it may be the ID of the webhook', async () => {
    const host = fakeHost();
    const one = { scheme: 'shared-secret-header' as const, host };
    expect(await take({ a: 1 }, { ...one, headers: { 'idempotency-key': 'k1' } })).toMatchObject({
      outcome: 'events',
      events: [{ data: { deliveryId: 'k1', eventId: 'k1' } }],
    });
    expect(await take({ a: 1 }, { ...one, headers: { 'idempotency-key': 'k2' } })).toMatchObject({ outcome: 'events' });
    expect(await take({ a: 2 }, { ...one, headers: { 'idempotency-key': 'k1' } })).toMatchObject({ outcome: 'events' });
    expect(await take({ a: 1 }, { ...one, headers: { 'idempotency-key': 'k1' } })).toEqual({
      outcome: 'ignored',
      why: 'repeated',
    });
  });

  it('by the Event ID Field', async () => {
    const host = fakeHost();
    const typed = { idField: 'data.dataset' };
    expect(await take(event, { typed, host })).toMatchObject({
      events: [{ id: 'claims', data: { eventId: 'claims', deliveryId: 'msg_1' } }],
    });
    expect(await take({ ...event, id: 'evt_8' }, { typed, id: 'msg_2', host })).toEqual({
      outcome: 'ignored',
      why: 'repeated',
    });
    expect(await take({ id: 'evt_9' }, { typed, id: 'msg_3', host })).toMatchObject({ events: [{ id: 'msg_3' }] });
  });
});

describe('Signed Webhook and Slack', () => {
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
  const slack = { scheme: 'slack' as const };

  it('answers url_verification with the challenge and emits nothing', async () => {
    expect(await take({ token: 't', challenge: '3eZbrw1aB', type: 'url_verification' }, slack)).toEqual({
      outcome: 'handshake',
      answer: { challenge: '3eZbrw1aB' },
    });
  });

  it('ignores url_verification without a challenge', async () => {
    for (const challenge of [undefined, '', null, {}])
      expect(await take({ challenge, type: 'url_verification' }, slack)).toEqual({
        outcome: 'ignored',
        why: 'filtered',
      });
  });

  it('does not answer a challenge that is unsigned or from another sender', async () => {
    const body = { challenge: 'x', type: 'url_verification' };
    expect(await take(body, { ...slack, headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } })).toMatchObject({
      outcome: 'rejected',
    });
    expect(await take(body, { scheme: 'github' })).toMatchObject({ outcome: 'events' });
  });

  it('parses the interactive payload of a signed form', async () => {
    const payload = {
      type: 'block_actions',
      trigger_id: '1.2',
      actions: [{ action_id: 'approve', value: 'ü & = + %' }],
      number: 1,
    };
    expect(await take(form({ payload: JSON.stringify(payload) }), { ...slack, headers: asForm })).toMatchObject({
      outcome: 'events',
      events: [{ data: { eventType: 'block_actions', event: payload, verified: true } }],
    });
    expect(
      await take(form({ payload: JSON.stringify(payload) }), {
        ...slack,
        headers: { ...asForm, 'x-slack-signature': `v0=${'0'.repeat(64)}` },
      }),
    ).toMatchObject({ outcome: 'rejected', status: 401 });
  });

  it('parses a slash command', async () => {
    const command = {
      command: '/load',
      text: 'claims 2026 + more',
      user_id: 'U1',
      response_url: 'https://hooks.slack.com/commands/1/2',
      trigger_id: '3.4',
      ['__proto__']: 'x',
    };
    const taken = await take(form(command), {
      ...slack,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    });
    expect(taken).toMatchObject({ outcome: 'events', events: [{ data: { eventType: '/load', event: command } }] });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each([
    ['a payload that is not JSON', 'payload=%7B', 'not-json'],
    ['a field that comes twice', 'command=%2Fa&command=%2Fb', 'duplicate-keys'],
    ['bytes that are not UTF-8', 'command=%ff', 'invalid-form'],
    ['a percent sign alone', 'command=%', 'invalid-form'],
    ['a name that comes twice in the payload', `payload=${encodeURIComponent('{"a":1,"a":2}')}`, 'duplicate-keys'],
  ])('rejects a form with %s', async (_case, body, reason) => {
    expect(await take(body, { ...slack, headers: asForm })).toMatchObject({ outcome: 'rejected', reason });
  });

  it('accepts an ssl_check, signed or not, and emits nothing', async () => {
    const look = form({ ssl_check: '1', token: 't' });
    expect(await take(look, { ...slack, headers: asForm })).toEqual({ outcome: 'ignored', why: 'filtered' });
    const unsigned = { headers: asForm, query: {}, body: Buffer.from(look) };
    expect(
      await deliver(signedWebhook, 'eventReceived', { scheme: 'slack' }, unsigned, {
        host: fakeHost(),
        connection: { secret },
      }),
    ).toEqual({ outcome: 'ignored', why: 'filtered' });
    expect(
      await deliver(signedWebhook, 'eventReceived', { scheme: 'github' }, unsigned, {
        host: fakeHost(),
        connection: { secret },
      }),
    ).toMatchObject({ outcome: 'rejected' });
  });
});

describe('Signed Webhook and GitHub', () => {
  const github = { scheme: 'github' as const };
  const headers = {
    'X-GitHub-Event': 'push',
    'X-GitHub-Delivery': '72d3162e',
    'X-GitHub-Hook-ID': '7',
    'User-Agent': 'GitHub-Hookshot/1',
    cookie: 'c=1',
    authorization: 'Bearer x',
    'X-Hub-Signature': 'sha1=1',
  };

  it('passes on the event type, delivery ID and sender headers, never a signature', async () => {
    const taken = await take({ ref: 'main' }, { ...github, headers });
    expect(taken).toMatchObject({
      events: [
        {
          data: {
            eventType: 'push',
            deliveryId: '72d3162e',
            headers: { 'x-github-event': 'push', 'x-github-hook-id': '7', 'user-agent': 'GitHub-Hookshot/1' },
          },
        },
      ],
    });
    expect(JSON.stringify(taken)).not.toMatch(/signature|sha256=|sha1=|cookie|Bearer/i);
  });

  it('never passes on the header with the shared secret', async () => {
    const sent = {
      headers: { 'x-event-type': 'a secret of our own making', 'x-github-event': 'push' },
      query: {},
      body: Buffer.from('{}'),
    };
    const taken = await deliver(
      signedWebhook,
      'eventReceived',
      { scheme: 'shared-secret-header', location: 'X-Event-Type' },
      sent,
      { host: fakeHost(), connection: { secret: 'a secret of our own making' } },
    );
    expect(taken).toMatchObject({ events: [{ data: { eventType: 'push', headers: { 'x-github-event': 'push' } } }] });
    expect(JSON.stringify(taken)).not.toContain('a secret of our own making');
  });

  it('ignores a ping, and parses the form that GitHub sends by default', async () => {
    expect(
      await take(
        { zen: 'Keep it logically awesome.', hook_id: 1 },
        { ...github, headers: { ...headers, 'X-GitHub-Event': 'ping' } },
      ),
    ).toEqual({ outcome: 'ignored', why: 'filtered' });
    const body = `payload=${encodeURIComponent(JSON.stringify({ ref: 'main' }))}`;
    expect(
      await take(body, { ...github, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' } }),
    ).toMatchObject({ events: [{ data: { event: { ref: 'main' } } }] });
  });
});

it.each(Object.keys(schemes) as SignatureScheme[])(
  'Signed Webhook ignores a byte order mark before the JSON (%s)',
  async (scheme) => {
    const body = Buffer.concat([Buffer.from('efbbbf', 'hex'), Buffer.from(JSON.stringify(event))]);
    expect(await take(body, { scheme })).toMatchObject({ outcome: 'events', events: [{ data: { event } }] });
  },
);
