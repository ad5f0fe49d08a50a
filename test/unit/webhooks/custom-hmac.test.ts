import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { Webhook } from 'standardwebhooks';
import type { HmacSettings } from '../../../shared/src/define/verification.ts';
import type { Delivery } from '../../../shared/src/webhooks/delivery.ts';
import { detectScheme } from '../../../shared/src/webhooks/detect-scheme.ts';
import { hmacSettingsOf } from '../../../shared/src/webhooks/hmac-fields.ts';
import { hmacPresets, isHmacPreset } from '../../../shared/src/webhooks/hmac-presets.ts';
import { schemeOf } from '../../../shared/src/webhooks/schemes.ts';
import { verifyDelivery } from '../../../shared/src/webhooks/verify-delivery.ts';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { fakeHost } from '../fake-host.ts';
import { deliver } from '../operate.ts';

const now = 1_763_625_600;
const secret = 'the-secret-of-the-sender';
const url = 'https://hooks.example.com/webhook/1?a=b';
const body = JSON.stringify({ id: 'ü🚀', webhookTimestamp: now * 1000 });

const hmac = (algorithm: string, encoding: 'hex' | 'base64' | 'base64url', signed: string): string =>
  createHmac(algorithm, secret).update(signed).digest(encoding);

const verdict = (
  settings: HmacSettings,
  headers: Delivery['headers'],
  sent: string | Uint8Array = body,
  at = now,
): string => {
  const result = verifyDelivery(
    { headers, query: {}, body: Buffer.from(sent) },
    { scheme: 'custom-hmac', hmac: settings, secrets: { current: secret }, now: at },
  );
  return result.ok ? 'accepted' : result.reason;
};

/** Deliveries as each sender documents them, signed without the code under test. */
const documented: Record<string, Record<string, string>> = {
  stripe: { 'Stripe-Signature': `t=${now},v1=${'0'.repeat(64)},v1=${hmac('sha256', 'hex', `${now}.${body}`)},v0=x` },
  shopify: { 'X-Shopify-Hmac-SHA256': hmac('sha256', 'base64', body), 'X-Shopify-Topic': 'orders/create' },
  hubspot: {
    'X-HubSpot-Signature-v3': hmac('sha256', 'base64', `POST${url}${body}${now * 1000}`),
    'X-HubSpot-Request-Timestamp': String(now * 1000),
  },
  fivetran: { 'X-Fivetran-Signature-256': hmac('sha256', 'hex', body).toUpperCase() },
  segment: { 'X-Signature': hmac('sha1', 'hex', body) },
  linear: { 'Linear-Signature': hmac('sha256', 'hex', body) },
  pagerduty: { 'X-PagerDuty-Signature': `v1=${'0'.repeat(64)},v1=${hmac('sha256', 'hex', body)}` },
  zendesk: {
    'X-Zendesk-Webhook-Signature': hmac('sha256', 'base64', `2025-11-20T08:00:00Z${body}`),
    'X-Zendesk-Webhook-Signature-Timestamp': '2025-11-20T08:00:00Z',
  },
  square: { 'x-square-hmacsha256-signature': hmac('sha256', 'base64', `${url}${body}`) },
};

