import type { Delivery } from '../../../shared/src/webhooks/delivery.ts';
import type { SignatureScheme } from '../../../shared/src/define/verification.ts';
import { schemes } from '../../../shared/src/webhooks/schemes.ts';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { fakeHost } from '../fake-host.ts';
import { deliver } from '../operate.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
const id = '11111111-1111-1111-1111-111111111111';
const connection = { secret, tenantId: id, applicationId: id, senderId: id };

/** Values that a platform may pass on despite its types: arrays, objects from `a[b]=1`, and what no HTTP request contains. */
const values: unknown[] = [
  { x: '1' },
  { 0: secret },
  [{ x: '1' }],
  [[secret]],
  [],
  [secret, secret],
  ['', ''],
  null,
  7,
  true,
  '',
  ' ',
  '\0',
  `\0${secret}`,
  '%',
  '%zz',
  '%00',
  '\ud800',
  'a'.repeat(1_000_000),
  `Basic ${'A'.repeat(100_000)}`,
  'Basic ====',
  `v1,${'A'.repeat(200_000)}`,
  'v1,AAAA '.repeat(50_000),
  { toString: 'x' },
  { length: 3 },
];
const names = [
  'authorization',
  'x-hub-signature-256',
  'x-slack-signature',
  'x-slack-request-timestamp',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'svix-id',
  'svix-signature',
  'x-webhook-secret',
  'content-type',
  '__proto__',
];

const take = (scheme: string, delivery: Delivery) =>
  deliver(signedWebhook, 'eventReceived', { scheme }, delivery, { host: fakeHost(), connection });

describe.each([...(Object.keys(schemes) as SignatureScheme[]), 'entra'])(
  'processDelivery with the scheme %s',
  (scheme) => {
    it('rejects malformed headers and query parameters without throwing', async () => {
      for (const value of values) {
        const outcomes: Delivery[] = [
          { headers: {}, query: { token: value }, body: Buffer.from('{}') },
          {
            headers: {},
            query: JSON.parse(`{"__proto__":${JSON.stringify(value) ?? '1'}}`) as Record<string, unknown>,
            body: Buffer.from('{}'),
          },
          ...names.map((name) => ({
            headers: { [name]: value } as Delivery['headers'],
            query: {},
            body: Buffer.from('{}'),
          })),
          {
            headers: Object.fromEntries(names.map((name) => [name, value])) as Delivery['headers'],
            query: { token: value },
            body: Buffer.from('{}'),
          },
        ];
        for (const delivery of outcomes)
          expect(await take(scheme, delivery)).toMatchObject({ outcome: 'rejected', status: expect.any(Number) });
      }
    });

    it('rejects a duplicate signature, even with the prefix of Zapier', async () => {
      if (scheme === 'entra') return;
      const signed = schemes[scheme as SignatureScheme].sign({
        secret,
        body: Buffer.from('{}'),
        id: 'x',
        now: fakeHost().now() / 1000,
      });
      const twice = {
        headers: {
          ...signed.headers,
          ...Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [`Http-${name}`, value])),
        },
        query: Object.fromEntries(Object.entries(signed.query).map(([name, value]) => [name, [value, value]])),
        body: Buffer.from('{}'),
      };
      expect(await take(scheme, twice)).toMatchObject({ outcome: 'rejected', reason: 'duplicate', status: 401 });
    });
  },
);

it('processDelivery accepts a non-ASCII shared secret in a header, which Node decodes as Latin-1', async () => {
  const secret = 'ключ-для-событий-№1-ü';
  const sent = {
    headers: { 'x-webhook-secret': Buffer.from(secret, 'utf8').toString('latin1') },
    query: {},
    body: Buffer.from('{}'),
  };
  expect(
    await deliver(signedWebhook, 'eventReceived', { scheme: 'shared-secret-header' }, sent, {
      host: fakeHost(),
      connection: { secret },
    }),
  ).toMatchObject({ outcome: 'events' });
});
