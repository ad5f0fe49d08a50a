import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../support/machine/free-port.ts';
import { createCredential } from '../support/n8n-server/credentials.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';
import {
  createWorkflow,
  publishWorkflow,
  webhookUrl,
  workflowOf,
  type WorkflowNode,
} from '../support/n8n-server/workflows.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { packedPackage } from '../adapters/n8n/build-package.ts';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';
import { ManualClock } from '../doubles/server/clock.ts';

const runs = 1_000;
/** n8n's limit of concurrent executions; parked ones must not count. */
const atOnce = 5;
/** A run takes an hour on the vendors' clock; runs start a fifth of a second apart, and so they end at that interval too. */
const runMilliseconds = 3_600_000;
const betweenStarts = 200;
/** Maximum number of finished runs that n8n has not resumed yet: hundreds of concurrent callbacks would block its database. */
const mostBehind = 20;

let folder: string;
let clock: ManualClock;
let sandbox: Sandbox;
let n8n: N8n;
let open: () => Promise<N8n>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-parked-'));
  // The vendors' clock advances only on request, so every run continues until all executions are parked.
  clock = new ManualClock(Date.now());
  sandbox = await startSandbox({ clock, tokenSeconds: 100_000 });
  sandbox.control.setDurations({ queuedMilliseconds: 0, runningMilliseconds: runMilliseconds });
  const packages = [await packedPackage('pipewright-azure')];
  const port = await findFreePort();
  const env = { N8N_CONCURRENCY_PRODUCTION_LIMIT: String(atOnce), EXECUTIONS_DATA_PRUNE: 'false' };
  open = () => startN8n({ folder: join(folder, 'n8n'), packages, port, env });
  n8n = await open();
});
afterAll(async () => {
  await n8n?.stop();
  await sandbox?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Number of executions by status. */
function statuses(): Record<string, number> {
  const database = new DatabaseSync(join(folder, 'n8n', '.n8n', 'database.sqlite'), { readOnly: true });
  try {
    return Object.fromEntries(
      database
        .prepare('SELECT status, count(*) AS count FROM execution_entity GROUP BY status')
        .all()
        .map((row) => [String(row['status']), Number(row['count'])]),
    );
  } finally {
    database.close();
  }
}

/** Memory of n8n right after its start, in megabytes. */
async function restarted(): Promise<number> {
  await n8n.stop();
  n8n = await open();
  await sleep(5_000);
  const status = await readFile(`/proc/${n8n.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function until(what: string, reached: () => boolean): Promise<void> {
  for (let looks = 0; !reached(); looks += 1) {
    if (looks > 1_200) throw new Error(`${what}: there are ${JSON.stringify(statuses())}.`);
    await sleep(250);
  }
}

it(`${runs} parked executions use no concurrency slots, and each resumes exactly once`, async () => {
  const type = 'pipewrightAzureApi';
  const { id: credential } = await createCredential(n8n, type, type, sandboxCredentials(sandbox)[type] ?? {});
  const hook: WorkflowNode = {
    id: 'hook',
    name: 'Hook',
    type: 'n8n-nodes-base.webhook',
    typeVersion: 2,
    position: [0, 0],
    webhookId: 'aa3a1a52-6a35-4c2f-9a55-0f0d7b1a9c41',
    parameters: { path: 'start', httpMethod: 'POST' },
  };
  const { resourceGroup, factory } = sandbox.accounts.azure;
  const run: WorkflowNode = {
    id: 'run',
    name: 'Run',
    type: 'n8n-nodes-pipewright-azure.dataFactory',
    typeVersion: 1,
    position: [220, 0],
    credentials: { [type]: { id: credential, name: type } },
    parameters: {
      resource: 'pipelineRun',
      operation: 'runPipeline',
      factory: { __rl: true, mode: 'id', value: `${resourceGroup}/${factory}` },
      pipeline: { __rl: true, mode: 'name', value: 'Load_and_call' },
      options: { completionMethod: 'callback', timeoutMinutes: 600 },
    },
  };
  const { id } = await createWorkflow(n8n, workflowOf('Parked', hook, run));
  await publishWorkflow(n8n, id);
  const url = webhookUrl(n8n, hook);
  const start = async (count: number): Promise<void> => {
    let left = count;
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        while (left-- > 0) {
          expect((await fetch(url, { method: 'POST' })).status).toBe(200);
          clock.advance(betweenStarts);
        }
      }),
    );
  };
  const before = await restarted();
  await start(runs);
  await until('Parking', () => statuses()['waiting'] === runs);
  expect(statuses()).toEqual({ waiting: runs });
  expect(sandbox.world.azure.dataFactory.runs).toHaveLength(runs);
  const after = await restarted();
  expect(statuses()).toEqual({ waiting: runs });

  const { dataFactory } = sandbox.world.azure;
  clock.advance(Math.min(...dataFactory.runs.map(({ end }) => end)) - clock.now() - betweenStarts);
  for (let gone = 0; gone < runs; gone = statuses()['success'] ?? 0) {
    const ended = dataFactory.runs.filter(({ end }) => end <= clock.now()).length;
    // A rejected callback is retried as the clock advances, so the clock must never stop.
    clock.advance(ended - gone > mostBehind ? 50 : 500);
    await sleep(250);
  }
  await until('Going on', () => statuses()['success'] === runs);
  expect(statuses()).toEqual({ success: runs });
  expect(sandbox.world.azure.dataFactory.runs).toHaveLength(runs);
  process.stdout.write(
    `${runs} parked runs: 0 executions running; n8n starts with ${before.toFixed(0)} MB without them and with ${after.toFixed(0)} MB beside them.\n`,
  );
});
