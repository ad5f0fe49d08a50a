import * as v from 'valibot';
import {
  filledText,
  optionalField,
  idShape,
  runIdShape,
  displayField,
  displayText,
  valuesShape,
  type Parsed,
} from '../../../http/response-schema.ts';
import { withoutUndefined } from '../../../host/without-undefined.ts';
import type { Run, StatusMap, Step } from '../../../runs/run.ts';
import { parseTimestamp, readStatus, secondsBetween } from '../../../runs/run.ts';
import type { PipelineHomeKind } from './home.ts';

/** Response of createRun. */
export const createdShape = v.object({ runId: runIdShape });

/** Response with a pipeline run. Parameter values are text; lists are JSON text. */
export const pipelineRunShape = v.object({
  runId: idShape,
  pipelineName: optionalField(v.string()),
  status: filledText,
  message: displayText,
  parameters: optionalField(valuesShape),
  runStart: optionalField(v.string()),
  runEnd: optionalField(v.string()),
  durationInMs: displayField(v.number()),
  invokedBy: displayField(v.object({ invokedByType: displayText })),
});

/** Whether an API call may have started a run, as opposed to a trigger or another pipeline. */
export const isStartedByCall = ({ invokedBy }: VendorPipelineRun): boolean =>
  (invokedBy?.invokedByType ?? 'Manual') === 'Manual';

/** A pipeline run in an API response. */
export type VendorPipelineRun = Parsed<typeof pipelineRunShape>;

/** Response with an activity run. */
export const activityRunShape = v.object({
  activityName: filledText,
  activityType: displayText,
  status: filledText,
  activityRunStart: optionalField(v.string()),
  activityRunEnd: optionalField(v.string()),
  durationInMs: displayField(v.number()),
  /** Number of the retry; null for the first attempt. */
  retryAttempt: displayField(v.number()),
  /** Distinguishes the iterations of a loop. */
  iterationHash: displayText,
  error: displayField(
    v.object({
      errorCode: displayField(v.union([v.string(), v.pipe(v.number(), v.transform(String))])),
      message: displayText,
    }),
  ),
  output: v.optional(v.unknown()),
});

/** An activity run in an API response. */
export type VendorActivityRun = Parsed<typeof activityRunShape>;

/** Status values of runs and activities. A run that is Canceling has not finished. */
const statuses: StatusMap = {
  Queued: 'queued',
  InProgress: 'running',
  Canceling: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  TimedOut: 'timed-out',
  Skipped: 'cancelled',
};

/** Parameter with the URL that the pipeline calls when it finishes. The URL is a secret and is never shown. */
export const callbackParameter = 'pipewrightCallbackUrl';

/** Converts a pipeline run. */
export function readPipelineRun(service: string, run: VendorPipelineRun, url: string | undefined): Run {
  const startedAt = parseTimestamp(run.runStart);
  const finishedAt = parseTimestamp(run.runEnd);
  const durationSeconds = run.durationInMs ? run.durationInMs / 1000 : secondsBetween(startedAt, finishedAt);
  return {
    id: run.runId,
    service,
    name: run.pipelineName || `run ${run.runId}`,
    status: readStatus(statuses, run.status),
    vendorStatus: run.status ?? '',
    parameters: shownParameters(run.parameters ?? {}),
    steps: [],
    ...withoutUndefined({ startedAt, finishedAt, durationSeconds, message: run.message || undefined, url }),
  };
}

function shownParameters({
  [callbackParameter]: _callbackUrl,
  ...others
}: Record<string, unknown>): Record<string, unknown> {
  return others;
}

/** Extracts the message from the raw text of an activity error: `ErrorCode=…,'Type=…,Message=Login failed.,Source=…`. */
function plainMessage(message: string): string {
  return /Message=([^]+?)(?:,Source=|,'Type=|$)/.exec(message)?.[1]?.trim() ?? message;
}

/** Converts an activity run to a step. */
export function readActivityRun(activity: VendorActivityRun): Step {
  const startedAt = parseTimestamp(activity.activityRunStart);
  const finishedAt = parseTimestamp(activity.activityRunEnd);
  return {
    name: activity.activityName,
    status: readStatus(statuses, activity.status),
    ...withoutUndefined({
      type: activity.activityType || undefined,
      startedAt,
      finishedAt,
      durationSeconds: activity.durationInMs ? activity.durationInMs / 1000 : undefined,
      code: activity.error?.errorCode || undefined,
      message: activity.error?.message ? plainMessage(activity.error.message) : undefined,
      output: activity.output,
    }),
  };
}

/** Time range for run queries: from `since` to shortly after now. */
export function window(now: number, since: number): { lastUpdatedAfter: string; lastUpdatedBefore: string } {
  return {
    lastUpdatedAfter: new Date(since).toISOString(),
    lastUpdatedBefore: new Date(now + 5 * 60_000).toISOString(),
  };
}

/** A run that was just started and that the service does not list yet. */
export function startedRun(
  service: string,
  id: string,
  name: string,
  parameters: Record<string, unknown>,
  url: string | undefined,
): Run {
  return {
    id,
    service,
    name,
    status: 'queued',
    vendorStatus: 'Queued',
    parameters: { ...parameters },
    steps: [],
    ...withoutUndefined({ url }),
  };
}

/** Sample run for forms and documentation. */
export function samplePipelineRun({ service, studio }: PipelineHomeKind) {
  return {
    id: '2f7fdb90-5df1-4b8e-ac2f-064cfa58202b',
    service,
    name: 'QT_fetch_data',
    status: 'succeeded' as const,
    vendorStatus: 'Succeeded',
    finished: true,
    succeeded: true,
    startedAt: '2026-11-20T08:00:04.000Z',
    finishedAt: '2026-11-20T08:02:32.000Z',
    durationSeconds: 148,
    url: studio.runPage.split('?')[0] ?? '',
    parameters: { DatasetID: 'd-claims' },
    steps: [{ name: 'Copy dataset', type: 'Copy', status: 'succeeded', durationSeconds: 131 }],
  };
}
