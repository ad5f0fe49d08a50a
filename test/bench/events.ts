import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { nodeHost } from '../../shared/src/host/node/node-host.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { dbt } from '../../shared/src/services/dbt/service.ts';
import type { Delivery } from '../../shared/src/webhooks/delivery.ts';
import { processDelivery } from '../../shared/src/webhooks/process-delivery.ts';
import { signedRuns, type SignedBody } from './dbt-deliveries.ts';
import { compare, type BenchResult } from './result.ts';

const secret = 'a secret that dbt made';
const key = createSecretKey(Buffer.from(secret));
const trigger = dbt.triggers.find((one) => one.key === 'jobRunCompleted') as WebhookTrigger;
const input = checkInput(trigger.input, { jobs: ['910'] });
const subscription = { id: 'wsu_1', secret };

/** Sizes of the notifications; `share` divides the number of events per round. */
const sizes = [
  { name: '150 B', bytes: 150, share: 1 },
  { name: '1 KB', bytes: 1_000, share: 1 },
  { name: '10 KB', bytes: 10_000, share: 5 },
  { name: '1 MB', bytes: 1_000_000, share: 400 },
];

const asDelivery = ({ body, signature }: SignedBody): Delivery => ({
  headers: { 'content-type': 'application/json', 'user-agent': 'dbt', authorization: signature },
  query: {},
  body,
});

/** Processes deliveries as the adapters do and returns how many would start a workflow. */
async function takeAll(deliveries: readonly Delivery[]): Promise<number> {
  const seen = new Set<string>();
  const host = { ...nodeHost(), once: async (id: string): Promise<boolean> => !seen.has(id) && Boolean(seen.add(id)) };
  let started = 0;
  for (const delivery of deliveries) {
    const taken = await processDelivery(trigger, delivery, { input, connection: {}, subscription, host });
    if (taken.outcome === 'events') started += 1;
  }
  return started;
}

const proves = ({ body, signature }: SignedBody): boolean =>
  timingSafeEqual(createHmac('sha256', key).update(body).digest(), Buffer.from(signature, 'hex'));

/** Throws when a measurement processed another number of deliveries than expected. */
export function expectCount(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} deliveries were accepted instead of ${wanted}.`);
}

/** Time per event in microseconds. */
export const perEvent = (milliseconds: number, count: number): string =>
  `${((milliseconds * 1000) / count).toFixed(1)} µs`;

/** Verifies, parses, filters and deduplicates deliveries, against the minimum cost of the HMAC and JSON.parse. */
export async function benchEvents({ count = 20_000, rounds = 9 } = {}): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { name, bytes, share } of sizes) {
    const many = Math.ceil(count / share);
    const genuine = signedRuns(many, secret, { bytes });
    const deliveries = genuine.map(asDelivery);
    const measured = await compare(
      rounds,
      async () => expectCount(await takeAll(deliveries), many),
      () => expectCount(genuine.filter((one) => proves(one) && JSON.parse(one.body.toString('utf8'))).length, many),
    );
    results.push({
      name: `Authentic event, ${name}: verify, parse, filter, dedupe`,
      against: 'HMAC with a prepared key, then JSON.parse',
      ratio: measured.ratio,
      target: { kind: 'at most', value: 1.15 },
      notes: `${perEvent(measured.first, many)} and ${perEvent(measured.second, many)}`,
    });
    const forged = signedRuns(many, 'another secret', { bytes });
    const forgedDeliveries = forged.map(asDelivery);
    const refused = await compare(
      rounds,
      async () => expectCount(await takeAll(forgedDeliveries), 0),
      () => expectCount(forged.filter(proves).length, 0),
    );
    results.push({
      name: `Forged event, ${name}: reject`,
      against: 'HMAC with a prepared key',
      ratio: refused.ratio,
      target: { kind: 'at most', value: 1.1 },
      notes: `${perEvent(refused.first, many)} and ${perEvent(refused.second, many)}`,
    });
  }
  return results;
}
