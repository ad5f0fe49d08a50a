import { setTimeout as sleep } from 'node:timers/promises';
import { deliver } from '../../../doubles/server/deliver.ts';
import { must, type Before, type Case, type Flow } from '../flow.ts';
import type { World } from '../world.ts';

const newRuns = (world: World, before: Before): Record<string, unknown>[] =>
  world.sandbox.control.log().runs.mode.slice(before.runs.mode.length);

const deliveries = (world: World) => world.sandbox.world.dbt.webhooks.deliveries;

/** The body of a forged delivery, valid except for its signature: the last one that dbt sent to this URL, as a new event. */
function bodyLikeTheLast(world: World, address: string): string {
  const { webhooks } = world.sandbox.world.dbt;
  const subscription = webhooks.list().find(({ client_url: url }) => url === address);
  const sent = webhooks
    .events(String(subscription?.['id']))
    .filter((event) => String(event['payload']).includes('"Success"'));
  const payload = sent.at(-1)?.['payload'];
  must(typeof payload === 'string', 'dbt has not sent a delivery that could be forged.');
  return JSON.stringify({
    ...(JSON.parse(String(payload)) as object),
    eventId: `wev_forged_${Date.now()}`,
    timestamp: new Date().toISOString(),
  });
}

/** An attacker who knows the URL and dbt's events, but not the secret. */
function forgedJobRun(): Case {
  let answer: number | undefined;
  return {
    name: 'a forged job run',
    times: 0,
    rejected: 1,
    async begin(world, address) {
      const headers = { authorization: '0'.repeat(64), 'user-agent': 'dbt-webhooks' };
      ({ status: answer } = await deliver(address, bodyLikeTheLast(world, address), headers, 10_000));
    },
    async check(world, before, platform) {
      // Zapier responds with 200 to every delivery before the app has seen it.
      must(answer === (platform === 'n8n' ? 401 : 200), `The forged delivery was answered with ${answer}.`);
      const { length } = newRuns(world, before);
      must(length === 0, `The report ran ${length} times after a forged delivery.`);
      return {
        result:
          platform === 'n8n' ? 'forged delivery rejected with 401, nothing started' : 'forged delivery started nothing',
      };
    },
  };
}

/** Guide 002: a dbt job has succeeded, so a Mode report runs with parameters. */
export const refreshReport: Flow = {
  key: '002',
  title: 'dbt job succeeded → Mode report',
  cases: [
    {
      name: 'a job run that succeeds, delivered twice',
      async begin(world) {
        world.sandbox.control.deliverNextDbtEventTwice();
        world.sandbox.control.startDbtRun({ outcome: 'success' });
      },
      async check(world, before) {
        const runs = newRuns(world, before);
        must(runs.length === 1, `The report ran ${runs.length} times instead of once.`);
        const [{ state, parameters } = {}] = runs;
        must(state === 'succeeded', `The report ended as ${String(state)}.`);
        must((parameters as { country?: string }).country === 'GB', `It ran with ${JSON.stringify(parameters)}.`);
        return { result: 'delivered twice, one report run with parameters' };
      },
    },
    {
      name: 'a job run that fails',
      times: 0,
      async begin(world) {
        const { length } = deliveries(world);
        world.sandbox.control.startDbtRun({ outcome: 'error' });
        // dbt sends the event when the artifacts are ready; only then is it certain that nothing was started.
        // A delivery that a busy n8n answers with 503 is repeated.
        const isAnswered = (): boolean => {
          const last = deliveries(world).slice(length).at(-1);
          return last !== undefined && last.status !== 503;
        };
        for (let tries = 0; tries < 6_000 && !isAnswered(); tries += 1) await sleep(100);
      },
      async check(world, before) {
        const delivery = deliveries(world).at(-1);
        must(
          delivery?.event === 'job.run.completed' && delivery.status === 200,
          `dbt was answered with ${delivery?.status} for ${delivery?.event}.`,
        );
        const { length } = newRuns(world, before);
        must(length === 0, `The report ran ${length} times after a failed job run.`);
        return { result: 'delivery accepted, nothing started' };
      },
    },
    forgedJobRun(),
  ],
};
