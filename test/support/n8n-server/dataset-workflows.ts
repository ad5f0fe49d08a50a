import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '../machine/postgres.ts';
import { createCredential } from './credentials.ts';
import { listExecutions, readExecution, type ExecutionSummary } from './executions.ts';
import type { N8n } from './n8n-server.ts';
import { createWorkflow, manualTrigger, runManually, workflowOf, type WorkflowNode } from './workflows.ts';

/** Duration and memory of a workflow. */
export interface Taken {
  /** From the start of the execution to its end. */
  milliseconds: number;
  /** Peak memory of n8n's process during the execution, and its memory before, in MB. */
  peak: number;
  before: number;
}

/** *Load Dataset* with a database credential. */
async function loadNode(n8n: N8n, postgres: Postgres, parameters: Record<string, unknown>): Promise<WorkflowNode> {
  const { host, port, database, user, password } = postgres;
  const sql = await createCredential(n8n, 'sql', 'pipewrightSqlApi', {
    engine: 'postgresql',
    host,
    port,
    database,
    user,
    password,
    ssl: 'off',
  });
  return {
    id: 'load',
    name: 'Load',
    type: 'n8n-nodes-pipewright-sql.sqlTable',
    typeVersion: 1,
    position: [440, 0],
    credentials: { pipewrightSqlApi: { id: sql.id, name: sql.name } },
    parameters: { resource: 'table', operation: 'loadDataset', ...parameters },
  };
}

/** A workflow that downloads a dataset of a download server from Quantemplate and loads the file into a table. */
export async function loadWorkflow(
  n8n: N8n,
  address: string,
  postgres: Postgres,
  parameters: Record<string, unknown>,
): Promise<string> {
  const quantemplate = await createCredential(n8n, 'quantemplate', 'pipewrightQuantemplateApi', {
    clientId: 'id',
    clientSecret: 'secret',
    organisationId: 'c-contoso',
    apiUrl: address,
    loginUrl: `${address}/token`,
  });
  const download: WorkflowNode = {
    id: 'download',
    name: 'Download',
    type: 'n8n-nodes-pipewright-quantemplate.quantemplate',
    typeVersion: 1,
    position: [220, 0],
    credentials: { pipewrightQuantemplateApi: { id: quantemplate.id, name: quantemplate.name } },
    parameters: {
      resource: 'dataset',
      operation: 'downloadDataset',
      dataset: { __rl: true, mode: 'id', value: 'd-claims' },
    },
  };
  const load = await loadNode(n8n, postgres, parameters);
  return (await createWorkflow(n8n, workflowOf('Load Dataset', manualTrigger, download, load))).id;
}

/** A workflow that loads a file of a download server into a table directly from its URL. */
export async function urlWorkflow(
  n8n: N8n,
  address: string,
  postgres: Postgres,
  parameters: Record<string, unknown>,
): Promise<string> {
  const load = await loadNode(n8n, postgres, { source: 'url', url: `${address}/claims.csv`, ...parameters });
  return (await createWorkflow(n8n, workflowOf('Load URL', manualTrigger, load))).id;
}

/** The same with n8n's own nodes: HTTP Request, Extract from File, Postgres. */
export async function ownWorkflow(
  n8n: N8n,
  address: string,
  postgres: Postgres,
  table: string,
  columns: readonly string[],
): Promise<string> {
  const { host, port, database, user, password } = postgres;
  const credential = await createCredential(n8n, 'postgres', 'postgres', {
    host,
    port,
    database,
    user,
    password,
    ssl: 'disable',
    allowUnauthorizedCerts: false,
    maxConnections: 10,
    sshTunnel: false,
  });
  const nodes: WorkflowNode[] = [
    {
      id: 'fetch',
      name: 'HTTP Request',
      type: 'n8n-nodes-base.httpRequest',
      typeVersion: 4.2,
      position: [220, 0],
      parameters: {
        url: `${address}/organisations/c/datasets/d`,
        options: { response: { response: { responseFormat: 'file' } } },
      },
    },
    {
      id: 'extract',
      name: 'Extract from File',
      type: 'n8n-nodes-base.extractFromFile',
      typeVersion: 1,
      position: [440, 0],
      parameters: { operation: 'csv', options: {} },
    },
    {
      id: 'insert',
      name: 'Postgres',
      type: 'n8n-nodes-base.postgres',
      typeVersion: 2.6,
      position: [660, 0],
      credentials: { postgres: { id: credential.id, name: credential.name } },
      parameters: {
        operation: 'insert',
        schema: { __rl: true, mode: 'name', value: 'public' },
        table: { __rl: true, mode: 'name', value: table },
        columns: {
          mappingMode: 'autoMapInputData',
          value: {},
          matchingColumns: [],
          schema: columns.map((name) => ({
            id: name,
            displayName: name,
            required: false,
            defaultMatch: false,
            display: true,
            type: 'string',
            canBeUsedToMatch: true,
          })),
        },
        options: {},
      },
    },
  ];
  return (await createWorkflow(n8n, workflowOf('Own nodes', manualTrigger, ...nodes))).id;
}

/**
 * Runs a workflow until it finishes, and measures duration and memory.
 * @throws Error with n8n's message when it fails
 */
export async function runMeasured(n8n: N8n, workflow: string, timeoutSeconds = 600): Promise<Taken> {
  const memory = async (name: 'VmRSS' | 'VmHWM'): Promise<number> =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(await readFile(`/proc/${n8n.pid}/status`, 'utf8'))?.[1]) / 1024;
  // Makes the kernel reset the peak.
  await writeFile(`/proc/${n8n.pid}/clear_refs`, '5');
  const before = await memory('VmRSS');
  const { status, startedAt, stoppedAt, id } = await untilEnded(
    n8n,
    workflow,
    await runManually(n8n, workflow, manualTrigger.name),
    timeoutSeconds,
  );
  const peak = await memory('VmHWM');
  if (status === 'success')
    return { milliseconds: Date.parse(String(stoppedAt)) - Date.parse(startedAt), peak, before };
  const { error } = (await readExecution(n8n, id)).data.resultData;
  throw new Error(`The workflow ended as ${status}: ${error?.message ?? ''} ${error?.description ?? ''}`);
}

/** Waits for an execution without reading its data, which would cost as much as the work itself; a busy n8n may not respond. */
async function untilEnded(n8n: N8n, workflow: string, id: string, timeoutSeconds: number): Promise<ExecutionSummary> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const found = (await listExecutions(n8n, workflow).catch(() => [])).find((execution) => execution.id === id);
    if (found && !['new', 'running', 'waiting'].includes(found.status)) return found;
    if (Date.now() > deadline) throw new Error(`Execution ${id} has not ended after ${timeoutSeconds} s.`);
    await sleep(200);
  }
}
