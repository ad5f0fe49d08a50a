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
  const run = (typed: Record<string, unknown> = {}, host = open()) =>
    world.operate(vendor, vendor.operation, { ...vendor.input, ...typed }, host);
  const failure = async (typed: Record<string, unknown> = {}, host = open()): Promise<PipewrightError> => {
    const outcome = await run(typed, host).catch((error: PipewrightError) => error);
    if (!(outcome instanceof Error)) throw new Error('It did not fail.');
    return outcome;
  };
  const started = (): string[] => vendor.started(world.sandbox);
  const plan = (how: Partial<RunPlan>): void => world.sandbox.control.planRun({ ...vendor.plan, ...how });
  const statusFault = (fault: Fault, times = 1): void =>
    world.sandbox.faults.add({ match: vendor.status, times, fault });
  const startFault = (fault: Fault): void =>
    world.sandbox.faults.add({ match: { method: 'POST', path: vendor.start }, fault });
  const looks = (): number =>
    world.sandbox.requests.list({ method: vendor.status.method, path: vendor.status.path }).length;

  afterEach(() => {
    expect(world.sandbox.faults.waiting).toBe(0);
  });

  it('that succeeds is given back with its end', async () => {
    expect(await run()).toMatchObject({ status: 'succeeded', finished: true, succeeded: true });
    expect(started()).toHaveLength(1);
  });

  it('that fails says why, and what to do', async () => {
    plan({ failure: { message: 'The source does not answer.' } });
    const { code, message, hint } = await failure();
    expect(code).toBe('run-failed');
    if (vendor.name !== 'Quantemplate') expect(message).toContain('The source does not answer');
    expect(hint).toMatch(/\S.{20,}/);
    plan({ failure: { message: 'The source does not answer.' } });
    expect(await run({ onFailure: 'continue' })).toMatchObject({
      status: 'failed',
      explanation: expect.stringContaining(message.slice(0, 20)),
      explanationBlocks: [{ type: 'section' }],
    });
    expect(started()).toHaveLength(2);
  });

  const { child } = vendor;
  if (child) {
    it('that fails in a part of it names the part where it began', async () => {
      world.sandbox.control.planRun({ ...child.plan, failure: { message: 'The source does not answer.' } });
      expect((await failure(child.input)).message).toMatch(child.said);
      expect(started()).toHaveLength(1);
    });
  }

  it('that somebody stops is told as cancelled', async () => {
    world.clock.at(world.clock.now() + minute, () => vendor.cancel(world.sandbox, started()[0] ?? ''));
    expect((await failure()).message).toContain('was cancelled');
    expect(started()).toHaveLength(1);
  });

  it('that is queued for hours is waited for, with few looks', async () => {
    plan({ queuedMilliseconds: 3 * hours });
    expect(await run({ timeoutMinutes: 600 })).toMatchObject({ status: 'succeeded' });
    expect(looks()).toBeLessThanOrEqual(75);
    expect(started()).toHaveLength(1);
  });

  it('that takes an hour is looked at 40 times at most', async () => {
    plan({ runningMilliseconds: hours });
    expect(await run({ timeoutMinutes: 600 })).toMatchObject({ status: 'succeeded' });
    expect(looks()).toBeLessThanOrEqual(vendor.name === 'Quantemplate' ? 41 : 40);
    expect(started()).toHaveLength(1);
  });

  it('whose start is done but not answered is found again', async () => {
    startFault({ kind: 'lost-answer' });
    expect(await run()).toMatchObject({ status: 'succeeded', id: started()[0] });
    expect(started()).toHaveLength(1);
  });

  it('whose start is answered by 503 is not started twice', async () => {
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
    ['half an answer', { kind: 'cut', afterBytes: 20 }, 3],
    ['nothing', { kind: 'lost-answer' }, 3],
  ])('whose status is answered by %s goes on', async (_what, fault, times) => {
    statusFault(fault, times);
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it.each([401, 403] as const)(
    'goes on when the log-in runs out in mid-wait and that is said by %d',
    async (status) => {
      if (status === 403 && vendor.service.connection.key !== 'azure') return;
      for (const later of [0, minute])
        world.clock.at(world.clock.now() + later + 1, () => statusFault({ kind: 'expire-tokens', status }));
      expect(await run()).toMatchObject({ status: 'succeeded' });
      expect(started()).toHaveLength(1);
    },
  );

  it.each([-hours, 2 * hours])('is waited for though the clock jumps by %d milliseconds', async (jump) => {
    world.clock.at(world.clock.now() + minute, () => (shift = jump));
    expect(await run({ timeoutMinutes: 600 })).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it('goes on when its status is a word that nobody knows', async () => {
    world.clock.at(world.clock.now() + 10_000, () =>
      statusFault({ kind: 'status', status: 200, body: vendor.strange(started()[0] ?? '') }, 2),
    );
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it('that outlasts the deadline is left, or cancelled where the vendor can', async () => {
    const begin = world.clock.now();
    expect(await failure({ timeoutMinutes: 2 })).toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('It is still running'),
    });
    expect(world.clock.now() - begin).toBeLessThan(2 * minute + 30_000);
    expect(vendor.isCancelled(world.sandbox, started()[0] ?? '')).toBe(false);
    if (!vendor.canCancel) return;
    expect(await failure({ timeoutMinutes: 2, onTimeout: 'cancel' })).toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('asked to stop'),
    });
    world.clock.advance(10_000);
    expect(vendor.isCancelled(world.sandbox, started()[1] ?? '')).toBe(true);
    expect(started()).toHaveLength(2);
  });

  it.each(['keepRunning', 'cancel'])('whose step a person stops is ended with the choice “%s”', async (onTimeout) => {
    const stop = new AbortController();
    world.clock.at(world.clock.now() + minute, () => stop.abort());
    const error = await failure(vendor.canCancel ? { onTimeout } : {}, open({ signal: stop.signal }));
    expect(error.code).toBe('cancelled');
    world.clock.advance(10_000);
    expect(vendor.isCancelled(world.sandbox, started()[0] ?? '')).toBe(vendor.canCancel && onTimeout === 'cancel');
    expect(started()).toHaveLength(1);
  });

  it('is not started again when the platform repeats the step', async () => {
    const host = open({ executionKey: '17:node:0:0' });
    const first = await run({ wait: false }, host);
    expect(await run({}, host)).toMatchObject({ id: first['id'], status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });

  it('is taken up again when the process died in mid-wait and the step runs anew', async () => {
    const first = await run({ wait: false });
    world.clock.advance(minute);
    expect(await run({ reuseActiveRun: true })).toMatchObject({ id: first['id'], status: 'succeeded' });
    expect(started()).toHaveLength(1);
  });
});
