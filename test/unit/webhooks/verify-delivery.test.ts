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

describe('A delivery signed by dbt', () => {
  it('gives the known answer for the empty object', () => {
    expect(sign('{}')).toBe('7c7d6b7ec056cc800a7e1c2c45c35de73a67bfcbed72a53c5e7d87841ea81cb9');
    expect(verifyDelivery(delivery('{}', { authorization: sign('{}') }), dbt)).toMatchObject({
      ok: true,
      verified: true,
      matchedSecret: 'current',
    });
  });

  it('is believed under any spelling of the header, and under the name that Zapier gives it', () => {
    for (const name of ['Authorization', 'AUTHORIZATION', 'Http-Authorization']) {
      expect(verifyDelivery(delivery('{"a":1}', { [name]: sign('{"a":1}').toUpperCase() }), dbt)).toMatchObject({
        ok: true,
        body: { a: 1 },
      });
    }
  });

  it('says which of two secrets matched', () => {
    const secrets = { current: 'the-new-secret', previous: secret };
    expect(verifyDelivery(delivery('{}', { authorization: sign('{}') }), { scheme: 'dbt', secrets })).toMatchObject({
      ok: true,
      matchedSecret: 'previous',
    });
  });

  it.each([
    ['without a header', {}, 'missing'],
    ['with an empty header', { authorization: '' }, 'missing'],
    ['with a header that came twice', { authorization: [sign('{}'), sign('{}')] }, 'duplicate'],
    ['with two spellings of the header', { authorization: sign('{}'), Authorization: sign('{}') }, 'duplicate'],
    ['with a scheme before the signature', { authorization: `Bearer ${sign('{}')}` }, 'malformed'],
    ['with a signature that is too short', { authorization: sign('{}').slice(1) }, 'malformed'],
    ['with letters that are not hex', { authorization: 'z'.repeat(64) }, 'malformed'],
    ['signed with another secret', { authorization: sign('{}', 'other') }, 'no-match'],
    ['signed for another body', { authorization: sign('{ }') }, 'no-match'],
  ])('is refused %s, without an exception', (_case, headers: Delivery['headers'], reason) => {
    expect(verifyDelivery(delivery('{}', headers), dbt)).toMatchObject({ ok: false, reason });
  });

  it('never shows the secret or the signature in its explanation', () => {
    const refused = verifyDelivery(delivery('{}', { authorization: sign('{}', 'other') }), dbt);
    expect(JSON.stringify(refused)).not.toContain(secret);
    expect(JSON.stringify(refused)).not.toContain(sign('{}', 'other'));
  });

  it.each([`${secret}\n`, ` ${secret} `, `"${secret}"`, `'${secret}'\r\n`, `\ufeff${secret}`, `“${secret}”`])(
    'is believed when the secret was pasted as %j',
    (current) => {
      expect(
        verifyDelivery(delivery('{}', { authorization: sign('{}') }), { scheme: 'dbt', secrets: { current } }),
      ).toMatchObject({ ok: true, matchedSecret: 'current' });
    },
  );

  it('is believed when white space or quotation marks are part of the secret', () => {
    for (const current of [`"${secret}"`, `${secret} `])
      expect(
        verifyDelivery(delivery('{}', { authorization: sign('{}', current) }), { scheme: 'dbt', secrets: { current } }),
      ).toMatchObject({ ok: true });
  });

  it('is refused with a reason that names white space and quotation marks around another secret', () => {
    expect(
      verifyDelivery(delivery('{}', { authorization: sign('{}', 'another') }), {
        scheme: 'dbt',
        secrets: { current: `${secret}\n` },
      }),
    ).toMatchObject({ reason: 'secret-has-whitespace', explanation: expect.stringContaining('quotation marks') });
  });

  it('is refused when the body is no JSON object or too large, although it is signed', () => {
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

describe('A body that is signed', () => {
  const take = (body: string) => verifyDelivery(delivery(body, { authorization: sign(body) }), dbt);

  it('is refused when it is nested too deep or holds too many values, without an exception', () => {
    expect(take(`${'['.repeat(64)}${']'.repeat(64)}`)).toMatchObject({ ok: true });
    for (const depth of [70, 5_000, 400_000])
      expect(take(`${'['.repeat(depth)}${']'.repeat(depth)}`)).toMatchObject({ ok: false, reason: 'too-complex' });
    expect(take(`[${'1,'.repeat(30_000)}1]`)).toMatchObject({ reason: 'too-complex' });
  });

  it('reaches no prototype by its names', () => {
    const taken = take('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
    expect(taken.ok).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('A delivery with a shared secret', () => {
  const secret = 'a shared secret of our own';
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('is believed with letters beyond ASCII in the password, in UTF-8 and in Latin-1', () => {
    const current = 'schlüssel-von-uns';
    for (const encoding of ['utf8', 'latin1'] as const) {
      const authorization = `Basic ${Buffer.from(`any:${current}`, encoding).toString('base64')}`;
      expect(
        verifyDelivery(delivery('{}', { authorization }), { scheme: 'shared-secret-basic', secrets: { current } }).ok,
      ).toBe(true);
    }
  });

  it('is believed with the secret in the header, as the password of basic authentication, or in the query', () => {
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

  it('is refused with a part of the secret, a longer one, or the secret in another place', () => {
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

describe('A delivery where no secret is set', () => {
  it('is refused, unless unsigned events are accepted, and is then marked as not verified', () => {
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

  it('is verified all the same when a secret is set and unsigned events are accepted', () => {
    expect(verifyDelivery(delivery('{}'), { ...dbt, acceptsUnsigned: true }).ok).toBe(false);
  });
});

describe('The kind of a body', () => {
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
  ])('is taken when its header says %j', (type) => expect(signed('{}', type)).toMatchObject({ ok: true }));

  it('is taken when no header says anything', () => expect(signed('{}')).toMatchObject({ ok: true }));

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/jsonp'],
    ['application/xml; note=application/json'],
    [['application/json', 'text/html']],
  ])('is refused with 415 when its header says %j, before its signature is looked at', (type) =>
    expect(verifyDelivery(delivery('{}', { 'content-type': type }), dbt)).toMatchObject({
      ok: false,
      reason: 'unsupported-type',
      status: 415,
    }),
  );
});
