import { createHmac } from 'node:crypto';
import { verifyDelivery } from '../../../shared/src/webhooks/verify-delivery.ts';
import type { SignatureScheme } from '../../../shared/src/define/verification.ts';

// The cases of the test suites of Standard Webhooks, Svix, octokit and Bolt, with our own values.
const now = 1_763_625_600;
const key = Buffer.from('a secret of twenty-four!');
const standard = (version: string, id = 'msg_1', at = now, body = '{"test":1}') =>
  `${version},${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
const other = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';

describe.each(['webhook', 'svix'])('verifyDelivery with the Standard Webhooks headers %s-…', (prefix) => {
  const take = (headers: Record<string, string | undefined>, current = `whsec_${key.toString('base64')}`) => {
    const all = { id: 'msg_1', timestamp: String(now), signature: standard('v1'), ...headers };
    const sent = Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[`${prefix}-${name}`, value]])),
    );
    const taken = verifyDelivery(
      { headers: sent, query: {}, body: Buffer.from('{"test":1}') },
      { scheme: 'standard-webhooks', secrets: { current }, now },
    );
    return taken.ok ? 'accepted' : taken.reason;
  };

  it.each<[string, Record<string, string | undefined>, string]>([
    ['a right signature', {}, 'accepted'],
    ['no ID', { id: undefined }, 'missing'],
    ['an empty ID', { id: '' }, 'missing'],
    ['no timestamp', { timestamp: undefined }, 'missing'],
    ['a timestamp that is a word', { timestamp: 'hello' }, 'malformed'],
    ['a timestamp with a fraction', { timestamp: `${now}.5` }, 'malformed'],
    ['no signature', { signature: undefined }, 'missing'],
    ['a signature that is none', { signature: 'v1,dawfeoifkpqwoekfpqoekf' }, 'no-match'],
    ['the start of the signature', { signature: standard('v1').slice(0, 8) }, 'malformed'],
    ['only the mark of a signature', { signature: 'v1,' }, 'malformed'],
    ['a signature of another version', { signature: standard('v2') }, 'malformed'],
    ['an HMAC under the mark of a public key', { signature: standard('v1a') }, 'no-match'],
    [
      'several signatures, one of them valid',
      { signature: `${other} v2,${other.slice(3)} ${standard('v1')} ${other}` },
      'accepted',
    ],
    ['several signatures, of which none is right', { signature: `${other} ${other}` }, 'no-match'],
    [
      'a timestamp that is too old',
      { timestamp: String(now - 301), signature: standard('v1', 'msg_1', now - 301) },
      'too-old',
    ],
    [
      'a timestamp that is too far in the future',
      { timestamp: String(now + 301), signature: standard('v1', 'msg_1', now + 301) },
      'too-new',
    ],
    ['the signature of another ID', { id: 'msg_2' }, 'no-match'],
  ])('returns the expected result for %s', (_case, headers, expected) => {
    expect(take(headers)).toBe(expected);
  });

  it('accepts the secret with and without its prefix, and as some pages show it', () => {
    for (const secret of [
      key.toString('base64'),
      `whsec_${key.toString('base64')}`,
      `v1,whsec_${key.toString('base64')}`,
      `"whsec_${key.toString('base64')}"\n`,
    ])
      expect(take({}, secret)).toBe('accepted');
  });
});

const verdict = (
  scheme: SignatureScheme,
  headers: Record<string, string>,
  body: string,
  secrets: object,
  at = now,
): string => {
  const taken = verifyDelivery({ headers, query: {}, body: Buffer.from(body) }, { scheme, secrets, now: at });
  return taken.ok ? taken.matchedSecret : taken.reason;
};

describe('verifyDelivery with GitHub', () => {
  const sign = (body: string, secret = 'mysecret') => ({
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  });

  it('verifies the raw bytes, with any characters and escapes', () => {
    for (const text of ['bar', 'Foo\n\u001b[34mbar: ♥♥♥♥\nlost\u001b[0m', '\\u001b', '🚀ü']) {
      const body = JSON.stringify({ foo: text });
      expect(verdict('github', sign(body), body, { current: 'mysecret' })).toBe('current');
    }
    expect(verdict('github', sign('{"foo":"\\u001b"}'), '{"foo":"\\u001B"}', { current: 'mysecret' })).toBe('no-match');
  });

  it('rejects another secret, a missing signature, SHA-1 and malformed signatures', () => {
    expect(verdict('github', sign('{}', 'another1'), '{}', { current: 'mysecret' })).toBe('no-match');
    expect(verdict('github', {}, '{}', { current: 'mysecret' })).toBe('missing');
    for (const value of ['foo', 'sha256=', `sha1=${'0'.repeat(40)}`, `SHA256=${'0'.repeat(64)}`])
      expect(verdict('github', { 'X-Hub-Signature-256': value }, '{}', { current: 'mysecret' })).toBe('malformed');
  });

  it('accepts the previous secret during rotation', () => {
    expect(verdict('github', sign('{}'), '{}', { current: 'the-new-one', previous: 'mysecret' })).toBe('previous');
    expect(verdict('github', sign('{}'), '{}', { current: 'the-new-one', previous: 'another-one' })).toBe('no-match');
  });
});

describe('verifyDelivery with Slack', () => {
  const secret = '8f742231b10e8888';
  const sign = (body: string, at = now) => ({
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`,
  });

  it('accepts a valid signature, and rejects a missing secret, an old timestamp and a malformed signature', () => {
    expect(verdict('slack', sign('{"foo":"bar"}'), '{"foo":"bar"}', { current: secret })).toBe('current');
    expect(verdict('slack', sign('{}'), '{}', { current: '' })).toBe('no-secret');
    expect(verdict('slack', sign('{}', now - 600), '{}', { current: secret })).toBe('too-old');
    expect(verdict('slack', sign('{}', now + 600), '{}', { current: secret })).toBe('too-new');
    expect(
      verdict('slack', { ...sign('{}'), 'x-slack-signature': 'v0=invalid-signature' }, '{}', { current: secret }),
    ).toBe('malformed');
    expect(
      verdict('slack', { ...sign('{}'), 'x-slack-request-timestamp': String(now - 1) }, '{}', { current: secret }),
    ).toBe('no-match');
  });
});
