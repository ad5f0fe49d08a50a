import autocannon from 'autocannon';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxCredentials } from '../n8n/credentials.ts';
import { packPackage } from '../n8n/lint.ts';
import { createCredential } from '../n8n-server/credentials.ts';
import { startN8n } from '../n8n-server/n8n-server.ts';
import { createWorkflow, publishWorkflow, webhookUrl, workflowOf, type WorkflowNode } from '../n8n-server/workflows.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
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

/** Requests a second that are answered with the status; each request carries the next body. */
async function rate(url: string, bodies: Iterator<SignedBody>, seconds: number, status: number): Promise<number> {
  const instance = autocannon({
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
  const result = await instance;
  const wrong = Object.entries(result.statusCodeStats ?? {}).filter(([code]) => Number(code) !== status);
  if (wrong.length > 0 || result.errors > 0) throw new Error(`${url} answered ${JSON.stringify(wrong)}, ${result.errors} errors.`);
  return result.requests.average;
}

/** An n8n of its own with a setting; what its trigger manages against the Webhook node beside it. */
async function measure(setting: string, env: NodeJS.ProcessEnv, packages: string[], options: { seconds: number; rounds: number }) {
  const sandbox: Sandbox = await startSandbox();
  const n8n = await startN8n({ packages, env: { EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none', ...env } });
  try {
    const { pipewrightDbtApi = {} } = sandboxCredentials(sandbox);
    const credential = await createCredential(n8n, 'dbt', 'pipewrightDbtApi', pipewrightDbtApi);
    const job = String(sandbox.accounts.dbt.jobId);
    const trigger: WorkflowNode = {
      id: 'trigger',
      name: 'Job Run Completed',
      type: 'n8n-nodes-pipewright.dbtTrigger',
      typeVersion: 2,
      position: [0, 0],
      webhookId: '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c22',
      credentials: { pipewrightDbtApi: { id: credential.id, name: credential.name } },
      parameters: { event: 'jobRunCompleted', jobs: [job] },
    };
    for (const node of [webhook, trigger]) {
      const { id } = await createWorkflow(n8n, workflowOf(node.name, node, then));
      await publishWorkflow(n8n, id);
    }
    const [secret = ''] = sandbox.world.dbt.webhooks.secrets();
    const [genuine, forged] = [endlessRuns(secret, job), endlessRuns('another secret', job)];
    const ours = webhookUrl(n8n, trigger, 'webhook');
    const plain = webhookUrl(n8n, webhook);
    const ratios: { genuine: number; forged: number; rate: number; plain: number }[] = [];
    for (let round = 0; round <= options.rounds; round += 1) {
      const plainRate = await rate(plain, genuine, options.seconds, 200);
      const rates = [await rate(ours, genuine, options.seconds, 200), await rate(ours, forged, options.seconds, 401)] as const;
      if (round > 0) ratios.push({ genuine: rates[0] / plainRate, forged: rates[1] / plainRate, rate: rates[0], plain: plainRate });
    }
    const middle = (name: keyof (typeof ratios)[number]): number => median(ratios.map((one) => one[name]));
    return { setting, ...{ genuine: middle('genuine'), forged: middle('forged') }, notes: `${Math.round(middle('rate'))} and ${Math.round(middle('plain'))} a second` };
  } finally {
    await n8n.stop();
    await sandbox.stop();
  }
}

/** Requests a second of the dbt trigger in a real n8n, against n8n's own Webhook node beside it. */
export async function benchTriggers({ seconds = 4, rounds = 5 } = {}): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-bench-packages-'));
  try {
    const packages = [await packPackage('pipewright', folder)];
    const usual = await measure('default settings', {}, packages, { seconds, rounds });
    const lazy = await measure('lazy isolates', { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' }, packages, { seconds, rounds });
    const line = (name: string, ratio: number, least: number, notes: string): BenchResult => ({
      name,
      against: 'n8n’s own Webhook node',
      ratio,
      target: { kind: 'at least', value: least },
      notes,
    });
    return [
      line('Verified dbt events a second, default settings', usual.genuine, 0.58, usual.notes),
      line('Verified dbt events a second, lazy isolates', lazy.genuine, 1.05, lazy.notes),
      line('Forged dbt events a second, lazy isolates', lazy.forged, 5, `default settings ${usual.forged.toFixed(2)}×`),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
