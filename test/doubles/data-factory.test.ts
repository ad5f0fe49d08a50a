import { azureClients, collect } from './azure-clients.ts';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';
import { until } from './until.ts';

const { resourceGroup, factory } = sandboxAccounts.azure;
const around = () => ({
  lastUpdatedAfter: new Date(Date.now() - 3_600_000),
  lastUpdatedBefore: new Date(Date.now() + 3_600_000),
});

describe('Data Factory in the sandbox, driven by @azure/arm-datafactory', () => {
  const clock = new ManualClock(Date.now());
  let sandbox: Sandbox;
  let client: Awaited<ReturnType<typeof azureClients>>['dataFactory'];
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
    client = (await azureClients(sandbox)).dataFactory;
    sandbox.control.setDurations({ queuedMilliseconds: 100, runningMilliseconds: 300 });
  });
  afterAll(() => sandbox.stop());

  const start = (name: string, parameters: Record<string, unknown> = {}) =>
    client.pipelines.createRun(resourceGroup, factory, name, { parameters });
  const read = (id: string) => client.pipelineRuns.get(resourceGroup, factory, id);
  const finished = (id: string) =>
    until(
      () => read(id),
      ({ status }) => ['Succeeded', 'Failed', 'Cancelled'].includes(status ?? ''),
      clock,
    );
  const activities = async (id: string) =>
    (await client.activityRuns.queryByPipelineRun(resourceGroup, factory, id, around())).value;

  it('lists pipelines over several pages, with their parameters', async () => {
    const pipelines = await collect(client.pipelines.listByFactory(resourceGroup, factory));
    expect(pipelines.length).toBeGreaterThan(30);
    expect(sandbox.requests.count({ vendor: 'azure', path: /\/pipelines$/ })).toBe(2);
    const fetchData = pipelines.find(({ name }) => name === 'QT_fetch_data');
    expect(fetchData?.parameters).toEqual({ DatasetID: { type: 'string' } });
    const { parameters } = await client.pipelines.get(resourceGroup, factory, 'Run_KPI_notebook');
    expect(parameters?.['regions']).toEqual({ type: 'array', defaultValue: ['EMEA', 'APAC'] });
  });

  it('moves a run from queued to in progress to succeeded', async () => {
    const { runId } = await start('QT_fetch_data', { DatasetID: 'd-claims' });
    const queued = await read(runId);
    expect(queued).toMatchObject({
      status: 'Queued',
      parameters: { DatasetID: 'd-claims' },
      pipelineName: 'QT_fetch_data',
    });
    expect(queued.runEnd).toBeFalsy();
    await until(
      () => read(runId),
      ({ status }) => status === 'InProgress',
      clock,
    );
    const run = await finished(runId);
    expect(run.status).toBe('Succeeded');
    expect(run.runEnd).toBeInstanceOf(Date);
    expect(run.durationInMs).toBe(400);
    const steps = await activities(runId);
    expect(steps?.map(({ activityName, activityType, status }) => [activityName, activityType, status])).toEqual([
      ['Log in to Quantemplate', 'WebActivity', 'Succeeded'],
      ['Copy dataset to SQL', 'Copy', 'Succeeded'],
    ]);
    expect(steps?.[1]?.output).toMatchObject({ rowsCopied: 1000 });
  });

  it('returns parameters as strings and lists as JSON', async () => {
    const { runId } = await start('Run_KPI_notebook', { regions: ['APAC'] });
    expect((await read(runId)).parameters).toMatchObject({ regions: '["APAC"]', topN: '10', fullRefresh: 'false' });
  });

  it('rejects a run without a required parameter; parameter names are case-sensitive', async () => {
    await expect(start('QT_fetch_data', { datasetid: 'd-claims' })).rejects.toMatchObject({
      statusCode: 400,
      code: 'BadRequest',
    });
    await expect(start('Nowhere')).rejects.toMatchObject({ statusCode: 404, code: 'EntityNotFound' });
  });

  it('fails a run at the planned step with its message', async () => {
    sandbox.control.planRun({
      service: 'data-factory',
      name: 'QT_fetch_data',
      failure: { step: 'Log in to Quantemplate', message: 'Invalid client.' },
    });
    const { runId } = await start('QT_fetch_data', { DatasetID: 'd-claims' });
    expect(await finished(runId)).toMatchObject({
      status: 'Failed',
      message: 'Operation on target Log in to Quantemplate failed: Invalid client.',
    });
    expect(await activities(runId)).toMatchObject([
      { status: 'Failed', error: { errorCode: '2108', message: 'Invalid client.', failureType: 'UserError' } },
    ]);
  });

  it('fails a parent run when its child run fails', async () => {
    sandbox.control.planRun({
      service: 'data-factory',
      name: 'Load_sources',
      failure: { step: 'Copy claims', message: 'Login failed for user.' },
    });
    const { runId } = await start('Nightly_load');
    const run = await finished(runId);
    expect(run).toMatchObject({
      status: 'Failed',
      message: expect.stringContaining('Operation on target Copy claims failed: Login failed for user.'),
    });
    const parentSteps = await activities(runId);
    const { pipelineRunId } = parentSteps?.[1]?.output as { pipelineRunId: string };
    expect(await read(pipelineRunId)).toMatchObject({
      status: 'Failed',
      invokedBy: { invokedByType: 'PipelineActivity', pipelineRunId: runId },
    });
    expect((await activities(pipelineRunId))?.map(({ status }) => status)).toEqual(['Succeeded', 'Failed']);
  });

  it('cancels a run and its children, without an end time', async () => {
    sandbox.control.planRun({ service: 'data-factory', name: 'Load_sources', runningMilliseconds: 60_000 });
    const { runId } = await start('Nightly_load');
    const child = await until(
      async () => (await activities(runId))?.[1]?.output as { pipelineRunId: string } | undefined,
      (output) => output !== undefined,
      clock,
    );
    await until(
      () => read(child?.pipelineRunId ?? ''),
      ({ status }) => status === 'InProgress',
      clock,
    );
    await client.pipelineRuns.cancel(resourceGroup, factory, runId, { isRecursive: true });
    expect((await read(runId)).status).toBe('Canceling');
    const run = await finished(runId);
    expect(run.status).toBe('Cancelled');
    expect(run.runEnd).toBeFalsy();
    expect((await read(child?.pipelineRunId ?? '')).status).toBe('Cancelled');
    expect((await activities(runId))?.map(({ status }) => status)).toEqual(['Succeeded', 'Cancelled']);
    await expect(client.pipelineRuns.cancel(resourceGroup, factory, runId)).rejects.toMatchObject({ statusCode: 400 });
  });

  it('reruns from the failed activity', async () => {
    sandbox.control.planRun({
      service: 'data-factory',
      name: 'QT_fetch_data',
      failure: { step: 'Copy dataset to SQL' },
    });
    const { runId } = await start('QT_fetch_data', { DatasetID: 'd-claims' });
    await finished(runId);
    const recovery = await client.pipelines.createRun(resourceGroup, factory, 'QT_fetch_data', {
      referencePipelineRunId: runId,
      isRecovery: true,
      startFromFailure: true,
    });
    const run = await finished(recovery.runId);
    expect(run).toMatchObject({ status: 'Succeeded', runGroupId: runId, parameters: { DatasetID: 'd-claims' } });
    expect((await activities(recovery.runId))?.map(({ activityName }) => activityName)).toEqual([
      'Copy dataset to SQL',
    ]);
  });

  it('hides a new run for the planned time', async () => {
    sandbox.control.planRun({ service: 'data-factory', name: 'Copy_source_01', hiddenMilliseconds: 200 });
    const { runId } = await start('Copy_source_01');
    await expect(read(runId)).rejects.toMatchObject({ statusCode: 404 });
    expect(
      (
        await until(
          () => read(runId).catch(() => undefined),
          (run) => run !== undefined,
          clock,
        )
      )?.runId,
    ).toBe(runId);
  });

  it('queries runs with filters, order and paging', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 45; count += 1) ids.push((await start('Copy_source_02')).runId);
    const filter = {
      ...around(),
      filters: [{ operand: 'PipelineName', operator: 'Equals', values: ['Copy_source_02'] }],
      orderBy: [{ orderBy: 'RunStart', order: 'ASC' }],
    };
    const found: string[] = [];
    let continuationToken: string | undefined;
    let pages = 0;
    do {
      const page = await client.pipelineRuns.queryByFactory(resourceGroup, factory, {
        ...filter,
        ...(continuationToken ? { continuationToken } : {}),
      });
      found.push(...page.value.map(({ runId }) => runId ?? ''));
      continuationToken = page.continuationToken;
      pages += 1;
    } while (continuationToken);
    expect(pages).toBe(3);
    expect([...found].sort()).toEqual([...ids].sort());
    const failed = await client.pipelineRuns.queryByFactory(resourceGroup, factory, {
      ...around(),
      filters: [{ operand: 'Status', operator: 'In', values: ['Failed'] }],
    });
    expect(failed.value.length).toBeGreaterThan(0);
    expect(new Set(failed.value.map(({ status }) => status))).toEqual(new Set(['Failed']));
    const past = await client.pipelineRuns.queryByFactory(resourceGroup, factory, {
      lastUpdatedAfter: new Date(0),
      lastUpdatedBefore: new Date(1000),
    });
    expect(past.value).toEqual([]);
  });

  it('starts and stops triggers, immediately or with a delay', async () => {
    const triggers = await collect(client.triggers.listByFactory(resourceGroup, factory));
    expect(triggers.map(({ properties }) => [properties.type, properties.runtimeState])).toEqual([
      ['ScheduleTrigger', 'Started'],
      ['BlobEventsTrigger', 'Stopped'],
      ['TumblingWindowTrigger', 'Stopped'],
    ]);
    await client.triggers.beginStopAndWait(resourceGroup, factory, 'Every morning');
    expect((await client.triggers.get(resourceGroup, factory, 'Every morning')).properties.runtimeState).toBe(
      'Stopped',
    );
    let isStarted = false;
    const started = client.triggers
      .beginStartAndWait(resourceGroup, factory, 'When a file arrives', { updateIntervalInMs: 100 })
      .finally(() => (isStarted = true));
    await until(
      async () => isStarted,
      (ended) => ended,
      clock,
    );
    await started;
    expect((await client.triggers.get(resourceGroup, factory, 'When a file arrives')).properties.runtimeState).toBe(
      'Started',
    );
    expect(sandbox.requests.count({ path: /operationresults/ })).toBeGreaterThan(0);
  });

  it('breaks the connection after starting a run', async () => {
    sandbox.faults.add({
      match: { method: 'POST', path: /Copy_source_03\/createRun$/ },
      fault: { kind: 'lost-answer' },
    });
    await expect(start('Copy_source_03')).rejects.toThrow();
    const { value } = await client.pipelineRuns.queryByFactory(resourceGroup, factory, {
      ...around(),
      filters: [{ operand: 'PipelineName', operator: 'Equals', values: ['Copy_source_03'] }],
    });
    expect(value).toHaveLength(1);
  });
});
