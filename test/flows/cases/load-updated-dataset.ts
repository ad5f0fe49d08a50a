import { must, type Before, type Flow, type PlatformName } from '../flow.ts';
import { claimsRows, type World } from '../world.ts';

/** The secret that was agreed with Quantemplate for its webhooks. */
export const agreedSecret = 'a long random text';

/** The table that a platform loads; each its own, so that one cannot pass for the other. */
export const tableOf = (platform: PlatformName): string => `claims_${platform.toLowerCase()}`;

const dataset = 'd-claims';
const pipeline = 'QT_fetch_data';

async function send(world: World, url: string, id: string, secret: string): Promise<number | undefined> {
  const receiver = { url, secret: { kind: 'header', name: 'X-Webhook-Secret', value: secret } } as const;
  const record = await world.sandbox.control.sendQuantemplateEvent(receiver, {
    id,
    name: 'DatasetUpdated',
    payload: { datasetId: dataset },
  });
  return record.status;
}

function newRuns(world: World, before: Before): Record<string, unknown>[] {
  const known = new Set(before.runs.dataFactory.map(({ runId }) => runId));
  return world.sandbox.control.log().runs.dataFactory.filter(({ runId }) => !known.has(runId));
}

/** Guide 000: a dataset was updated, a pipeline of Data Factory runs with its ID, and the dataset becomes a SQL table. */
export const loadUpdatedDataset: Flow = {
  key: '000',
  title: 'Dataset updated → Data Factory → SQL table',
  cases: [
    {
      name: 'an event that is delivered twice, and a forged one',
      async begin(world, address) {
        const id = `event-${Date.now()}`;
        await send(world, address, `${id}-forged`, 'forged');
        await send(world, address, id, agreedSecret);
        await send(world, address, id, agreedSecret);
      },
      async check(world, before, platform) {
        const runs = newRuns(world, before);
        must(runs.length === 1, `${pipeline} ran ${runs.length} times instead of once.`);
        const [{ parameters, status, pipelineName } = {}] = runs;
        must(pipelineName === pipeline && status === 'Succeeded', `${String(pipelineName)} ended as ${String(status)}.`);
        must(JSON.stringify(parameters) === JSON.stringify({ DatasetID: dataset }), `It ran with ${JSON.stringify(parameters)}.`);
        const [{ rows } = {}] = await world.query(`SELECT count(*)::int AS rows FROM ${tableOf(platform)}`);
        must(rows === claimsRows, `The table has ${String(rows)} rows instead of ${claimsRows}.`);
        return { result: 'one run with DatasetID, table filled; repeat and forgery refused', rows: Number(rows) };
      },
    },
  ],
};
