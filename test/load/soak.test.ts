import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../support/machine/free-port.ts';
import { createCredential } from '../support/n8n-server/credentials.ts';
import { lazyExpressions } from '../support/n8n-server/n8n-environment.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';
import {
  createWorkflow,
  publishWorkflow,
  webhookUrl,
  workflowOf,
  type WorkflowNode,
} from '../support/n8n-server/workflows.ts';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { nodeType, packedPackages } from '../adapters/n8n/build-package.ts';

const events = 10_000;
const senders = 10;

/** A delivery: new, repeated or forged. */
interface Sent {
  kind: 'genuine' | 'repeat' | 'forged';
  url: string;
  body: string;
  headers: Record<string, string>;
}

let folder: string;
let sandbox: Sandbox;
let n8n: N8n;
let start: () => Promise<N8n>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-soak-'));
  sandbox = await startSandbox();
  const packages = await packedPackages(['pipewright-dbt', 'pipewright-quantemplate']);
  const port = await findFreePort();
  const env = {
    ...lazyExpressions,
    EXECUTIONS_DATA_PRUNE: 'false',
    EXECUTIONS_DATA_SAVE_ON_PROGRESS: 'false',
  };
  start = () => startN8n({ folder: join(folder, 'n8n'), packages, port, env });
  n8n = await start();
});

afterAll(async () => {
  await n8n?.stop();
  await sandbox?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function publish(
  name: string,
  node: string,
  credential: string,
  parameters: Record<string, unknown>,
  webhookId: string,
): Promise<string> {
  const held = await createCredential(n8n, credential, credential, sandboxCredentials(sandbox)[credential] ?? {});
  const trigger: WorkflowNode = {
    id: name,
    name,
    type: nodeType(node),
    typeVersion: 2,
    position: [0, 0],
    webhookId,
    credentials: { [credential]: { id: held.id, name: held.name } },
    parameters,
  };
  const then: WorkflowNode = {
    id: 'then',
    name: 'Then',
    type: 'n8n-nodes-base.noOp',
    typeVersion: 1,
    position: [220, 0],
    parameters: {},
  };
  const { id } = await createWorkflow(n8n, workflowOf(name, trigger, then));
  await publishWorkflow(n8n, id);
  return webhookUrl(n8n, trigger, 'webhook');
}

/** Of 20 events, 18 are genuine and new, one repeats the previous one, and one is forged. */
function prepare(dbtUrl: string, dbtSecret: string, quantemplateUrl: string): Sent[] {
  const sign = (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('hex');
  const all: Sent[] = [];
  for (let index = 0; index < events; index += 1) {
    const kind = index % 20 === 7 ? 'repeat' : index % 20 === 13 ? 'forged' : 'genuine';
    const before = all[index - 1];
    if (kind === 'repeat' && before) {
      all.push({ ...before, kind });
      continue;
    }
    if (index % 2 === 0) {
      const body = JSON.stringify({
        accountId: 1,
        eventId: `wev_${index}`,
        eventType: 'job.run.completed',
        timestamp: '2026-11-20T08:02:35.789265936Z',
        data: {
          jobId: '123',
          jobName: 'Daily',
          runId: String(90_000_000 + index),
          runStatus: 'Success',
          runStatusCode: 10,
          runFinishedAt: '2026-11-20T08:02:32Z',
        },
      });
      all.push({
        kind,
        url: dbtUrl,
        body,
        headers: { authorization: sign(body, kind === 'forged' ? 'guessed' : dbtSecret) },
      });
    } else {
      const body = JSON.stringify({
        id: `event-${index}`,
        name: 'DatasetUpdated',
        created: '2026-11-20T08:00:00Z',
        payload: { datasetId: 'd-claims' },
      });
      all.push({
        kind,
        url: quantemplateUrl,
        body,
        headers: { 'x-webhook-secret': kind === 'forged' ? 'guessed' : 'a-long-secret-of-our-own' },
      });
    }
  }
  return all;
}

/** Delivers with retries, as the vendors do, until the receiver accepts or rejects the event. */
async function deliver({ url, body, headers, kind }: Sent): Promise<number> {
  for (;;) {
    const status = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(10_000),
    }).then(
      // During startup, n8n responds with 200 to everything and drops it (docs/operating-n8n.md).
      async (response) => ((await response.text()).includes('starting up') ? 503 : response.status),
      () => 0,
    );
    if (status === 200 || (status === 401 && kind === 'forged')) return status;
    if (status === 401) throw new Error('A genuine event was refused.');
    await sleep(500);
  }
}

/** Queries n8n's own database. */
function read(sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(join(folder, 'n8n', '.n8n', 'database.sqlite'), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

it(`every genuine event starts exactly one execution: ${events} events with repeats and forgeries, and a restart and a kill of n8n`, async () => {
  const dbtUrl = await publish(
    'Job Run Completed',
    'dbtTrigger',
    'pipewrightDbtApi',
    { event: 'jobRunCompleted' },
    '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c41',
  );
  const quantemplateUrl = await publish(
    'Dataset Updated',
    'quantemplateTrigger',
    'pipewrightQuantemplateApi',
    { event: 'datasetUpdated' },
    '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c42',
  );
  const [secret = ''] = sandbox.world.dbt.webhooks.secrets();
  const all = prepare(dbtUrl, secret, quantemplateUrl);
  let next = 0;
  const sending = Array.from({ length: senders }, async () => {
    for (let sent = all[next++]; sent; sent = all[next++])
      expect(await deliver(sent)).toBe(sent.kind === 'forged' ? 401 : 200);
  });
  for (const [third, end] of [
    [1, () => n8n.stop()],
    [2, () => n8n.kill()],
  ] as const) {
    while (next < (events / 3) * third) await sleep(100);
    await end();
    n8n = await start();
  }
  await Promise.all(sending);
  // Executions that were running when n8n was killed keep their status for a while; what counts is that they were started.
  for (let unfinished = 1, looks = 0; unfinished > 0 && looks < 30; looks += 1, await sleep(1000)) {
    unfinished = Number(
      read(`SELECT count(*) AS count FROM execution_entity WHERE status IN ('new', 'running')`)[0]?.['count'],
    );
  }
  const genuine = all.filter(({ kind }) => kind === 'genuine').length;
  const [counted] = read(
    // Rejected events are listed as failed executions without a key.
    `SELECT count(*) AS executions, count(DISTINCT deduplicationKey) AS events
     FROM execution_entity WHERE deduplicationKey IS NOT NULL OR status <> 'error'`,
  );
  process.stdout.write(
    `${genuine} genuine events of ${events} deliveries, n8n restarted and killed: ${String(counted?.['executions'])} executions of ${String(counted?.['events'])} events.\n`,
  );
  expect(counted).toEqual({ executions: genuine, events: genuine });
}, 3_600_000);
