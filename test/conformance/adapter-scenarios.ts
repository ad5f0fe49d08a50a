import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';
import type { Fault } from '../doubles/server/faults.ts';
import type { RunPlan } from '../doubles/server/run-plans.ts';
import { vendors, type Vendor } from './vendors.ts';

/** A platform on which steps run. */
export interface Platform {
  /** Runs one step until it ends: its output, or the error as shown to the user. */
  run(vendor: Vendor, typed: Record<string, unknown>, sandbox: Sandbox): Promise<Outcome>;
  /** Runs a step that fails after it started a run, and that the platform or the user then retries. */
  repeat(vendor: Vendor, sandbox: Sandbox): Promise<Outcome>;
  /** Runs a step and stops it like a user as soon as `when` returns true; undefined on platforms that cannot stop a step. */
  stop?(vendor: Vendor, typed: Record<string, unknown>, sandbox: Sandbox, when: () => boolean): Promise<Outcome>;
  close(): Promise<void>;
}

/** The outcome of a step. */
export type Outcome = { run: Record<string, unknown>; error?: never } | { run?: never; error: string };

/**
 * The scenarios of runs on a platform, in real time. They mostly wait, so all scenarios of all vendors run concurrently,
 * each with its own sandbox, which counts the started runs; each test awaits its scenario.
 */
