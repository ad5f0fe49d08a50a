/** Statuses of a run, the same for every service, with their labels. */
export const runStatuses = [
  { value: 'queued', label: 'Queued' },
  { value: 'running', label: 'Running' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Canceled' },
  { value: 'timed-out', label: 'Timed Out' },
  { value: 'unknown', label: 'Unknown' },
] as const;

/** The status of a run or step. */
export type RunStatus = (typeof runStatuses)[number]['value'];

/** One step of a run: an activity, a task, a query. */
export interface Step {
  name: string;
  /** The vendor's step type: `Copy`, `DatabricksNotebook`. */
  type?: string;
  status: RunStatus;
  startedAt?: string;
  finishedAt?: string;
  durationSeconds?: number;
  /** The vendor's error code and message. */
  code?: string;
  message?: string;
  /** Whether the step failed but the run continued on a failure path, so that the step did not cause the run to fail. */
  handled?: boolean;
  /** The vendor's output of the step, unchanged. */
  output?: unknown;
}

/** One run of a pipeline, job, report or application. */
export interface Run {
  id: string;
  /** Display name of the service. */
  service: string;
  /** Name or ID of the pipeline, job or report. */
  name: string;
  status: RunStatus;
  /** The vendor's own status. */
  vendorStatus: string;
  startedAt?: string;
  finishedAt?: string;
  durationSeconds?: number;
  /** The vendor's web page of the run. */
  url?: string;
  parameters: Record<string, unknown>;
  /** The vendor's message about the outcome. */
  message?: string;
  steps: Step[];
  /** Vendor-specific data, such as the outputs of an execution. */
  details?: Record<string, unknown>;
  /** True if the run already existed when a step would have started it. */
  reused?: boolean;
  /** How the vendor's answers were read, if the user describes them; without secrets. */
  readAs?: string;
}

const finalStatuses: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled', 'timed-out'];

/** Whether a status is final; an unknown status counts as active. */
export function isFinished(status: RunStatus): boolean {
  return finalStatuses.includes(status);
}

/** Maps a service's statuses, case-insensitive, to ours. */
export type StatusMap = Record<string, RunStatus>;

/** Our status for a vendor status; `unknown` if it is not in the map. Accepts both spellings: canceled and cancelled. */
export function readStatus(map: StatusMap, vendorStatus: string | undefined): RunStatus {
  const wanted = (vendorStatus ?? '').toLowerCase();
  if (wanted === 'cancelled' || wanted === 'canceled') return 'cancelled';
  return Object.entries(map).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? 'unknown';
}

/** Seconds between two timestamps; undefined unless both are known. */
export function secondsBetween(start: string | undefined, end: string | undefined): number | undefined {
  if (!start || !end) return undefined;
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1000) / 1000) : undefined;
}

/** Converts a vendor timestamp to ISO 8601 in UTC; undefined if it is missing or invalid. */
export function parseTimestamp(value: string | number | null | undefined): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const time =
    typeof value === 'number'
      ? value
      : Date.parse(value.replace(/^(\d{4}-\d\d-\d\d) /, '$1T').replace(/(\.\d{3})\d+/, '$1'));
  // Out-of-range numbers, such as nanoseconds instead of milliseconds, make an invalid date.
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Like `parseTimestamp`, for vendors whose timestamps are in UTC but may lack the time zone. */
export function parseUtcTimestamp(value: string | undefined): string | undefined {
  return parseTimestamp(value && /[T ][\d:.]+$/.test(value) ? `${value}Z` : value);
}
