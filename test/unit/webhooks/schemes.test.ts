import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import type { Delivery } from '../../../shared/src/webhooks/delivery.ts';
import { verifyDelivery } from '../../../shared/src/webhooks/verify-delivery.ts';
import type { SignatureScheme } from '../../../shared/src/define/verification.ts';
import { schemes } from '../../../shared/src/webhooks/schemes.ts';

interface Vector {
  secret: string;
  body: string;
  headers: Record<string, string>;
  /** Seconds since 1970. */
  now: number;
}

const slackBody =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

/** Examples from the vendors' documentation. */
const vectors: [SignatureScheme, Vector][] = [
  [
    'dbt',
    {
      secret: '12345abcde',
      body: '{}',
      headers: { Authorization: '7c7d6b7ec056cc800a7e1c2c45c35de73a67bfcbed72a53c5e7d87841ea81cb9' },
      now: 0,
    },
  ],
  [
    'github',
    {
      secret: "It's a Secret to Everybody",
      body: 'Hello, World!',
      headers: { 'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
      now: 0,
    },
  ],
  [
    'slack',
    {
      secret: '8f742231b10e8888abcd99yyyzzz85a5',
      body: slackBody,
      headers: {
        'X-Slack-Request-Timestamp': '1531420618',
        'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      },
      now: 1531420618,
    },
  ],
  [
    'standard-webhooks',
    {
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      body: '{"test": 2432232314}',
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      now: 1614265330,
    },
  ],
];

const delivery = (body: string, headers: Delivery['headers'], query: Delivery['query'] = {}): Delivery => ({
  headers,
  query,
  body: Buffer.from(body),
});

/** Whether a signature matches, for any body: those of Slack and GitHub are not always JSON. */
function isRight(name: SignatureScheme, { secret, body, headers }: Vector): boolean {
  const sent = delivery(body, headers);
  const proof = schemes[name].proof(sent, undefined);
  return typeof proof !== 'string' && schemes[name].matches(proof, sent, secret);
}

describe.each(vectors)('the scheme %s', (name, vector) => {
  it('accepts the example of the vendor', () => {
    expect(isRight(name, vector)).toBe(true);
  });

  it('rejects it for another body, another secret and a truncated signature', () => {
    expect(isRight(name, { ...vector, body: `${vector.body} ` })).toBe(false);
    expect(isRight(name, { ...vector, secret: `${vector.secret}BBBB` })).toBe(false);
    const last = Object.keys(vector.headers).at(-1) as string;
    const cut = { ...vector.headers, [last]: vector.headers[last]?.slice(0, -2) ?? '' };
    expect(isRight(name, { ...vector, headers: cut })).toBe(false);
  });
});

const names = Object.keys(schemes) as SignatureScheme[];
const now = 1_763_625_600;
const signed = (name: SignatureScheme, at = now, body = '{"a":1}'): Delivery => ({
  ...schemes[name].sign({ secret: 'YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIh', body: Buffer.from(body), id: 'evt_1', now: at }),
  body: Buffer.from(body),
});

describe.each(names)('verifyDelivery with the scheme %s', (scheme) => {
  const options = {
    scheme,
    secrets: { current: 'b25lIG1vcmUgb2YgdHdlbnR5LWZvdXIh', previous: 'YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIh' },
    now,
  };

  it('accepts a signed delivery and reports the secret that matched', () => {
    expect(verifyDelivery(signed(scheme), options)).toMatchObject({
      ok: true,
      verified: true,
      matchedSecret: 'previous',
      body: { a: 1 },
    });
  });

  it('rejects missing, duplicate and malformed signatures without throwing', () => {
    const { headers, query, body } = signed(scheme);
    expect(verifyDelivery({ headers: {}, query: {}, body }, options)).toMatchObject({ ok: false, reason: 'missing' });
    const twice = <T>(values: Record<string, T>) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value, value].flat() as string[]]));
    expect(verifyDelivery({ headers: twice(headers), query: twice(query), body }, options).ok).toBe(false);
    for (const nonsense of ['', ' ', 'x', '0'.repeat(64), 'v1,', 'Basic x', '\u0000', 'v0='.repeat(1000)]) {
      const changed = <T>(values: Record<string, T>) =>
        Object.fromEntries(Object.keys(values).map((key) => [key, nonsense]));
      expect(verifyDelivery({ headers: changed(headers), query: changed(query), body }, options).ok).toBe(false);
    }
  });
});

describe.each(['slack', 'standard-webhooks'] as const)('verifyDelivery with the signed timestamp of %s', (scheme) => {
  const options = { scheme, secrets: { current: 'YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIh' }, now };

  it('accepts a difference of up to five minutes either way', () => {
    for (const offset of [-300, 0, 300])
      expect(verifyDelivery(signed(scheme, now + offset), options)).toMatchObject({ ok: true });
    expect(verifyDelivery(signed(scheme, now - 301), options)).toMatchObject({ ok: false, reason: 'too-old' });
    expect(verifyDelivery(signed(scheme, now + 301), options)).toMatchObject({ ok: false, reason: 'too-new' });
    expect(verifyDelivery(signed(scheme, now - 3600), { ...options, toleranceSeconds: 3600 })).toMatchObject({
      ok: true,
    });
  });

  it('reports a wrong signature, not the old timestamp, to a forger', () => {
    const { body, ...rest } = signed(scheme, now - 3600);
    expect(verifyDelivery({ ...rest, body: Buffer.concat([body, Buffer.from(' ')]) }, options)).toMatchObject({
      reason: 'no-match',
    });
  });
});

describe('verifyDelivery with Standard Webhooks', () => {
  const options = { scheme: 'standard-webhooks' as const, now };

  it('accepts the header names of Svix, and several signatures', () => {
    const { headers, body } = signed('standard-webhooks');
    const svix = {
      'svix-id': headers['webhook-id'],
      'svix-timestamp': headers['webhook-timestamp'],
      'svix-signature': `v1,${Buffer.alloc(32).toString('base64')} ${String(headers['webhook-signature'])} v9,nothing`,
    };
    expect(
      verifyDelivery(
        { headers: svix, query: {}, body },
        { ...options, secrets: { current: 'whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIh' } },
      ),
    ).toMatchObject({ ok: true });
  });

  it('accepts an Ed25519 signature with a public key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const body = Buffer.from('{"a":1}');
    const signature = signBytes(null, Buffer.concat([Buffer.from(`evt_1.${now}.`), body]), privateKey).toString(
      'base64',
    );
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(now),
      'webhook-signature': `v1a,${signature}`,
    };
    const current = `whpk_${publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
    expect(verifyDelivery({ headers, query: {}, body }, { ...options, secrets: { current } })).toMatchObject({
      ok: true,
      matchedSecret: 'current',
    });
    expect(
      verifyDelivery({ headers, query: {}, body: Buffer.from('{"a":2}') }, { ...options, secrets: { current } }),
    ).toMatchObject({ reason: 'no-match' });
    expect(
      verifyDelivery({ headers, query: {}, body }, { ...options, secrets: { current: 'whpk_short' } }),
    ).toMatchObject({ reason: 'undecodable-secret' });
  });

  it('reports an ID that was entered as the secret', () => {
    expect(verifyDelivery(signed('standard-webhooks'), { ...options, secrets: { current: 'ep_2Rzb' } })).toMatchObject({
      reason: 'secret-is-an-id',
    });
  });
});
