import { checkInput } from '../../../shared/src/define/check-input.ts';
import { services } from '../../../shared/src/catalog.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import type { WebhookTrigger } from '../../../shared/src/define/trigger.ts';
import type { Delivery } from '../../../shared/src/webhooks/delivery.ts';
import { schemeOf, schemes } from '../../../shared/src/webhooks/schemes.ts';
import { processDelivery } from '../../../shared/src/webhooks/process-delivery.ts';
import { fakeHost, fakeStart } from '../fake-host.ts';
import { seedOf } from '../../support/seed.ts';
import { samples } from '../../support/thorough.ts';
import { randomFrom } from '../random.ts';

const cases = samples(20_000, 100_000);
const id = '11111111-1111-1111-1111-111111111111';
const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;

const random = randomFrom(seedOf('webhook deliveries'));
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const chance = (one: number): boolean => random() < 1 / one;

const letters = [
  'a',
  'f',
  '0',
  '9',
  'G',
  '=',
  '+',
  '/',
  ',',
  ' ',
  '.',
  '\n',
  '\0',
  'ü',
  '🚀',
  'v1,',
  'v0=',
  'sha256=',
  'Bearer ',
  'Basic ',
  '__proto__',
  '%00',
  '\ud800',
];
const text = (longest: number): string =>
  Array.from({ length: Math.floor(random() * longest) }, () => pick(letters)).join('');

const headerNames = [
  'authorization',
  'Authorization',
  'HTTP-Authorization',
  'x-hub-signature-256',
  'x-slack-signature',
  'x-slack-request-timestamp',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'svix-id',
  'svix-signature',
  'svix-timestamp',
  'x-webhook-secret',
  'content-type',
  'content-encoding',
  'content-length',
  '__proto__',
  'constructor',
  '',
];
const types = [
  'application/x-www-form-urlencoded',
  'application/json',
  'application/json;charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/cloudevents+json',
  'json',
  '',
];
const values = (): string | string[] | undefined =>
  pick([
    () => text(80),
    () => [text(20), text(20)],
    () => [],
    () => undefined,
    () => String(fakeStart / 1000),
    () => 'a'.repeat(64),
    () => `sha256=${'0'.repeat(64)}`,
    () => Buffer.from(text(40)).toString('base64'),
  ])();

/** JSON of any shape, with keys that often cause trouble. */
function anyValue(depth: number): unknown {
  const names = [
    'id',
    'data',
    'payload',
    'eventType',
    'event_type',
    'run',
    'job',
    '__proto__',
    'constructor',
    'toString',
    'length',
    'specversion',
    'report_run_url',
  ];
  const leaves = [
    null,
    true,
    0,
    -1,
    1e308,
    9007199254740993,
    '',
    'd-claims',
    'job.run.completed',
    'DatasetUpdated',
    '\u0000',
    text(10),
  ];
  if (depth <= 0 || chance(3)) return pick(leaves);
  if (chance(3)) return Array.from({ length: Math.floor(random() * 4) }, () => anyValue(depth - 1));
  return Object.fromEntries(Array.from({ length: Math.floor(random() * 5) }, () => [pick(names), anyValue(depth - 1)]));
}

const bodies: (() => string | Buffer)[] = [
  () => JSON.stringify(anyValue(5)),
  () => JSON.stringify(anyValue(5)).slice(0, -1),
  () => text(200),
  () => Buffer.from(Array.from({ length: Math.floor(random() * 100) }, () => Math.floor(random() * 256))),
  () => '['.repeat(Math.floor(random() * 20_000)),
  () => `{"a":`.repeat(200) + '1' + '}'.repeat(200),
  () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  () => '\ufeff{}',
  () => `payload=${encodeURIComponent(JSON.stringify(anyValue(3)))}`,
  () => `a=${text(20)}&b=%${text(3)}`,
  () => '{"a":1,"a":9007199254740993.5e400}',
  () => '',
];

function change(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  return copy;
}

interface Target {
  service: Service;
  trigger: WebhookTrigger;
  input: Record<string, unknown>;
  connection: Record<string, unknown>;
}

/** Every webhook trigger with a complete connection. */
const targets: Target[] = services.flatMap((service) =>
  service.triggers
    .filter((trigger): trigger is WebhookTrigger => trigger.how === 'webhook')
    .flatMap((trigger) => {
      const scheme = Object.keys(schemes);
      const forms =
        trigger.key === 'eventReceived' && service.key === 'signedWebhook'
          ? [...scheme, 'entra'].map((name) => ({ scheme: name }))
          : [{}];
      return forms.map((typed) => ({
        service,
        trigger,
        input: checkInput(trigger.input, typed),
        connection: {
          secret,
          webhookSecret: secret,
          tenantId: id,
          applicationId: id,
          senderId: id,
          authorityUrl: 'https://login.microsoftonline.com',
        },
      }));
    }),
);

it(`processDelivery accepts no forged delivery and never throws in ${cases} random deliveries`, async () => {
  const host = fakeHost().on('GET', /discovery/, { json: { keys: [] } });
  const outcomes: Record<string, number> = {};
  for (let round = 0; round < cases; round += 1) {
    const { trigger, input, connection, service } = targets[round % targets.length] as Target;
    const scheme = trigger.verification.scheme(input as never);
    let body: Buffer = Buffer.from(pick(bodies)() as string);
    const delivery: Delivery = { headers: {}, query: {}, body };
    let isGenuine = false;
    if (scheme !== 'entra' && chance(3)) {
      // Signed correctly, then usually changed in one place.
      const location = trigger.verification.location?.(input as never);
      const hmac = trigger.verification.hmac?.(input as never);
      const signing = schemeOf({ scheme, ...(hmac ? { hmac } : {}) });
      Object.assign(delivery, signing.sign({ secret, body, id: 'msg_1', now: fakeStart / 1000, location }));
      isGenuine = !chance(4);
      if (!isGenuine && scheme.startsWith('shared-secret')) isGenuine = true;
      else if (!isGenuine) {
        const before = body;
        body = change(body);
        isGenuine = body.equals(before);
      }
      delivery.body = body;
    } else {
      for (let header = Math.floor(random() * 6); header > 0; header -= 1)
        Object.assign(delivery.headers, Object.fromEntries([[pick(headerNames), values()]]));
      if (chance(2))
        delivery.query = Object.fromEntries([
          [
            pick(['token', 'key', '__proto__']),
            pick([values, () => ({ x: text(10) }), () => [{ y: 1 }], () => 7, () => null])(),
          ],
        ]);
    }
    if (chance(2)) delivery.headers['content-type'] = pick(types);
    const taken = await processDelivery(trigger, delivery, {
      input,
      connection,
      subscription: { id: 'w', secret },
      host: { ...host, once: async () => true },
    });
    outcomes[taken.outcome] = (outcomes[taken.outcome] ?? 0) + 1;
    if (!isGenuine && taken.outcome !== 'rejected')
      throw new Error(
        `A forged delivery was ${taken.outcome}: ${service.key}.${trigger.key}, round ${round}, ${JSON.stringify({ headers: delivery.headers, query: delivery.query, body: body.toString('base64').slice(0, 500) })}`,
      );
  }
  expect(outcomes['rejected']).toBeGreaterThan(cases / 2);
  expect((outcomes['ignored'] ?? 0) + (outcomes['events'] ?? 0)).toBeGreaterThan(cases / 100);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