describe.each(Object.entries(hmacPresets))('the preset %s', (name, preset) => {
  const settings = { ...preset.settings, url };
  const headers = documented[name] ?? {};

  it('accepts a delivery as the sender documents it, and one that it signs itself', () => {
    expect(verdict(settings, headers)).toBe('accepted');
    const signed = schemeOf({ scheme: 'custom-hmac', hmac: settings }).sign({
      secret,
      body: Buffer.from(body),
      id: 'e',
      now,
    });
    expect(verdict(settings, signed.headers)).toBe('accepted');
  });

  it('rejects a change of any byte of the body, and of any character of any of its headers', () => {
    const bytes = Buffer.from(body);
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(verdict(settings, headers, changed)).toBe('no-match');
    }
    for (const part of [settings.header, settings.timestamp?.in === 'header' ? settings.timestamp.name : undefined]) {
      if (part === undefined || name === 'stripe' || name === 'pagerduty') continue;
      const value = headers[part] ?? '';
      for (let index = 0; index < value.length; index += 1) {
        const letter = value[index] === '1' ? '2' : '1';
        const changed = `${value.slice(0, index)}${letter}${value.slice(index + 1)}`;
        if (changed !== value) expect(verdict(settings, { ...headers, [part]: changed })).toMatch(/no-match|malformed/);
      }
    }
  });

  it('rejects a missing, empty, repeated, truncated, extended and oversized signature', () => {
    const value = headers[settings.header] ?? '';
    const rest = Object.fromEntries(Object.entries(headers).filter(([header]) => header !== settings.header));
    const withSignature = (changed: string | string[]): string =>
      verdict(settings, { ...rest, [settings.header]: changed });
    expect(verdict(settings, rest)).toBe('missing');
    expect(withSignature('')).toBe('missing');
    expect(withSignature([value, value])).toBe('duplicate');
    expect(withSignature(`${value}${'0'.repeat(5_000)}`)).toBe('malformed');
    expect(withSignature('ü'.repeat(64))).toBe('malformed');
    expect(withSignature(value.replace(',v0=x', '').slice(0, -4))).toMatch(/no-match|malformed/);
    if (settings.prefix) expect(withSignature(value.replaceAll(settings.prefix, 'V1='))).toBe('malformed');
  });

  it('rejects an old timestamp and one in the future, if the sender signs one', () => {
    const expected = settings.timestamp ? ['too-old', 'too-new'] : ['accepted', 'accepted'];
    expect([verdict(settings, headers, body, now + 301), verdict(settings, headers, body, now - 301)]).toEqual(
      expected,
    );
  });

  it('is detected from a captured delivery', () => {
    const found = detectScheme({ headers, query: {}, body: Buffer.from(body) }, { current: secret }, url);
    expect(found).toEqual({ scheme: name, matched: 'current' });
    expect(isHmacPreset(name)).toBe(true);
  });
});

