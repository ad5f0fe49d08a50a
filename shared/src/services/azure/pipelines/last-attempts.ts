import type { VendorActivityRun } from './pipeline-run.ts';

const attemptOf = ({ retryAttempt }: VendorActivityRun): number => retryAttempt ?? 0;

const time = (text: string | undefined): number => Date.parse(text ?? '');

/**
 * Drops attempts that were followed by a retry: the service lists every attempt of an activity, and only the last one counts.
 * Iterations of a loop also share a name, but all of them count.
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
    // If iterations cannot be distinguished, assume that this attempt retries the one that ended last before it.
    const [before] = earlier.sort(
      (a, b) => attemptOf(b) - attemptOf(a) || (time(b.activityRunEnd) || 0) - (time(a.activityRunEnd) || 0),
    );
    if (before) superseded.add(before);
  }
  return activities.filter((activity) => !superseded.has(activity));
}
