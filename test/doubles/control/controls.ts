import type { SandboxContext } from '../server/context.ts';
import type { DeliveryRecord } from '../server/deliver.ts';
import type { RunningDouble } from '../server/double.ts';
import type { Faults } from '../server/faults.ts';
import type { RequestLog } from '../server/request-log.ts';
import type { NextRun, RunPlan } from '../server/run-plans.ts';
import type { LoggedRuns, VendorControls, VendorLog } from '../world.ts';

/** Everything that happened in the sandbox. */
export type SandboxLog = {
  /** Number of requests by vendor and route. */
  requests: ReturnType<RequestLog['byVendor']>;
  requestList: ReturnType<RequestLog['list']>;
  runs: LoggedRuns;
  deliveries: DeliveryRecord[];
} & VendorLog;

function createSharedControls(
  context: SandboxContext,
  running: readonly RunningDouble[],
  faults: Faults,
  requests: RequestLog,
) {
  return {
    /** Sets how long runs without a plan take. */
    setDurations: (durations: Partial<Omit<RunPlan, 'failure'>>): void => context.plans.setDurations(durations),

    /** Plans the next run of a pipeline, job, report or Spark batch: how long it takes and where it fails. */
    planRun: (next: NextRun): void => context.plans.add(next),

    /** Expires every issued token; the vendors then respond with this status. */
    expireTokens: (status: 401 | 403 = 401): void => context.tokens.expireAll(status),

    /** Everything that happened. */
    log(): SandboxLog {
      const log: object = Object.assign({}, ...running.map((double) => double.log?.() ?? {}));
      return {
        ...log,
        requests: requests.byVendor(),
        requestList: requests.list(),
        runs: Object.assign({}, ...running.map((double) => double.runs?.() ?? {})),
        deliveries: running.flatMap((double) => double.deliveries?.() ?? []).sort((a, b) => a.at.localeCompare(b.at)),
      } as SandboxLog;
    },

    /** Deletes faults, plans, receivers, requests, messages, files and deliveries. Runs and datasets stay. */
    reset(): void {
      faults.clear();
      context.plans.clear();
      requests.clear();
      for (const double of running) double.clear?.();
    },
  };
}

/** The functions that change a running sandbox other than through the vendors' APIs. */
export type Controls = ReturnType<typeof createSharedControls> & VendorControls;

/** The controls of all doubles; `/_sandbox` offers the same over HTTP. */
export function createControls(
  context: SandboxContext,
  running: readonly RunningDouble[],
  faults: Faults,
  requests: RequestLog,
): Controls {
  const vendorControls = Object.assign({}, ...running.map(({ controls }) => controls)) as VendorControls;
  return { ...createSharedControls(context, running, faults, requests), ...vendorControls };
}
