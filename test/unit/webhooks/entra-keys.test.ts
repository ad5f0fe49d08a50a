import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { deliver, delivery } from '../operate.ts';

const id = (digit: string): string =>
  `${digit.repeat(8)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(12)}`;
const connection = { tenantId: id('1'), applicationId: id('2'), senderId: id('3') };
const keysUrl = `https://login.microsoftonline.com/${connection.tenantId}/discovery/v2.0/keys`;
const minute = 60_000;

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let ours: Pair;
let another: Pair;
let keys: JSONWebKeySet;
beforeAll(async () => {
  ours = await generateKeyPair('RS256');
  another = await generateKeyPair('RS256');
  keys = { keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'key-1', use: 'sig' }] };
});

/** A token that is valid at the host's time, unless it is signed with another key. */
function tokenFor(host: FakeHost, { key = ours.privateKey, kid = 'key-1' } = {}): Promise<string> {
  const now = Math.floor(host.now() / 1000);
  return new SignJWT({
    iss: `https://login.microsoftonline.com/${connection.tenantId}/v2.0`,
    aud: connection.applicationId,
    azp: connection.senderId,
    nbf: now - 60,
    exp: now + 600,
  })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(key);
}

let count = 0;
/** The outcome of a delivery with a token, or the code of the error after which the sender retries. */
async function take(token: string, host: FakeHost): Promise<string> {
  try {
    const taken = await deliver(
      signedWebhook,
      'eventReceived',
      { scheme: 'entra' },
      delivery({ id: `e${(count += 1)}` }, { authorization: `Bearer ${token}` }),
      { host, connection },
    );
    return taken.outcome === 'rejected' ? taken.reason : taken.outcome;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const answering = (answer: Answer): FakeHost => fakeHost().on('GET', keysUrl, () => answer);

describe('entraKeys', () => {
  it('requests the keys once for 500 concurrent deliveries', async () => {
    const host = answering({ json: keys });
    const token = await tokenFor(host);
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => take(token, host)));
    expect(new Set(outcomes)).toEqual(new Set(['events']));
    expect(host.requests).toHaveLength(1);
  });

  it('requests no keys for malformed tokens', async () => {
    const host = answering({ json: keys });
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const garbage = [
      'a.b.c',
      'x',
      `${part({ alg: 'none', kid: 'key-1' })}.${part({})}.AA`,
      `${part({ alg: 'RS256' })}.${part({})}.AA`,
      `${part({ alg: 'HS256', kid: 'key-1' })}.${part({})}.AA`,
      `${part(null)}.${part({})}.AA`,
    ];
    for (let round = 0; round < 200; round += 1)
      expect(await take(garbage[round % garbage.length] as string, host)).toBe('malformed');
    expect(host.requests).toHaveLength(0);
  });

  it('requests keys at most once per minute for tokens with unknown key IDs', async () => {
    const host = answering({ json: keys });
    for (let second = 0; second < 180; second += 1) {
      expect(await take(await tokenFor(host, { key: another.privateKey, kid: `invented-${second}` }), host)).toBe(
        'no-match',
      );
      host.pass(1_000);
    }
    expect(host.requests.length).toBeLessThanOrEqual(3);
    expect(await take(await tokenFor(host), host)).toBe('events');
  });

  it('retries with growing intervals while the endpoint fails, and the sender is asked to retry', async () => {
    const host = answering({ status: 503 });
    for (let round = 0; round < 200; round += 1) expect(await take(await tokenFor(host), host)).toBe('unavailable');
    expect(host.requests).toHaveLength(1);
    const readIn = async (minutes: number): Promise<number> => {
      const before = host.requests.length;
      for (let passed = 0; passed < minutes * 2; passed += 1) {
        host.pass(minute / 2);
        await take(await tokenFor(host), host);
      }
      return host.requests.length - before;
    };
    expect(await readIn(10)).toBeLessThanOrEqual(4);
    expect(await readIn(60)).toBeLessThanOrEqual(5);
    host.on('GET', keysUrl, { json: keys }).pass(20 * minute);
    expect(await take(await tokenFor(host), host)).toBe('events');
  });

  it('requests the keys once for 500 concurrent deliveries even if the connection is lost', async () => {
    const host = answering('lost');
    const token = await tokenFor(host);
    expect(new Set(await Promise.all(Array.from({ length: 500 }, () => take(token, host))))).toEqual(
      new Set(['unavailable']),
    );
    expect(host.requests).toHaveLength(1);
  });

  it('keeps cached keys in use for days if they cannot be refreshed', async () => {
    const host = answering({ json: keys });
    expect(await take(await tokenFor(host), host)).toBe('events');
    host.on('GET', keysUrl, { status: 500, text: '<html>' });
    for (let day = 0; day < 5; day += 1) {
      host.pass(24 * 60 * minute + 1);
      expect(await take(await tokenFor(host), host)).toBe('events');
    }
    expect(host.requests.length).toBeGreaterThan(1);
  });

  it('refreshes the keys once when the clock was set back', async () => {
    const host = answering({ json: keys });
    expect(await take(await tokenFor(host), host)).toBe('events');
    host.pass(-60 * minute);
    for (let round = 0; round < 5; round += 1) expect(await take(await tokenFor(host), host)).toBe('events');
    expect(host.requests).toHaveLength(2);
  });

  it('accepts rotated keys', async () => {
    const host = answering({ json: keys });
    expect(await take(await tokenFor(host), host)).toBe('events');
    host
      .on('GET', keysUrl, { json: { keys: [{ ...(await exportJWK(another.publicKey)), kid: 'key-2', use: 'sig' }] } })
      .pass(minute);
    expect(await take(await tokenFor(host, { key: another.privateKey, kid: 'key-2' }), host)).toBe('events');
    expect(await take(await tokenFor(host), host)).toBe('no-match');
  });

  it.each<[string, Answer]>([
    ['a web page', { text: '<!doctype html><title>Sign in</title>' }],
    ['an empty body', { text: '' }],
    ['truncated JSON', { text: '{"keys":[{"kty":"RSA"' }],
    ['null', { text: 'null' }],
    ['JSON without a list', { json: { keys: 'none' } }],
    ['a list without keys', { json: { keys: [null, 1, 'x', { kty: 'EC', kid: 'a' }] } }],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/' } }],
  ])('reports the response %s as unavailable', async (_case, answer) => {
    const host = answering(answer);
    const sent = delivery({ id: 'x' }, { authorization: `Bearer ${await tokenFor(host)}` });
    await expect(
      deliver(signedWebhook, 'eventReceived', { scheme: 'entra' }, sent, { host, connection }),
    ).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^The signing keys of the tenant could not be read: (the|no) /),
      hint: 'Check Tenant ID and Entra Authority URL.',
    });
    expect(host.requests[0]).toMatchObject({ url: keysUrl });
  });

  it('does not match a token to an invalid key', async () => {
    for (const broken of [
      { n: '!!', e: 'AQAB' },
      { n: 'AQAB', e: 'AQAB' },
    ]) {
      const host = answering({ json: { keys: [{ kty: 'RSA', kid: 'key-1', use: 'sig', ...broken }] } });
      expect(await take(await tokenFor(host), host)).toBe('no-match');
    }
  });
});
