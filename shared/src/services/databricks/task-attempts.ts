import type { RunStatus } from '../../runs/run.ts';
import type { VendorTaskRun } from './run-shapes.ts';

function isLater(a: VendorTaskRun, b: VendorTaskRun): boolean {
  const difference = (a.attempt_number ?? 0) - (b.attempt_number ?? 0);
  return difference > 0 || (difference === 0 && (a.start_time ?? 0) >= (b.start_time ?? 0));
}

/** The last attempt of each task, in order; retries and repairs supersede earlier attempts. */
export function lastAttempts(tasks: readonly VendorTaskRun[]): VendorTaskRun[] {
  const last = new Map<string, VendorTaskRun>();
  for (const task of tasks) {
    const key = task.task_key ?? task.run_id;
    const known = last.get(key);
    if (!known || isLater(task, known)) last.set(key, task);
  }
  return [...last.values()];
}

/** `run_if` conditions that let a task run after a failed dependency. */
const runIfAfterFailure: readonly string[] = ['ALL_DONE', 'AT_LEAST_ONE_FAILED', 'ALL_FAILED', 'AT_LEAST_ONE_SUCCESS'];

/**
 * Failed tasks after which another task succeeded, so they did not cause the run to fail. Empty if that applies to all failed
 * tasks, because the cause is then unknown.
 */
export function handledFailures(
  tasks: readonly VendorTaskRun[],
  statusOf: (task: VendorTaskRun) => RunStatus,
): Set<VendorTaskRun> {
  const failed = tasks.filter((task) => statusOf(task) === 'failed' || statusOf(task) === 'timed-out');
  const handled = failed.filter(({ task_key: key }) =>
    tasks.some(
      (task) =>
        runIfAfterFailure.includes(task.run_if ?? '') &&
        statusOf(task) === 'succeeded' &&
        (task.depends_on ?? []).some((dependency) => dependency.task_key === key),
    ),
  );
  return new Set(handled.length < failed.length ? handled : []);
}
