import { minute, startCoreWorld, type CoreWorld } from './core-host.ts';
import { vendors } from './vendors.ts';

/** Everything that runs at a vendor whose service can rerun it. */
const rerunnable = vendors.filter(({ service }) => service.operations.some(({ key }) => key.startsWith('rerun')));

describe.each(rerunnable)('A failed run at $name', (vendor) => {
  let world: CoreWorld;
  beforeEach(async () => {
    world = await startCoreWorld();
  });
  afterEach(() => world.sandbox.stop());

  const spark = vendor.operation === 'runSparkJob';
  const rerunOf = (id: unknown, more: Record<string, unknown> = {}, host = world.open()) => {
    const { name: _name, file: _file, ...home } = vendor.input;
    const [operation, field] = spark
      ? ['rerunFailedJob', 'job']
      : ['rerunFailedRun', vendor.name === 'Quantemplate' ? 'execution' : 'run'];
    return world.operate(vendor, operation, { ...home, ...vendor.rerunInput, [field]: id, ...more }, host);
  };
  const started = (): string[] => vendor.started(world.sandbox);
  /** How many requests started a rerun. */
  const reruns = (): number =>
    isSame ? world.sandbox.requests.count({ route: 'POST /api/2.2/jobs/runs/repair' }) : started().length - 1;
  const fail = async (): Promise<unknown> => {
    world.sandbox.control.planRun({ ...vendor.plan, failure: { message: 'The source does not answer.' } });
    return (await world.operate(vendor, vendor.operation, { ...vendor.input, onFailure: 'continue' }))['id'];
  };
  // Databricks repairs the same run; other vendors start a new one.
  const isSame = vendor.name === 'Databricks';
  const names = !spark && vendor.name !== 'Quantemplate' && vendor.hasSteps !== false;

  it('is not started again in a dry run', async () => {
    const id = await fail();
    const result = await rerunOf(id, { dryRun: true });
    expect(result).toMatchObject({ id, rerunOf: id, started: false, status: 'failed' });
    expect((result['stepsToRun'] as string[]).length > 0).toBe(names);
    expect(started()).toHaveLength(1);
  });

  it('runs again once and is awaited', async () => {
    const id = await fail();
    const again = await rerunOf(id);
    expect(again).toMatchObject({ rerunOf: id, started: true, status: 'succeeded' });
    expect(again['id'] === id).toBe(isSame);
    expect(started()).toHaveLength(isSame ? 1 : 2);
  });

  it('can be rerun again after another failure', async () => {
    const id = await fail();
    world.sandbox.control.planRun({ ...vendor.plan, failure: { message: 'Still not.' } });
    await expect(rerunOf(id)).rejects.toMatchObject({ code: 'run-failed' });
    expect(await rerunOf(started().at(-1))).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(isSame ? 1 : 3);
  });

  it('runs again once if the response to the rerun is lost', async () => {
    const id = await fail();
    world.sandbox.faults.add({
      match: { method: 'POST', path: /createRun|batches$|retry\/$|repair$|runs$|executions$|refreshes$|instances$/ },
      fault: { kind: 'lost-answer' },
    });
    expect(await rerunOf(id)).toMatchObject({ status: 'succeeded' });
    expect(world.sandbox.faults.waiting).toBe(0);
    expect(started()).toHaveLength(isSame ? 1 : 2);
  });

  it('runs again once per Start Key', async () => {
    const id = await fail();
    const host = world.open();
    const [first, second] = [
      await rerunOf(id, { wait: false, startKey: 'click-1' }, host),
      await rerunOf(id, { wait: false, startKey: 'click-1' }, host),
    ];
    expect(second['id']).toBe(first['id']);
    expect(started()).toHaveLength(isSame ? 1 : 2);
    expect(reruns()).toBe(1);
  });

  it.each([
    ['succeeded', undefined, { status: 'succeeded', succeeded: true }],
    ['failed again', { failure: { message: 'Still not.' } }, { status: 'failed', succeeded: false }],
  ])('is awaited by a step that comes again with its Start Key, also after it %s', async (_how, plan, expected) => {
    const id = await fail();
    if (plan) world.sandbox.control.planRun({ ...vendor.plan, ...plan });
    const host = world.open();
    const first = await rerunOf(id, { wait: false, startKey: 'click-1' }, host);
    world.clock.advance(minute / 2);
    const come = () => rerunOf(id, { startKey: 'click-1', onFailure: 'continue' }, host);
    const results = [await come(), await come()];
    expect(results).toMatchObject([
      { ...expected, id: first['id'], rerunOf: id, started: true },
      { ...expected, id: first['id'], rerunOf: id, started: true },
    ]);
    expect(reruns()).toBe(1);
  });

  it('runs again when an execution in which its rerun failed is retried', async () => {
    const id = await fail();
    world.sandbox.control.planRun({ ...vendor.plan, failure: { message: 'Still not.' } });
    const host = world.open();
    await expect(rerunOf(id, { startKey: 'click-1' }, host)).rejects.toMatchObject({ code: 'run-failed' });
    const again = await rerunOf(id, { startKey: 'click-1' }, { ...host, isRetry: true });
    expect(again).toMatchObject({ rerunOf: id, started: true, status: 'succeeded' });
    expect(reruns()).toBe(2);
  });

  it('is not rerun while active or after success', async () => {
    const { id } = await world.operate(vendor, vendor.operation, { ...vendor.input, wait: false });
    await expect(rerunOf(id)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('has not finished'),
    });
    world.clock.advance(10 * minute);
    await expect(rerunOf(id)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('succeeded'),
    });
    expect(started()).toHaveLength(1);
  });
});

it('a rerun pipeline skips the activities that succeeded', async () => {
  const world = await startCoreWorld();
  const [dataFactory, synapse] = vendors;
  for (const vendor of [dataFactory, synapse]) {
    if (!vendor) continue;
    world.sandbox.control.planRun({ ...vendor.plan, failure: { step: 'Copy claims' } });
    const { id } = await world.operate(vendor, 'runPipeline', { ...vendor.input, onFailure: 'continue' });
    const { pipeline: _pipeline, ...home } = vendor.input;
    const again = await world.operate(vendor, 'rerunFailedRun', { ...home, run: id });
    expect(again).toMatchObject({ stepsToRun: ['Copy claims'], steps: [{ name: 'Copy claims', status: 'succeeded' }] });
  }
  await world.sandbox.stop();
});
