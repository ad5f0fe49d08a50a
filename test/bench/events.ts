import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { checkInput } from '../../shared/src/operations/check-input.ts';
import type { WebhookTrigger } from '../../shared/src/operations/trigger.ts';
import { dbt } from '../../shared/src/services/dbt/service.ts';
import type { Delivery } from '../../shared/src/webhooks/delivery.ts';
import { takeDelivery } from '../../shared/src/webhooks/take-delivery.ts';
import { signedRuns, type SignedBody } from './dbt-deliveries.ts';
import { nodeHost } from '../../shared/src/host/node/node-host.ts';
import { compare, type BenchResult } from './result.ts';

const secret = 'a secret that dbt made';
const key = createSecretKey(Buffer.from(secret));
const trigger = dbt.triggers.find((one) => one.key === 'jobRunCompleted') as WebhookTrigger;
const input = checkInput(trigger.input, { jobs: ['910'] });
const subscription = { id: 'wsu_1', secret };

const asDelivery = ({ body, signature }: SignedBody): Delivery => ({
  headers: { 'content-type': 'application/json', 'user-agent': 'dbt', authorization: signature },
  query: {},
  body,
});

/** Takes deliveries as both faces do; gives back how many started something. */
async function takeAll(deliveries: readonly Delivery[]): Promise<number> {
  const seen = new Set<string>();
  const lent = nodeHost();
  const once = async (id: string): Promise<boolean> => !seen.has(id) && Boolean(seen.add(id));
  let started = 0;
  for (const delivery of deliveries) {
    const taken = await takeDelivery(trigger, delivery, { input, connection: {}, subscription, host: { ...lent, once } });
    if (taken.outcome === 'events') started += 1;
  }
  return started;
}

const proves = ({ body, signature }: SignedBody): boolean =>
  timingSafeEqual(createHmac('sha256', key).update(body).digest(), Buffer.from(signature, 'hex'));

function expect(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} deliveries were taken instead of ${wanted}.`);
}

const perEvent = (milliseconds: number, count: number): string => `${((milliseconds * 1000) / count).toFixed(1)} µs`;

/** Verifying, parsing, filtering and telling repeats of a delivery, against the least that this can cost. */
export async function benchEvents({ count = 20_000, rounds = 9 } = {}): Promise<BenchResult[]> {
  const genuine = signedRuns(count, secret);
  const genuineDeliveries = genuine.map(asDelivery);
  const measured = await compare(
    rounds,
    async () => expect(await takeAll(genuineDeliveries), count),
    () => expect(genuine.filter((one) => proves(one) && JSON.parse(one.body.toString('utf8'))).length, count),
  );
  const forged = async (name: string, bodies: readonly SignedBody[]): Promise<BenchResult> => {
    const deliveries = bodies.map(asDelivery);
    const { ratio, first, second } = await compare(
      rounds,
      async () => expect(await takeAll(deliveries), 0),
      () => expect(bodies.filter(proves).length, 0),
    );
    const notes = `${perEvent(first, bodies.length)} and ${perEvent(second, bodies.length)}`;
    return { name, against: 'the HMAC alone', ratio, target: { kind: 'at most', value: 1.1 }, notes };
  };
  const large = { body: Buffer.alloc(1_000_000, '{"a": 1} '), signature: '0'.repeat(64) };
  return [
    {
      name: 'A genuine event verified, parsed, filtered, and known as new',
      against: 'HMAC with a prepared key + JSON.parse',
      ratio: measured.ratio,
      target: { kind: 'at most', value: 1.15 },
      notes: `${perEvent(measured.first, count)} and ${perEvent(measured.second, count)}`,
    },
    await forged('A forged event of 1 KB', signedRuns(count, 'another secret')),
    await forged('A forged event of 1 MB', Array.from({ length: Math.ceil(count / 400) }, () => large)),
  ];
}
