import { createHmac } from 'node:crypto';
import type { Delivery } from '../../../shared/src/webhooks/delivery.ts';
import { verifyDelivery as verifyAt, type VerifyOptions } from '../../../shared/src/webhooks/verify-delivery.ts';

const secret = '12345abcde';
const sign = (body: string, key = secret) => createHmac('sha256', key).update(body).digest('hex');
const delivery = (body: string, headers: Delivery['headers'] = {}, query: Delivery['query'] = {}): Delivery => ({
  headers,
  query,
  body: Buffer.from(body),
});
type Options = Omit<VerifyOptions, 'now'>;
const verifyDelivery = (sent: Delivery, options: Options) => verifyAt(sent, { now: 1_763_625_600, ...options });
const dbt: Options = { scheme: 'dbt', secrets: { current: secret } };

describe('verifyDelivery with a signature of dbt', () => {
  it('accepts the documented example', () => {
    expect(sign('{}')).toBe('7c7d6b7ec056cc800a7e1c2c45c35de73a67bfcbed72a53c5e7d87841ea81cb9');
    expect(verifyDelivery(delivery('{}', { authorization: sign('{}') }), dbt)).toMatchObject({
      ok: true,
      verified: true,
      matchedSecret: 'current',
    });
  });

  it('accepts the header name in any case and with the prefix of Zapier', () => {
    for (const name of ['Authorization', 'AUTHORIZATION', 'Http-Authorization']) {
      expect(verifyDelivery(delivery('{"a":1}', { [name]: sign('{"a":1}').toUpperCase() }), dbt)).toMatchObject({
        ok: true,
        body: { a: 1 },
      });
    }
  });

  it('reports which of two secrets matched', () => {
    const secrets = { current: 'the-new-secret', previous: secret };
    expect(verifyDelivery(delivery('{}', { authorization: sign('{}') }), { scheme: 'dbt', secrets })).toMatchObject({
      ok: true,
      matchedSecret: 'previous',
    });
  });

  it.each([
    ['without a header', {}, 'missing'],
    ['with an empty header', { authorization: '' }, 'missing'],
    ['with a repeated header', { authorization: [sign('{}'), sign('{}')] }, 'duplicate'],
    ['with the header in two cases', { authorization: sign('{}'), Authorization: sign('{}') }, 'duplicate'],
    ['with a scheme before the signature', { authorization: `Bearer ${sign('{}')}` }, 'malformed'],
    ['with a signature that is too short', { authorization: sign('{}').slice(1) }, 'malformed'],
    ['with characters that are not hex', { authorization: 'z'.repeat(64) }, 'malformed'],
    ['signed with another secret', { authorization: sign('{}', 'other') }, 'no-match'],
    ['signed over another body', { authorization: sign('{ }') }, 'no-match'],
  ])('rejects a delivery %s without throwing', (_case, headers: Delivery['headers'], reason) => {
    expect(verifyDelivery(delivery('{}', headers), dbt)).toMatchObject({ ok: false, reason });
  });

  it('never contains the secret or the signature in its explanation', () => {
    const refused = verifyDelivery(delivery('{}', { authorization: sign('{}', 'other') }), dbt);
    expect(JSON.stringify(refused)).not.toContain(secret);
    expect(JSON.stringify(refused)).not.toContain(sign('{}', 'other'));
  });

  it.each([`${secret}\n`, ` ${secret} `, `"${secret}"`, `'${secret}'\r\n`, `\ufeff${secret}`, `“${secret}”`])(
    'accepts a secret that was pasted as %j',
    (current) => {
      expect(
        verifyDelivery(delivery('{}', { authorization: sign('{}') }), { scheme: 'dbt', secrets: { current } }),
      ).toMatchObject({ ok: true, matchedSecret: 'current' });
    },
  );

  it('accepts white space and quotation marks that are part of the secret', () => {
    for (const current of [`"${secret}"`, `${secret} `])
      expect(
        verifyDelivery(delivery('{}', { authorization: sign('{}', current) }), { scheme: 'dbt', secrets: { current } }),
      ).toMatchObject({ ok: true });
  });

  it('reports white space and quotation marks around a secret that does not match', () => {
    expect(
      verifyDelivery(delivery('{}', { authorization: sign('{}', 'another') }), {
        scheme: 'dbt',
        secrets: { current: `${secret}\n` },
      }),
    ).toMatchObject({ reason: 'secret-has-whitespace', explanation: expect.stringContaining('quotation marks') });
  });

  it('rejects a signed body that is not a JSON object or too large', () => {
    for (const body of ['', 'x', '1', 'null', '"text"'])
      expect(verifyDelivery(delivery(body, { authorization: sign(body) }), dbt)).toMatchObject({
        ok: false,
        reason: 'not-json',
      });
    const large = JSON.stringify({ text: 'x'.repeat(100) });
    expect(verifyDelivery(delivery(large, { authorization: sign(large) }), { ...dbt, maxBytes: 100 })).toMatchObject({
      reason: 'too-large',
    });
  });
});

