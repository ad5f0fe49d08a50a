import * as v from 'valibot';
import type { Host } from '../../host/host.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { displayField, displayText, filledText, type Parsed } from '../../http/response-schema.ts';
import { parseUtcTimestamp, readStatus, type Run, type StatusMap, type Step } from '../../runs/run.ts';
import { workspacePath } from './api.ts';
import type { Item } from './items.ts';

const activityRunShape = v.object({
  activityName: filledText,
  activityType: displayText,
  status: filledText,
  activityRunStart: displayText,
  activityRunEnd: displayText,
  durationInMs: displayField(v.number()),
  /** Number of the retry; null for the first attempt. */
  retryAttempt: displayField(v.number()),
  /** Distinguishes the iterations of a loop. */
  iterationHash: displayText,
  error: displayField(v.object({ errorCode: displayText, message: displayText })),
  output: v.optional(v.unknown()),
});

type VendorActivityRun = Parsed<typeof activityRunShape>;

/** The documented response is a list; the same query in Data Factory returns it in `value`. */
const activityRunsShape = v.union([
  v.array(activityRunShape),
  v.pipe(
    v.object({ value: v.array(activityRunShape) }),
    v.transform(({ value }) => value),
  ),
]);

const statuses: StatusMap = {
  Queued: 'queued',
  InProgress: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  TimedOut: 'timed-out',
  Skipped: 'cancelled',
};

/** The last attempt of each activity; each iteration of a loop counts. */
function lastAttempts(activities: readonly VendorActivityRun[]): VendorActivityRun[] {
  const isRetried = (one: VendorActivityRun): boolean =>
    activities.some(
      (other) =>
        other.activityName === one.activityName &&
        other.iterationHash === one.iterationHash &&
        (other.retryAttempt ?? 0) > (one.retryAttempt ?? 0),
    );
  return activities.filter((one) => !isRetried(one));
}

function readActivityRun(activity: VendorActivityRun): Step {
  const { activityType: type, durationInMs, error, output } = activity;
  return {
    name: activity.activityName,
    status: readStatus(statuses, activity.status),
    ...withoutUndefined({
      type,
      startedAt: parseUtcTimestamp(activity.activityRunStart),
      finishedAt: parseUtcTimestamp(activity.activityRunEnd),
      durationSeconds: durationInMs ? durationInMs / 1000 : undefined,
      code: error?.errorCode || undefined,
      message: error?.message || undefined,
      output,
    }),
  };
}

/**
 * Reads the activities of a pipeline run, oldest first.
 * @see https://learn.microsoft.com/fabric/data-factory/pipeline-rest-api-capabilities
 */
export async function readActivityRuns(item: Item, run: Run, host: Host): Promise<Step[]> {
  const path = workspacePath(item.workspace, 'datapipelines', 'pipelineruns', run.id, 'queryactivityruns');
  const since = Date.parse(run.startedAt ?? '') || host.now();
  const day = 24 * 3_600_000;
  const json = {
    filters: [],
    orderBy: [{ orderBy: 'ActivityRunStart', order: 'DESC' }],
    lastUpdatedAfter: new Date(since - day).toISOString(),
    lastUpdatedBefore: new Date(host.now() + day).toISOString(),
  };
  const activities = await item.api.json('POST', path, activityRunsShape, { json, effect: 'safe' });
  return lastAttempts(activities)
    .map(readActivityRun)
    .sort((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''));
}
