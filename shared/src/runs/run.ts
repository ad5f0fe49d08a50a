/** Where a run stands, the same words for every service. */
export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'timed-out' | 'unknown';

/** One step of a run: an activity, a task, a query. */
export interface Step {
  name: string;
  /** The vendor's kind of step: `Copy`, `DatabricksNotebook`. */
  type?: string;
  status: RunStatus;
  startedAt?: string;
  finishedAt?: string;
  durationSeconds?: number;
  /** The vendor's code and message when it failed. */
  code?: string;
  message?: string;
  /** Whether it failed, but the run continued by a path for failures, so that it is not why the run failed. */
  handled?: boolean;
  /** What the step gave back, as the vendor gives it. */
  output?: unknown;
}

/** One run of a pipeline, job, report or application. */
export interface Run {
  id: string;
  /** Display name of the service. */
  service: string;
  /** What was run: the name or id of the pipeline, job or report. */
  name: string;
  status: RunStatus;
  /** The vendor's own word for the status. */
  vendorStatus: string;
  startedAt?: string;
  finishedAt?: string;
  durationSeconds?: number;
  /** The vendor's page of the run. */
  url?: string;
  parameters: Record<string, unknown>;
  /** What the vendor says about the end. */
  message?: string;
  steps: Step[];
  /** More that only this vendor has, such as the outputs of an execution. */
  details?: Record<string, unknown>;
}

const ended: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled', 'timed-out'];

/** Whether a status is an end; a word that is not known is taken as going on. */
export function isFinished(status: RunStatus): boolean {
  return ended.includes(status);
}

/** A status table of a service: the vendor's words, in any case, to ours. */
export type StatusWords = Record<string, RunStatus>;

/** Our status for a vendor's word; `unknown` for one that is not in the table. Both spellings of cancelled count. */
export function readStatus(words: StatusWords, word: string | undefined): RunStatus {
  const wanted = (word ?? '').toLowerCase();
  if (wanted === 'cancelled' || wanted === 'canceled') return 'cancelled';
  return Object.entries(words).find(([known]) => known.toLowerCase() === wanted)?.[1] ?? 'unknown';
}

/** Seconds between two moments; undefined unless both are known. */
export function secondsBetween(start: string | undefined, end: string | undefined): number | undefined {
  if (!start || !end) return undefined;
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1000) / 1000) : undefined;
}

/** A moment as the vendors give it, made ISO 8601 in UTC; undefined when there is none or it is no date. */
export function parseTimestamp(value: string | number | null | undefined): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const time =
    typeof value === 'number'
      ? value
      : Date.parse(value.replace(/^(\d{4}-\d\d-\d\d) /, '$1T').replace(/(\.\d{3})\d+/, '$1'));
  // A number may be beyond every date, such as nanoseconds where milliseconds are expected.
  const moment = new Date(time);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