describe('verifyDelivery with a signed body', () => {
  const take = (body: string) => verifyDelivery(delivery(body, { authorization: sign(body) }), dbt);

  it('rejects deep nesting and too many values without throwing', () => {
    expect(take(`${'['.repeat(64)}${']'.repeat(64)}`)).toMatchObject({ ok: true });
    for (const depth of [70, 5_000, 400_000])
      expect(take(`${'['.repeat(depth)}${']'.repeat(depth)}`)).toMatchObject({ ok: false, reason: 'too-complex' });
    expect(take(`[${'1,'.repeat(30_000)}1]`)).toMatchObject({ reason: 'too-complex' });
  });

  it('does not pollute prototypes', () => {
    const taken = take('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
    expect(taken.ok).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('verifyDelivery with a shared secret', () => {
  const secret = 'a shared secret of our own';
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('accepts a non-ASCII password in UTF-8 and in Latin-1', () => {
    const current = 'schlüssel-von-uns';
    for (const encoding of ['utf8', 'latin1'] as const) {
      const authorization = `Basic ${Buffer.from(`any:${current}`, encoding).toString('base64')}`;
      expect(
        verifyDelivery(delivery('{}', { authorization }), { scheme: 'shared-secret-basic', secrets: { current } }).ok,
      ).toBe(true);
    }
  });

  it('accepts the secret in a header, as the password of basic authentication, or in the query', () => {
    const secrets = { current: secret };
    expect(
      verifyDelivery(delivery('{}', { 'X-Key': secret }), {
        scheme: 'shared-secret-header',
        location: 'x-key',
        secrets,
      }).ok,
    ).toBe(true);
    expect(
      verifyDelivery(delivery('{}', { authorization: basic('any:one', 'x-of-our-own-making') }), {
        scheme: 'shared-secret-basic',
        secrets: { current: 'one:x-of-our-own-making' },
      }).ok,
    ).toBe(true);
    expect(
      verifyDelivery(delivery('{}', {}, { key: secret }), { scheme: 'shared-secret-query', location: 'key', secrets })
        .ok,
    ).toBe(true);
  });

  it('rejects part of the secret, a longer one, and the secret in another location', () => {
    const options: Options = { scheme: 'shared-secret-header', location: 'x-key', secrets: { current: secret } };
    for (const value of [secret.slice(1), `${secret}x`, ''])
      expect(verifyDelivery(delivery('{}', { 'x-key': value }), options).ok).toBe(false);
    expect(verifyDelivery(delivery('{}', {}, { 'x-key': secret }), options)).toMatchObject({ reason: 'missing' });
    expect(
      verifyDelivery(delivery('{}', {}, { key: [secret, secret] }), {
        scheme: 'shared-secret-query',
        location: 'key',
        secrets: { current: secret },
      }),
    ).toMatchObject({ reason: 'duplicate' });
  });
});

describe('verifyDelivery without a secret', () => {
  it('rejects a delivery, or marks it as not verified if unsigned events are accepted', () => {
    expect(verifyDelivery(delivery('{}'), { scheme: 'dbt', secrets: {} })).toMatchObject({
      ok: false,
      reason: 'no-secret',
    });
    expect(verifyDelivery(delivery('{}'), { scheme: 'dbt', secrets: {}, acceptsUnsigned: true })).toMatchObject({
      ok: true,
      verified: false,
      matchedSecret: 'none',
    });
  });

  it('still verifies a delivery if a secret is set and unsigned events are accepted', () => {
    expect(verifyDelivery(delivery('{}'), { ...dbt, acceptsUnsigned: true }).ok).toBe(false);
  });
});

describe('verifyDelivery and the Content-Type', () => {
  const signed = (body: string, type?: string | string[]) =>
    verifyDelivery(
      delivery(body, { authorization: sign(body), ...(type === undefined ? {} : { 'content-type': type }) }),
      dbt,
    );

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    'application/vnd.api+json;x=1',
    'text/json',
    '',
  ])('accepts %j', (type) => expect(signed('{}', type)).toMatchObject({ ok: true }));

  it('accepts a missing header', () => expect(signed('{}')).toMatchObject({ ok: true }));

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/jsonp'],
    ['application/xml; note=application/json'],
    [['application/json', 'text/html']],
  ])('rejects %j with 415 before it checks the signature', (type) =>
    expect(verifyDelivery(delivery('{}', { 'content-type': type }), dbt)).toMatchObject({
      ok: false,
      reason: 'unsupported-type',
      status: 415,
    }),
  );
});
