import type { RunStatus } from '../../runs/run.ts';
import type { VendorTaskRun } from './run-shapes.ts';

const isLater = (one: VendorTaskRun, other: VendorTaskRun): boolean =>
  (one.attempt_number ?? 0) - (other.attempt_number ?? 0) > 0 ||
  ((one.attempt_number ?? 0) === (other.attempt_number ?? 0) && (one.start_time ?? 0) >= (other.start_time ?? 0));

/** The tasks without the attempts that a retry or a repair followed, in their order: only the last attempt counts. */
export function lastAttempts(tasks: readonly VendorTaskRun[]): VendorTaskRun[] {
  const last = new Map<string, VendorTaskRun>();
  for (const task of tasks) {
    const key = task.task_key ?? task.run_id;
    const known = last.get(key);
    if (!known || isLater(task, known)) last.set(key, task);
  }
  return [...last.values()];
}

/** Conditions with which a task runs although one before it failed. */
const afterFailure: readonly string[] = ['ALL_DONE', 'AT_LEAST_ONE_FAILED', 'ALL_FAILED', 'AT_LEAST_ONE_SUCCESS'];

/** Failed tasks after which another task ran and succeeded, so that they did not make the run fail; none if that holds for all. */
export function handledFailures(
  tasks: readonly VendorTaskRun[],
  statusOf: (task: VendorTaskRun) => RunStatus,
): Set<VendorTaskRun> {
  const failed = tasks.filter((task) => statusOf(task) === 'failed' || statusOf(task) === 'timed-out');
  const handled = failed.filter(({ task_key: key }) =>
    tasks.some(
      (task) =>
        afterFailure.includes(task.run_if ?? '') &&
        statusOf(task) === 'succeeded' &&
        (task.depends_on ?? []).some((before) => before.task_key === key),
    ),
  );
  return new Set(handled.length < failed.length ? handled : []);
}
