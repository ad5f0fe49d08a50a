import { accessToken, azureClients, collect } from './azure-clients.ts';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';
import { until } from './until.ts';

const { subscriptionId, resourceGroup, workspace, sparkPool, sqlPool } = sandboxAccounts.azure;
const around = () => ({
  lastUpdatedAfter: new Date(Date.now() - 3_600_000),
  lastUpdatedBefore: new Date(Date.now() + 3_600_000),
});

describe('Synapse in the sandbox', () => {
  const clock = new ManualClock(Date.now());
  let sandbox: Sandbox;
  let clients: Awaited<ReturnType<typeof azureClients>>;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
    clients = await azureClients(sandbox);
    sandbox.control.setDurations({ queuedMilliseconds: 100, runningMilliseconds: 300 });
  });
  afterAll(() => sandbox.stop());

  describe('driven by @azure/synapse-artifacts', () => {
    it('lists pipelines in pages', async () => {
      const pipelines = await collect(clients.artifacts.pipelineOperations.listPipelinesByWorkspace());
      expect(pipelines).toHaveLength(32);
      expect(pipelines.find(({ name }) => name === 'Spark_transform')?.parameters).toEqual({
        inputPath: { type: 'string' },
      });
    });

    it('runs a pipeline with 202, and lists activities under the name of the pipeline', async () => {
      const { pipelineOperations, pipelineRunOperations } = clients.artifacts;
      const { runId } = await pipelineOperations.createPipelineRun('Spark_transform', {
        parameters: { inputPath: '/landing' },
      });
      expect(sandbox.requests.list({ vendor: 'synapse', path: /createRun$/ })[0]?.status).toBe(202);
      expect((await pipelineRunOperations.getPipelineRun(runId)).status).toBe('Queued');
      const run = await until(
        () => pipelineRunOperations.getPipelineRun(runId),
        ({ status }) => status === 'Succeeded',
        clock,
      );
      expect(run.parameters).toEqual({ inputPath: '/landing' });
      const { value } = await pipelineRunOperations.queryActivityRuns('Spark_transform', runId, around());
      expect(value).toMatchObject([{ activityName: 'Transform', status: 'Succeeded' }]);
    });

    it('cancels a run', async () => {
      const { pipelineOperations, pipelineRunOperations } = clients.artifacts;
      const { runId } = await pipelineOperations.createPipelineRun('Nightly_load');
      await pipelineRunOperations.cancelPipelineRun(runId, { isRecursive: true });
      expect(
        (
          await until(
            () => pipelineRunOperations.getPipelineRun(runId),
            ({ status }) => status === 'Cancelled',
            clock,
          )
        ).status,
      ).toBe('Cancelled');
    });
  });

  describe('driven by @azure/synapse-spark', () => {
    const job = { name: 'daily', file: 'abfss://data@contosolake.dfs.core.windows.net/job.py' };
    const read = (id: number) => clients.spark.sparkBatch.getSparkBatchJob(id, { detailed: true });

    it('reports success before the result is certain', async () => {
      const created = await clients.spark.sparkBatch.createSparkBatchJob(job, { detailed: true });
      expect(created).toMatchObject({ state: 'not_started', result: 'Uncertain' });
      const success = await until(
        () => read(created.id),
        ({ state }) => state === 'success',
        clock,
      );
      expect(success.result).toBe('Uncertain');
      const done = await until(
        () => read(created.id),
        ({ result }) => result !== 'Uncertain',
        clock,
      );
      expect(done).toMatchObject({
        state: 'success',
        result: 'Succeeded',
        livyInfo: { currentState: 'success' },
        scheduler: { currentState: 'Ended' },
      });
    });

    it('fails a Spark job with its reason', async () => {
      sandbox.control.planRun({ service: 'spark', name: 'daily', failure: { message: 'Path does not exist' } });
      const { id } = await clients.spark.sparkBatch.createSparkBatchJob(job);
      const done = await until(
        () => read(id),
        ({ result }) => result !== 'Uncertain',
        clock,
      );
      expect(done).toMatchObject({ state: 'dead', result: 'Failed' });
      expect(done.errors).toMatchObject([{ message: 'Path does not exist', source: 'User' }]);
    });

    it('cancels a Spark job on DELETE, and lists the newest first', async () => {
      const { id } = await clients.spark.sparkBatch.createSparkBatchJob(job);
      await clients.spark.sparkBatch.cancelSparkBatchJob(id);
      expect(
        (
          await until(
            () => read(id),
            ({ result }) => result === 'Cancelled',
            clock,
          )
        ).state,
      ).toBe('killed');
      const { sessions, total } = await clients.spark.sparkBatch.getSparkBatchJobs({ size: 1 });
      expect([sessions?.length, sessions?.[0]?.id, total]).toEqual([1, id, id]);
    });
  });

  it('serves workspaces and pools in Azure Resource Manager', async () => {
    const headers = { authorization: `Bearer ${await accessToken(sandbox, 'https://management.azure.com/.default')}` };
    const base = `${sandbox.addresses.arm}/subscriptions/${subscriptionId}`;
    const read = async (path: string) =>
      (await (await fetch(`${base}${path}?api-version=2021-06-01`, { headers })).json()) as {
        value: { name: string }[];
      };
    expect(await read('/providers/Microsoft.Synapse/workspaces')).toMatchObject({
      value: [{ name: workspace, properties: { connectivityEndpoints: {} } }],
    });
    const here = `/resourceGroups/${resourceGroup}/providers/Microsoft.Synapse/workspaces/${workspace}`;
    expect(await read(`${here}/bigDataPools`)).toMatchObject({ value: [{ name: sparkPool }] });
    expect(await read(`${here}/sqlPools/${sqlPool}`)).toMatchObject({ properties: { status: 'Paused' } });
    const resumed = await fetch(`${base}${here}/sqlPools/${sqlPool}/resume?api-version=2021-06-01`, {
      method: 'POST',
      headers,
    });
    expect(resumed.status).toBe(202);
    expect((await fetch(resumed.headers.get('location') ?? '', { headers })).status).toBe(200);
    expect(await read(`${here}/sqlPools/${sqlPool}`)).toMatchObject({ properties: { status: 'Online' } });
    const unversioned = await fetch(`${base}${here}`, { headers });
    expect(await unversioned.json()).toMatchObject({ error: { code: 'MissingApiVersionParameter' } });
  });

  it('rejects a management token in the data plane', async () => {
    const headers = { authorization: `Bearer ${await accessToken(sandbox, 'https://management.azure.com/.default')}` };
    const response = await fetch(
      `${sandbox.addresses.synapse.replace('{workspace}', workspace)}/pipelines?api-version=2020-12-01`,
      { headers },
    );
    expect(response.status).toBe(401);
  });
});
