import type { PipewrightError } from '../../shared/src/host/error.ts';
import type { Host } from '../../shared/src/host/host.ts';
import type { Fault } from '../doubles/server/faults.ts';
import type { RunPlan } from '../doubles/server/run-plans.ts';
import { minute, startCoreWorld, type CoreWorld } from './core-host.ts';
import { vendors } from './vendors.ts';

const hours = 60 * minute;

describe.each(vendors)('A run at $name', (vendor) => {
  let world: CoreWorld;
  let shift: number;

  beforeEach(async () => {
    shift = 0;
    world = await startCoreWorld();
  });
  afterEach(() => world.sandbox.stop());

  const open = (options: Partial<Host> = {}): Host => world.open({ now: () => world.clock.now() + shift, ...options });
  const run = (input: Record<string, unknown> = {}, host = open()) =>
    world.operate(vendor, vendor.operation, { ...vendor.input, ...input }, host);
  const failure = async (input: Record<string, unknown> = {}, host = open()): Promise<PipewrightError> => {
    const outcome = await run(input, host).catch((error: PipewrightError) => error);
    if (!(outcome instanceof Error)) throw new Error('The run did not fail.');
    return outcome;
  };
  const started = (): string[] => vendor.started(world.sandbox);
  const plan = (how: Partial<RunPlan>): void => world.sandbox.control.planRun({ ...vendor.plan, ...how });
  const statusFault = (fault: Fault, times = 1): void =>
    world.sandbox.faults.add({ match: vendor.status, times, fault });
  const startFault = (fault: Fault): void =>
    world.sandbox.faults.add({ match: { method: 'POST', path: vendor.start }, fault });
  const polls = (): number =>
    world.sandbox.requests.list({ method: vendor.status.method, path: vendor.status.path }).length;

  afterEach(() => {
    expect(world.sandbox.faults.waiting).toBe(0);
  });

  it('is returned once it has succeeded', async () => {
    expect(await run()).toMatchObject({ status: 'succeeded', finished: true, succeeded: true });
    expect(started()).toHaveLength(1);
  });

  it('reports why it failed and what to do', async () => {
    plan({ failure: { message: 'The source does not answer.' } });
    const { code, message, hint } = await failure();
    expect(code).toBe('run-failed');
    if (vendor.saysWhy !== false) expect(message).toContain('The source does not answer');
    expect(hint).toMatch(/\S.{20,}/);
    plan({ failure: { message: 'The source does not answer.' } });
    expect(await run({ onFailure: 'continue' })).toMatchObject({
      status: 'failed',
      explanation: expect.stringContaining(message.slice(0, 20)),
      explanationMarkdown: expect.stringContaining('**'),
    });
    expect(started()).toHaveLength(2);
  });

  const { child } = vendor;
  if (child) {
    it('names the nested step where a failure began', async () => {
      // A run that is read before its artifacts are ready names the command of dbt instead of the model.
      world.sandbox.world.dbt.runs.artifactsMilliseconds = 0;
      world.sandbox.control.planRun({ ...child.plan, failure: { message: 'The source does not answer.' } });
      expect((await failure(child.input)).message).toMatch(child.message);
      expect(started()).toHaveLength(1);
    });
  }

  it('is reported as cancelled if it is cancelled at the vendor', async () => {
    world.clock.at(world.clock.now() + minute, () => vendor.cancel(world.sandbox, started()[0] ?? ''));
    expect((await failure()).message).toContain('was canceled');
    expect(started()).toHaveLength(1);
  });

  it('is polled rarely while it is queued for hours', async () => {
    plan({ queuedMilliseconds: 3 * hours });
    expect(await run({ timeoutMinutes: 600 })).toMatchObject({ status: 'succeeded' });
    expect(polls()).toBeLessThanOrEqual(75);
    expect(started()).toHaveLength(1);
  });

  it('is polled at most 40 times if it takes an hour', async () => {
    plan({ runningMilliseconds: hours });
    expect(await run({ timeoutMinutes: 600 })).toMatchObject({ status: 'succeeded' });
    expect(polls()).toBeLessThanOrEqual(vendor.name === 'Quantemplate' ? 41 : 40);
    expect(started()).toHaveLength(1);
  });

  it('is found when the response to its start is lost', async () => {
    startFault({ kind: 'lost-answer' });
    expect(await run()).toMatchObject({ status: 'succeeded', id: started()[0] });
    expect(started()).toHaveLength(1);
  });

  it('is not started twice after a 503 response', async () => {
    startFault({ kind: 'status', status: 503 });
    const first = await run().catch((error: PipewrightError) => error);
    if (first instanceof Error) {
      expect(first).toMatchObject({
        code: 'unavailable',
        retryable: false,
        hint: expect.stringContaining('before you run this step again'),
      });
      expect(started()).toHaveLength(0);
      await run();
    }
    expect(started()).toHaveLength(1);
  });

  it.each<[string, Fault, number]>([
    ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '30' } }, 2],
    ['500', { kind: 'status', status: 500 }, 4],
    ['a truncated body', { kind: 'cut', afterBytes: 20 }, 3],
    ['a closed connection', { kind: 'lost-answer' }, 3],
  ])('is polled again after a failed status request: %s', async (_what, fault, times) => {
    statusFault(fault, times);
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it.each([401, 403] as const)('is polled with a new login after status %d', async (status) => {
    if (status === 403 && vendor.service.connection.key !== 'azure') return;
    for (const later of [0, minute])
      world.clock.at(world.clock.now() + later + 1, () => statusFault({ kind: 'expire-tokens', status }));
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it.each([-hours, 2 * hours])('is polled until it has finished although the clock jumps by %d ms', async (jump) => {
    world.clock.at(world.clock.now() + minute, () => (shift = jump));
    expect(await run({ timeoutMinutes: 600 })).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it('counts as active while its status is unknown', async () => {
    world.clock.at(world.clock.now() + 10_000, () =>
      statusFault({ kind: 'status', status: 200, body: vendor.unknownStatus(started()[0] ?? '') }, 2),
    );
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it('keeps running at the timeout, or is cancelled if the vendor can', async () => {
    const begin = world.clock.now();
    expect(await failure({ timeoutMinutes: 2 })).toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('The run is still active'),
    });
    expect(world.clock.now() - begin).toBeLessThan(2 * minute + 30_000);
    expect(vendor.isCancelled(world.sandbox, started()[0] ?? '')).toBe(false);
    if (!vendor.canCancel) return;
    if (vendor.oneAtATime) world.clock.advance(10 * minute);
    expect(await failure({ timeoutMinutes: 2, onTimeout: 'cancel' })).toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('Cancellation of the run was requested'),
    });
    world.clock.advance(10_000);
    expect(vendor.isCancelled(world.sandbox, started()[1] ?? '')).toBe(true);
    expect(started()).toHaveLength(2);
  });

  it.each(['keepRunning', 'cancel'])('follows On Timeout = %s if the execution is stopped', async (onTimeout) => {
    const stop = new AbortController();
    world.clock.at(world.clock.now() + minute, () => stop.abort());
    const error = await failure(vendor.canCancel ? { onTimeout } : {}, open({ signal: stop.signal }));
    expect(error.code).toBe('cancelled');
    world.clock.advance(10_000);
    expect(vendor.isCancelled(world.sandbox, started()[0] ?? '')).toBe(vendor.canCancel && onTimeout === 'cancel');
    expect(started()).toHaveLength(1);
  });

  it('is not started again if the platform retries the step', async () => {
    const host = open({ executionKey: '17:node:0:0' });
    const first = await run({ wait: false }, host);
    expect(await run({}, host)).toMatchObject({ id: first['id'], status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it('is reused after the process died during the wait', async () => {
    const first = await run({ wait: false });
    world.clock.advance(minute);
    expect(await run({ reuseActiveRun: true })).toMatchObject({ id: first['id'], status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });
});
