import type { VendorActivityRun } from './pipeline-run.ts';

const attemptOf = ({ retryAttempt }: VendorActivityRun): number => retryAttempt ?? 0;

const time = (text: string | undefined): number => Date.parse(text ?? '');

/**
 * Activity runs without the attempts that a retry followed: of an activity with a retry policy the service lists each attempt,
 * and only the last one counts. Iterations of a loop have the same name, too, and all of them count.
 */
export function lastAttempts(activities: readonly VendorActivityRun[]): VendorActivityRun[] {
  const superseded = new Set<VendorActivityRun>();
  const retries = activities.filter((activity) => attemptOf(activity) > 0).sort((a, b) => attemptOf(a) - attemptOf(b));
  for (const retry of retries) {
    const earlier = activities.filter(
      (other) =>
        other !== retry &&
        !superseded.has(other) &&
        other.activityName === retry.activityName &&
        other.iterationHash === retry.iterationHash &&
        attemptOf(other) < attemptOf(retry) &&
        other.status !== 'Succeeded' &&
        !(time(other.activityRunEnd) > time(retry.activityRunStart)),
    );
    // Of iterations that cannot be told apart, the attempt that ended last before this one is the one that was retried.
    const [before] = earlier.sort(
      (a, b) => attemptOf(b) - attemptOf(a) || (time(b.activityRunEnd) || 0) - (time(a.activityRunEnd) || 0),
    );
    if (before) superseded.add(before);
  }
  return activities.filter((activity) => !superseded.has(activity));
}
