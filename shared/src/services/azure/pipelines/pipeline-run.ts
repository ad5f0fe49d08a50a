import type { Run, StatusWords, Step } from '../../../runs/run.ts';
import { readMoment, readStatus, secondsBetween } from '../../../runs/run.ts';
import type { PipelineHomeKind } from './home.ts';

/** A pipeline run as Data Factory and Synapse give it. */
export interface VendorPipelineRun {
  runId: string;
  pipelineName?: string;
  status?: string;
  message?: string;
  /** Values are text; lists come as JSON text. */
  parameters?: Record<string, string>;
  runStart?: string | null;
  runEnd?: string | null;
  durationInMs?: number | null;
  lastUpdated?: string;
  invokedBy?: { name?: string };
}

/** An activity run as Data Factory and Synapse give it. */
export interface VendorActivityRun {
  activityName: string;
  activityType?: string;
  status?: string;
  activityRunStart?: string | null;
  activityRunEnd?: string | null;
  durationInMs?: number | null;
  error?: { errorCode?: string; message?: string };
  output?: unknown;
}

/** A page of runs; more is asked for by sending the token back in the body. */
export interface QueryPage<T> {
  value: T[];
  continuationToken?: string;
}

/** What both services call the status of a run or an activity: Canceling is not yet an end. */
const words: StatusWords = {
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
  const startedAt = readMoment(run.runStart);
  const finishedAt = readMoment(run.runEnd);
  const durationSeconds = run.durationInMs ? run.durationInMs / 1000 : secondsBetween(startedAt, finishedAt);
  return {
    id: run.runId,
    service,
    name: run.pipelineName ?? '',
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

function shownParameters({ [callbackParameter]: _address, ...others }: Record<string, unknown>): Record<string, unknown> {
  return others;
}

/** What an activity says in the midst of its inner workings: `ErrorCode=…,'Type=…,Message=Login failed.,Source=…`. */
function plainMessage(message: string): string {
  return /Message=([^]+?)(?:,Source=|,'Type=|$)/.exec(message)?.[1]?.trim() ?? message;
}

/** The activity run in our words. */
export function readActivityRun(activity: VendorActivityRun): Step {
  const startedAt = readMoment(activity.activityRunStart);
  const finishedAt = readMoment(activity.activityRunEnd);
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
