import autocannon from 'autocannon';
import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { packedPackage } from '../adapters/n8n/build-package.ts';
import { createCredential } from '../support/n8n-server/credentials.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';
import {
  createWorkflow,
  publishWorkflow,
  webhookUrl,
  workflowOf,
  type WorkflowNode,
} from '../support/n8n-server/workflows.ts';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';
import { endlessRuns, type SignedBody } from './dbt-deliveries.ts';
import { median, type BenchResult } from './result.ts';

const connections = 10;

const then: WorkflowNode = {
  id: 'then',
  name: 'Then',
  type: 'n8n-nodes-base.noOp',
  typeVersion: 1,
  position: [220, 0],
  parameters: {},
};

const webhook: WorkflowNode = {
  id: 'webhook',
  name: 'Webhook',
  type: 'n8n-nodes-base.webhook',
  typeVersion: 2.1,
  position: [0, 0],
  webhookId: '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c21',
  parameters: { path: 'plain', httpMethod: 'POST', responseMode: 'onReceived' },
};

/** Throughput of a trigger per second. */
interface Rate {
  /** Parsed requests. */
  answered: number;
  /** Completed executions: fast answers are worthless if executions pile up. */
  completed: number;
  /** 99th percentile of the response time in seconds. */
  slowest: number;
}

/** Sends the next body as soon as an answer arrives, then waits until all executions have finished. */
async function rate(
  n8n: N8n,
  url: string,
  bodies: Iterator<SignedBody>,
  seconds: number,
  status: number,
): Promise<Rate> {
  const begin = performance.now();
  const result = await autocannon({
    url,
    method: 'POST',
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest(request) {
          const { body, signature } = bodies.next().value as SignedBody;
          return { ...request, body, headers: { 'content-type': 'application/json', authorization: signature } };
        },
      },
    ],
  });
  const answers = Object.entries(result.statusCodeStats ?? {});
  const right = answers.find(([code]) => Number(code) === status)?.[1].count ?? 0;
  if (answers.length !== 1 || right === 0 || result.errors > 0)
    throw new Error(`${url} answered ${JSON.stringify(answers)}, ${result.errors} errors.`);
  await untilIdle(n8n);
  return {
    answered: right / seconds,
    completed: (right * 1000) / (performance.now() - begin),
    slowest: result.latency.p99 / 1000,
  };
}

/** Waits until no execution is left; n8n is configured to delete successful ones. */
async function untilIdle(n8n: N8n): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { results } = await n8n.api.rest<{ results: unknown[] }>('GET', 'executions?limit=1');
    if (results.length === 0) return;
    if (Date.now() > deadline) throw new Error('n8n still had executions after two minutes.');
    await sleep(100);
  }
}

/** Measures the trigger and n8n's Webhook node in a separate n8n with the given settings. */
async function measure(
  env: NodeJS.ProcessEnv,
  packages: string[],
  { seconds, rounds }: { seconds: number; rounds: number },
) {
  const sandbox: Sandbox = await startSandbox();
  const n8n = await startN8n({ packages, env: { EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none', ...env } });
  try {
    const { pipewrightDbtApi = {} } = sandboxCredentials(sandbox);
    const credential = await createCredential(n8n, 'dbt', 'pipewrightDbtApi', pipewrightDbtApi);
    const job = String(sandbox.accounts.dbt.jobId);
    const trigger: WorkflowNode = {
      id: 'trigger',
      name: 'Job Run Completed',
      type: 'n8n-nodes-pipewright-dbt.dbtTrigger',
      typeVersion: 2,
      position: [0, 0],
      webhookId: '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c22',
      credentials: { pipewrightDbtApi: { id: credential.id, name: credential.name } },
      // An execution that reports a rejected event stays in the list, which is awaited empty.
      parameters: { event: 'jobRunCompleted', jobs: [job], options: { reportRejectedEvents: false } },
    };
    for (const node of [webhook, trigger]) {
      const { id } = await createWorkflow(n8n, workflowOf(node.name, node, then));
      await publishWorkflow(n8n, id);
    }
    const [secret = ''] = sandbox.world.dbt.webhooks.secrets();
    const [genuine, forged] = [endlessRuns(secret, job), endlessRuns('another secret', job)];
    const ours = webhookUrl(n8n, trigger, 'webhook');
    const plain = webhookUrl(n8n, webhook);
    const found: { genuine: number; answered: number; forged: number; ours: number; plain: number; slowest: number }[] =
      [];
    for (let round = 0; round <= rounds; round += 1) {
      const theirs = await rate(n8n, plain, genuine, seconds, 200);
      const own = await rate(n8n, ours, genuine, seconds, 200);
      const refused = await rate(n8n, ours, forged, seconds, 401);
      if (round === 0) continue;
      found.push({
        genuine: own.completed / theirs.completed,
        answered: own.answered / theirs.answered,
        forged: refused.answered / theirs.answered,
        ours: own.completed,
        plain: theirs.completed,
        slowest: own.slowest,
      });
    }
    const middle = (name: keyof (typeof found)[number]): number => median(found.map((one) => one[name]));
    const notes = `${Math.round(middle('ours'))} and ${Math.round(middle('plain'))} executions completed; answers ${middle('answered').toFixed(2)}×`;
    return { genuine: middle('genuine'), forged: middle('forged'), slowest: middle('slowest'), notes };
  } finally {
    await n8n.stop();
    await sandbox.stop();
  }
}

/** Requests per second of the dbt trigger in a real n8n, against n8n's own Webhook node in the same n8n. */
export async function benchTriggers({ seconds = 4, rounds = 5 } = {}): Promise<BenchResult[]> {
  const packages = [await packedPackage('pipewright-dbt')];
  const usual = await measure({}, packages, { seconds, rounds });
  const lazy = await measure({ N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' }, packages, { seconds, rounds });
  const line = (name: string, ratio: number, least: number, notes: string): BenchResult => ({
    name,
    against: 'n8n’s own Webhook node',
    ratio,
    target: { kind: 'at least', value: least },
    notes,
  });
  return [
    line('Authentic dbt events per second, default settings', usual.genuine, 0.58, usual.notes),
    line('Authentic dbt events per second, lazy isolates', lazy.genuine, 1.05, lazy.notes),
    line('Forged dbt events per second, lazy isolates', lazy.forged, 5, `default settings ${usual.forged.toFixed(2)}×`),
    {
      name: 'Answer to an authentic dbt event at full load, 99th percentile',
      against: 'seconds',
      ratio: Math.max(usual.slowest, lazy.slowest),
      target: { kind: 'at most', value: 2 },
      notes: `default settings ${usual.slowest.toFixed(2)} s, lazy isolates ${lazy.slowest.toFixed(2)} s`,
    },
  ];
}
