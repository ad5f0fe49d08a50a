import { parse } from 'csv-parse/sync';
import { untilStored } from '../../../support/n8n-server/until-stored.ts';
import { must, type Before, type Flow, type PlatformName } from '../flow.ts';
import { claimsRows, type World } from '../world.ts';

/** The shared secret for Quantemplate's webhooks. */
export const agreedSecret = 'a long random text';

/** The table that a platform loads; each platform has its own, so that they cannot be confused. */
export const tableOf = (platform: PlatformName): string => `claims_${platform.toLowerCase()}`;

const dataset = 'd-claims';
const pipeline = 'QT_fetch_data';

/** Sends an event, again if a busy n8n asks for it. */
async function send(world: World, url: string, id: string, secret: string, name = 'DatasetUpdated'): Promise<void> {
  const receiver = { url, secret: { kind: 'header', name: 'X-Webhook-Secret', value: secret } } as const;
  const payload =
    name === 'DatasetUpdated'
      ? { datasetId: dataset }
      : { pipelineId: 'p-claims', pipelineExecutionId: 'e-1', status: 'Succeeded' };
  await untilStored(() => world.sandbox.control.sendQuantemplateEvent(receiver, { id, name, payload }));
}

function newRuns(world: World, before: Before): Record<string, unknown>[] {
  const known = new Set(before.runs.dataFactory.map(({ runId }) => runId));
  return world.sandbox.control.log().runs.dataFactory.filter(({ runId }) => !known.has(runId));
}

/** The final responses to Quantemplate's deliveries, in order of delivery. */
function answers(world: World, before: Before): (number | undefined)[] {
  const { deliveries } = world.sandbox.control.log();
  return deliveries
    .slice(before.deliveries.length)
    .map(({ status }) => status)
    .filter((status) => status !== 503);
}

/** Claim and policy number of every row of the dataset at the vendor; the policy numbers have leading zeros. */
function wantedRows(world: World): string[] {
  const bytes = Buffer.concat([...(world.sandbox.world.quantemplate.datasets.open(dataset) ?? [])]);
  const rows = parse(bytes, { columns: true }) as Record<string, string>[];
  return rows.map((row) => `${row['Claim Number']} ${row['Policy Number']}`);
}

/** Guide 000: a dataset was updated, a Data Factory pipeline runs with its ID, and the dataset becomes a SQL table. */
export const loadUpdatedDataset: Flow = {
  key: '000',
  title: 'Dataset updated → Data Factory → SQL table',
  cases: [
    {
      name: 'an event that is delivered twice, a forged one, and one of another kind',
      rejected: 1,
      async begin(world, address) {
        const id = `event-${Date.now()}`;
        await send(world, address, `${id}-forged`, 'forged');
        await send(world, address, `${id}-other`, agreedSecret, 'PipelineCompleted');
        await send(world, address, id, agreedSecret);
        await send(world, address, id, agreedSecret);
      },
      async check(world, before, platform) {
        // Zapier responds with 200 to every delivery before the app has seen it.
        const wantedAnswers = platform === 'n8n' ? [401, 200, 200, 200] : [200, 200, 200, 200];
        const answered = answers(world, before);
        must(answered.join() === wantedAnswers.join(), `The deliveries were answered ${answered.join(', ')}.`);
        const runs = newRuns(world, before);
        must(runs.length === 1, `${pipeline} ran ${runs.length} times instead of once.`);
        const [{ parameters, status, pipelineName } = {}] = runs;
        must(
          pipelineName === pipeline && status === 'Succeeded',
          `${String(pipelineName)} ended as ${String(status)}.`,
        );
        must(
          JSON.stringify(parameters) === JSON.stringify({ DatasetID: dataset }),
          `It ran with ${JSON.stringify(parameters)}.`,
        );
        const rows = await world.query(
          `SELECT concat_ws(' ', "Claim Number", "Policy Number") AS row FROM ${tableOf(platform)} ORDER BY 1`,
        );
        must(rows.length === claimsRows, `The table has ${rows.length} rows instead of ${claimsRows}.`);
        const wrong = wantedRows(world).findIndex((wanted, index) => wanted !== rows[index]?.['row']);
        must(wrong < 0, `Row ${wrong + 1} of the table is “${String(rows[wrong]?.['row'])}”.`);
        return {
          result: 'one run with DatasetID, same rows in the table; repeat, forged event, other kind: nothing',
          rows: rows.length,
        };
      },
    },
  ],
};
