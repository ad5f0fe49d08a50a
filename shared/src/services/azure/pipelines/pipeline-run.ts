import * as v from 'valibot';
import {
  filledText,
  given,
  idShape,
  runIdShape,
  shown,
  shownText,
  valuesShape,
  type Answered,
} from '../../../http/answer-shape.ts';
import type { Run, StatusMap, Step } from '../../../runs/run.ts';
import { parseTimestamp, readStatus, secondsBetween } from '../../../runs/run.ts';
import type { PipelineHomeKind } from './home.ts';

/** What the answer to createRun looks like. */
export const createdShape = v.object({ runId: runIdShape });

/** What an answer with a pipeline run looks like; values of parameters are text, lists come as JSON text. */
export const pipelineRunShape = v.object({
  runId: idShape,
  pipelineName: given(v.string()),
  status: filledText,
  message: shownText,
  parameters: given(valuesShape),
  runStart: given(v.string()),
  runEnd: given(v.string()),
  durationInMs: shown(v.number()),
  invokedBy: shown(v.object({ invokedByType: shownText })),
});

/** Whether a call of the interface may have started a run: not a trigger, nor another pipeline. */
export const isStartedByCall = ({ invokedBy }: VendorPipelineRun): boolean =>
  (invokedBy?.invokedByType ?? 'Manual') === 'Manual';

/** A pipeline run as Data Factory and Synapse give it. */
export type VendorPipelineRun = Answered<typeof pipelineRunShape>;

/** What an answer with an activity run looks like. */
export const activityRunShape = v.object({
  activityName: filledText,
  activityType: shownText,
  status: filledText,
  activityRunStart: given(v.string()),
  activityRunEnd: given(v.string()),
  durationInMs: shown(v.number()),
  /** The number of the retry; null for the first attempt. */
  retryAttempt: shown(v.number()),
  /** Tells the iterations of a loop from each other. */
  iterationHash: shownText,
  error: shown(
    v.object({ errorCode: shown(v.union([v.string(), v.pipe(v.number(), v.transform(String))])), message: shownText }),
  ),
  output: v.optional(v.unknown()),
});

/** An activity run as Data Factory and Synapse give it. */
export type VendorActivityRun = Answered<typeof activityRunShape>;

/** What both services call the status of a run or an activity: Canceling is not yet an end. */
const words: StatusMap = {
  Queued: 'queued',
  InProgress: 'running',
  Canceling: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  TimedOut: 'timed-out',
  Skipped: 'cancelled',
};

/** A pipeline that declares this parameter calls the address in it at its end; the address is a secret and never shown. */
export const callbackParameter = 'pipewrightCallbackUrl';

/** The run in our words. */
export function readPipelineRun(service: string, run: VendorPipelineRun, url: string | undefined): Run {
  const startedAt = parseTimestamp(run.runStart);
  const finishedAt = parseTimestamp(run.runEnd);
  const durationSeconds = run.durationInMs ? run.durationInMs / 1000 : secondsBetween(startedAt, finishedAt);
  return {
    id: run.runId,
    service,
    name: run.pipelineName || `run ${run.runId}`,
    status: readStatus(words, run.status),
    vendorStatus: run.status ?? '',
    parameters: shownParameters(run.parameters ?? {}),
    steps: [],
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(run.message ? { message: run.message } : {}),
    ...(url ? { url } : {}),
  };
}

function shownParameters({
  [callbackParameter]: _address,
  ...others
}: Record<string, unknown>): Record<string, unknown> {
  return others;
}

/** What an activity says in the midst of its inner workings: `ErrorCode=…,'Type=…,Message=Login failed.,Source=…`. */
function plainMessage(message: string): string {
  return /Message=([^]+?)(?:,Source=|,'Type=|$)/.exec(message)?.[1]?.trim() ?? message;
}

/** The activity run in our words. */
export function readActivityRun(activity: VendorActivityRun): Step {
  const startedAt = parseTimestamp(activity.activityRunStart);
  const finishedAt = parseTimestamp(activity.activityRunEnd);
  return {
    name: activity.activityName,
    status: readStatus(words, activity.status),
    ...(activity.activityType ? { type: activity.activityType } : {}),
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(activity.durationInMs ? { durationSeconds: activity.durationInMs / 1000 } : {}),
    ...(activity.error?.errorCode ? { code: activity.error.errorCode } : {}),
    ...(activity.error?.message ? { message: plainMessage(activity.error.message) } : {}),
    ...(activity.output === undefined ? {} : { output: activity.output }),
  };
}

/** The window that queries of runs want: from `since` until a little after now. */
export function window(now: number, since: number): { lastUpdatedAfter: string; lastUpdatedBefore: string } {
  return {
    lastUpdatedAfter: new Date(since).toISOString(),
    lastUpdatedBefore: new Date(now + 5 * 60_000).toISOString(),
  };
}

/** A run that was just started and that the service has not shown yet. */
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
    ...(url ? { url } : {}),
  };
}

/** A realistic run, for forms and documentation. */
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