describe('a custom HMAC', () => {
  const custom = (input: Parameters<typeof hmacSettingsOf>[1]): HmacSettings =>
    hmacSettingsOf('custom-hmac', { signatureHeader: 'X-Sig', ...input }) as HmacSettings;

  it.each(['sha1', 'sha256', 'sha512'] as const)('accepts %s in every encoding, and no other encoding', (algorithm) => {
    const encodings = ['hex', 'base64', 'base64url'] as const;
    for (const encoding of encodings) {
      const sent = { 'X-Sig': `sig=${hmac(algorithm, encoding, body)}` };
      expect(verdict(custom({ algorithm, encoding, signaturePrefix: 'sig=' }), sent)).toBe('accepted');
      expect(verdict(custom({ algorithm, encoding }), sent)).toBe('malformed');
      const other = encoding === 'hex' ? 'base64' : 'hex';
      expect(verdict(custom({ algorithm, encoding: other, signaturePrefix: 'sig=' }), sent)).toBe('malformed');
    }
  });

  it('names a timestamp in another unit as the reason', () => {
    const signed = (at: string) => ({ 'X-Sig': hmac('sha256', 'hex', `${at}.${body}`), 'X-Time': at });
    const settings = (timestampUnit: 's' | 'ms' | 'iso') =>
      custom({ signedContent: '{timestamp}.{body}', timestampHeader: 'X-Time', timestampUnit });
    const texts = { s: String(now), ms: String(now * 1000), iso: '2025-11-20T08:00:00Z' };
    for (const unit of ['s', 'ms', 'iso'] as const)
      for (const [sent, text] of Object.entries(texts))
        expect(verdict(settings(unit), signed(text))).toBe(sent === unit ? 'accepted' : 'malformed-timestamp');
  });

  it('answers a delivery with 401 and names the field if its settings are invalid', async () => {
    const sent = { headers: {}, query: {}, body: Buffer.from(body) };
    const setting = { host: fakeHost(), connection: { secret } };
    expect(await deliver(signedWebhook, 'eventReceived', { scheme: 'custom-hmac' }, sent, setting)).toEqual({
      outcome: 'rejected',
      reason: 'invalid-settings',
      status: 401,
      explanation: '“Signature Header” is not the name of a header. Enter only the name, e.g. X-Signature.',
    });
    expect(await deliver(signedWebhook, 'eventReceived', { scheme: 'square' }, sent, setting)).toMatchObject({
      reason: 'invalid-settings',
      explanation: expect.stringContaining('Webhook URL is empty, but the sender signs the URL.'),
    });
  });

  it.each(['sha256=', 'v1=', 'Signature ', 'HMAC ', 'sha1:', 'hmac-sha512=', ''])(
    'is detected with the prefix “%s” in every common layout',
    (prefix) => {
      for (const template of ['{body}', '{timestamp}.{body}', '{body}.{timestamp}', '{id}.{timestamp}.{body}'])
        for (const place of ['header', 'signature']) {
          const text = template.replace('{timestamp}', String(now)).replace('{id}', 'msg_1').replace('{body}', body);
          const signature = `${prefix}${hmac('sha512', 'base64', text)}`;
          const isInside = place === 'signature' && template.includes('{timestamp}');
          const headers = {
            'content-type': 'application/json',
            'x-time': isInside ? 'today' : String(now),
            'x-message-id': 'msg_1',
            'x-sig': isInside ? `t=${now},${signature}` : signature,
          };
          const sent = { headers, query: {}, body: Buffer.from(body) };
          const found = detectScheme(sent, { current: secret })?.hmac;
          expect(found).toMatchObject({ header: 'x-sig', algorithm: 'sha512', prefix, template });
          expect(found && verdict(found, headers)).toBe('accepted');
        }
    },
  );

  it('agrees with the libraries of Stripe and Standard Webhooks', () => {
    const stripe = new Stripe('sk_test_1').webhooks.generateTestHeaderString({ payload: body, secret, timestamp: now });
    expect(verdict(hmacPresets.stripe.settings, { 'stripe-signature': stripe })).toBe('accepted');
    const webhook = new Webhook(Buffer.from(secret).toString('base64'));
    const headers = {
      'X-Sig': webhook.sign('msg_1', new Date(now * 1000), body),
      'X-Id': 'msg_1',
      'X-Time': String(now),
    };
    const settings = custom({
      encoding: 'base64',
      signaturePrefix: 'v1,',
      signatureSeparator: 'space',
      signedContent: '{id}.{timestamp}.{body}',
      idHeader: 'X-Id',
      timestampHeader: 'X-Time',
    });
    expect(verdict(settings, headers)).toBe('accepted');
    expect(verdict(settings, { ...headers, 'X-Id': 'msg_2' })).toBe('no-match');
  });

  it.each([
    [{ signatureHeader: 'X Sig' }, '“Signature Header” is not the name of a header.'],
    [{ signedContent: 'fixed' }, '“Signed Content” must contain {body} exactly once.'],
    [{ signedContent: '{body}{secret}' }, '“Signed Content” contains an unknown part in braces.'],
    [{ signedContent: '{timestamp}{body}' }, '“Signed Content” contains {timestamp}, but no timestamp is read.'],
    [{ timestampHeader: 'X-Time' }, 'The timestamp is not signed, so it does not prevent replays.'],
    [{ signedContent: '{id}{body}' }, '“Signed Content” contains {id}, but no ID is read.'],
    [
      { idHeader: 'Authorization' },
      '“Delivery ID Header” names a header with a signature or secret, which must not reach the output.',
    ],
  ])('refuses the settings %j', (input, message) => {
    expect(() => custom(input)).toThrow(message);
  });

  it('is detected from a captured delivery with an unknown header', () => {
    const headers = { 'X-Acme-Time': String(now), 'X-Acme': `v2=${hmac('sha512', 'hex', `${now}:${body}`)}` };
    expect(detectScheme({ headers, query: {}, body: Buffer.from(body) }, { current: secret })).toMatchObject({
      scheme: 'custom-hmac',
      hmac: { header: 'X-Acme', algorithm: 'sha512', prefix: 'v2=', template: '{timestamp}:{body}' },
    });
  });

  it('passes the ID and event type on, filters by headers, and never passes the signature on', async () => {
    const sent = {
      headers: {
        'content-type': 'application/json',
        'X-Sig': hmac('sha256', 'hex', body),
        'X-Acme-Event': 'order.paid',
        'X-Acme-Id': 'e1',
        authorization: 'Bearer private',
      },
      query: {},
      body: Buffer.from(body),
    };
    const input = {
      scheme: 'custom-hmac',
      signatureHeader: 'X-Sig',
      idHeader: 'X-Acme-Id',
      typeHeader: 'X-Acme-Event',
    };
    const setting = { host: fakeHost(), connection: { secret } };
    const take = (filter: string) => deliver(signedWebhook, 'eventReceived', { ...input, filter }, sent, setting);
    expect(await take('headers.x-acme-event = order.refunded')).toEqual({ outcome: 'ignored', why: 'filtered' });
    const taken = await take('headers.x-acme-event = order.paid');
    expect(taken).toMatchObject({
      outcome: 'events',
      events: [{ data: { eventType: 'order.paid', deliveryId: 'e1', headers: { 'x-acme-id': 'e1' } } }],
    });
    expect(JSON.stringify(taken)).not.toMatch(/Bearer private|x-sig/i);
    expect(await take('headers.x-acme-event = order.paid')).toEqual({ outcome: 'ignored', why: 'repeated' });
  });
});