export function runScenarios(open: () => Promise<Platform>): void {
  let platform: Platform;
  const scenarios = new Map<string, () => Promise<void>>();
  const failures = new Map<string, Promise<unknown>>();
  beforeAll(async () => {
    platform = await open();
    for (const [name, scenario] of scenarios)
      failures.set(
        name,
        scenario().catch((error: unknown) => error),
      );
  });
  afterAll(async () => {
    await Promise.all(failures.values());
    await platform.close();
  });
  const test = (name: string, scenario: () => Promise<void>): void => {
    scenarios.set(name, scenario);
    it(name, async () => {
      const failure = await failures.get(name);
      if (failure) throw failure;
    });
  };

  /** One vendor with its sandbox. */
  interface Case {
    vendor: Vendor;
    sandbox: Sandbox;
    run(typed?: Record<string, unknown>): Promise<Outcome>;
    plan(how: Partial<RunPlan>): void;
    fault(fault: Fault, times?: number): void;
    started(): string[];
  }

  const forEvery =
    (scenario: (one: Case) => Promise<void>, expected = 1) =>
    async () => {
      await Promise.all(
        vendors.map(async (vendor) => {
          const sandbox = await startSandbox();
          sandbox.control.setDurations({ queuedMilliseconds: 100, runningMilliseconds: 1_500 });
          const one: Case = {
            vendor,
            sandbox,
            run: (typed = {}) => platform.run(vendor, typed, sandbox),
            plan: (how) => sandbox.control.planRun({ ...vendor.plan, ...how }),
            fault: (fault, times = 1) => sandbox.faults.add({ match: vendor.status, times, fault }),
            started: () => vendor.started(sandbox),
          };
          try {
            await scenario(one);
            expect([vendor.name, one.started().length, sandbox.faults.waiting]).toEqual([vendor.name, expected, 0]);
          } catch (error) {
            throw new Error(`${vendor.name}: ${error instanceof Error ? error.message : String(error)}`, {
              cause: error,
            });
          } finally {
            await sandbox.stop();
          }
        }),
      );
    };
  const succeeds = async ({ run, started }: Case): Promise<void> => {
    expect(await run()).toMatchObject({ run: { id: started()[0], status: 'succeeded', finished: true } });
  };
  const withFault = (fault: Fault, times?: number) =>
    forEvery(async (one) => {
      one.fault(fault, times);
      await succeeds(one);
    });

  test('a successful run is returned once it has finished', forEvery(succeeds));

  test(
    'a failed run reports why',
    forEvery(async ({ vendor, plan, run }) => {
      plan({ failure: { message: 'The source does not answer.' } });
      const { error } = await run();
      expect(error).toContain('failed');
      if (vendor.saysWhy !== false) expect(error).toContain('The source does not answer');
    }),
  );

  test(
    'a failed run names the nested step where the failure began',
    forEvery(async ({ vendor: { child }, sandbox, run, plan }) => {
      // A run that is read before its artifacts are ready names the command of dbt instead of the model.
      sandbox.world.dbt.runs.artifactsMilliseconds = 0;
      if (child) sandbox.control.planRun({ ...child.plan, failure: { message: 'The source does not answer.' } });
      else plan({ failure: {} });
      expect((await run(child?.input)).error).toMatch(child?.message ?? /failed/);
    }),
  );

  test(
    'a run that is cancelled at the vendor is reported as cancelled',
    forEvery(async ({ vendor, sandbox, plan, run, started }) => {
      plan({ runningMilliseconds: 60_000 });
      const running = run();
      while (started().length === 0) await sleep(50);
      vendor.cancel(sandbox, started()[0] ?? '');
      expect((await running).error).toContain('was canceled');
    }),
  );

  test(
    'a run that is queued for a long time is polled until it has finished',
    forEvery(async (one) => {
      one.plan({ queuedMilliseconds: 4_000, runningMilliseconds: 200 });
      await succeeds(one);
    }),
  );

  test(
    'a run is found when the response to its start is lost',
    forEvery(async (one) => {
      one.sandbox.faults.add({ match: { method: 'POST', path: one.vendor.start }, fault: { kind: 'lost-answer' } });
      await succeeds(one);
    }),
  );

  test(
    'a start is not repeated after a 503 response',
    forEvery(async ({ vendor, sandbox, run, started }) => {
      sandbox.faults.add({ match: { method: 'POST', path: vendor.start }, fault: { kind: 'status', status: 503 } });
      const { error } = await run();
      if (error === undefined) return;
      expect(error).toContain('before you run this step again');
      expect(started()).toHaveLength(0);
      await run();
    }),
  );

  test(
    'the status is polled again after a 429 response and Retry-After',
    withFault({ kind: 'status', status: 429, headers: { 'retry-after': '1' } }),
  );
  test('the status is polled again after a 500 response', withFault({ kind: 'status', status: 500 }));
  test('the status is polled again after a truncated response', withFault({ kind: 'cut', afterBytes: 20 }));
  test('an expired login is renewed', withFault({ kind: 'expire-tokens' }));

  test(
    'an unknown status counts as active',
    forEvery(async (one) => {
      const running = succeedsLater(one);
      while (one.started().length === 0) await sleep(20);
      one.fault({ kind: 'status', status: 200, body: one.vendor.unknownStatus(one.started()[0] ?? '') });
      await running;
    }),
  );
  const succeedsLater = async ({ plan, run }: Case): Promise<void> => {
    plan({ runningMilliseconds: 3_000 });
    expect(await run()).toMatchObject({ run: { status: 'succeeded' } });
  };

  test(
    'a retried step returns the existing run',
    forEvery(async ({ vendor, sandbox, fault }) => {
      fault({ kind: 'status', status: vendor.finalStatus ?? 400, body: { message: 'No.' } });
      expect(await platform.repeat(vendor, sandbox)).toMatchObject({ run: { status: 'succeeded' } });
    }),
  );

  test(
    'an active run is reused with Reuse Active Run',
    forEvery(async ({ vendor, sandbox, plan, run }) => {
      plan({ runningMilliseconds: 600_000 });
      const { run: first } = await run({ wait: false });
      const before = sandbox.requests.count(vendor.status);
      const second = run({ reuseActiveRun: true, onFailure: 'continue' });
      // A finished run is not reused; this run finishes only when the second step polls it.
      while (sandbox.requests.count(vendor.status) === before) await sleep(20);
      vendor.cancel(sandbox, String(first?.['id']));
      expect(await second).toMatchObject({ run: { id: first?.['id'], status: 'cancelled' } });
    }),
  );

  test(
    'a step that a user stops keeps the run running, or cancels it if the vendor can',
    forEvery(async ({ vendor, sandbox, plan, run, started }) => {
      if (!platform.stop) return void (await run());
      plan({ runningMilliseconds: 60_000 });
      const isPolled = () => started().length > 0 && sandbox.requests.list(vendor.status).length > 0;
      const typed = vendor.canCancel ? { onTimeout: 'cancel' } : {};
      const { error } = await platform.stop(vendor, typed, sandbox, isPolled);
      expect(error).toBeDefined();
      const isCancelled = () => vendor.isCancelled(sandbox, started()[0] ?? '');
      while (vendor.canCancel && !isCancelled()) await sleep(20);
      expect(isCancelled()).toBe(vendor.canCancel);
    }),
  );
}
