import * as v from 'valibot';
import { boolean, json, option, text, values } from '../operations/fields.ts';

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

/** A run as an operation gives it back. */
export interface RunReport extends Run {
  /** False while it goes on, or when waiting ended before it did. */
  finished: boolean;
  succeeded: boolean;
  /** Name and message of the first step that failed. */
  failedStep?: string;
  failedMessage?: string;
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

/** Adds to a run what a person asks first: is it over, did it work, which step failed and why. */
export function reportRun(run: Run): RunReport {
  const failed = run.steps.find((step) => step.status === 'failed' || step.status === 'timed-out');
  const failedMessage = failed?.message ?? (run.status === 'failed' ? run.message : undefined);
  return {
    ...run,
    finished: isFinished(run.status),
    succeeded: run.status === 'succeeded',
    ...(failed ? { failedStep: failed.name } : {}),
    ...(failedMessage ? { failedMessage } : {}),
  };
}

const statuses = [
  { value: 'queued', label: 'Queued' },
  { value: 'running', label: 'Running' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'timed-out', label: 'Timed Out' },
  { value: 'unknown', label: 'Unknown' },
] as const;

/** Output fields of every operation that gives a run back. */
export const runFields = {
  id: text({ label: 'Run ID' }),
  service: text({ label: 'Service' }),
  name: text({ label: 'Name' }),
  status: option(statuses, { label: 'Status' }),
  vendorStatus: text({ label: 'Status in the Words of the Service' }),
  finished: boolean({ label: 'Finished' }),
  succeeded: boolean({ label: 'Succeeded' }),
  startedAt: v.optional(text({ label: 'Started At' })),
  finishedAt: v.optional(text({ label: 'Finished At' })),
  durationSeconds: v.optional(v.pipe(v.number(), v.metadata({ label: 'Duration in Seconds', kind: 'integer' }))),
  url: v.optional(text({ label: 'Page of the Run' })),
  parameters: values({ label: 'Parameters' }),
  message: v.optional(text({ label: 'Message' })),
  failedStep: v.optional(text({ label: 'Failed Step' })),
  failedMessage: v.optional(text({ label: 'Message of the Failed Step' })),
  steps: json({ label: 'Steps' }),
  details: v.optional(values({ label: 'Details' })),
};

/** An output of a run's operation, as `runFields` describe it. */
export type RunOutput = { [K in keyof RunReport]: RunReport[K] };

/** A run of which no more is known than that it is there; where it stands is to be looked up. */
export function pointedToRun(run: Pick<Run, 'id' | 'service' | 'name'> & Partial<Run>): RunReport {
  return reportRun({ status: 'unknown', vendorStatus: '', parameters: {}, steps: [], ...run });
}

/** A moment as the vendors give it, made ISO 8601 in UTC; undefined when there is none or it is no date. */
export function readMoment(value: string | number | null | undefined): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const time = typeof value === 'number' ? value : Date.parse(value.replace(/^(\d{4}-\d\d-\d\d) /, '$1T').replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

