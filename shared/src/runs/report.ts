import * as v from 'valibot';
import { redact } from '../host/redact.ts';
import { boolean, json, option, text, values } from '../define/fields.ts';
import { explain, firstFailure } from './explain.ts';
import type { KnownCause } from './known-causes.ts';
import { isFinished, type Run } from './run.ts';

/** A run as an operation gives it back. */
export interface RunReport extends Run {
  /** False while it is running, or when waiting ended before it did. */
  finished: boolean;
  /** Absent while the run has not finished. */
  succeeded?: boolean;
  /** Name and message of the step at which the failure began. */
  failedStep?: string;
  failedMessage?: string;
  /** Of a run that ended badly: what happened, why, and what to do, in plain sentences. */
  explanation?: string;
  /** The same in Markdown. */
  explanationMarkdown?: string;
  /** The same as blocks of Slack. */
  explanationBlocks?: object[];
}

/** Whether a page can be opened safely: a link may carry code instead of an address. */
const isPage = (url: string): boolean => /^https?:\/\//i.test(url);

/** A run whose messages hold no secret that `redact` knows by its form. What steps gave back is data and stays as it is. */
function withoutSecretTexts({ url, ...run }: Run): Run {
  const message = run.message === undefined ? {} : { message: redact(run.message) };
  const steps = run.steps.map((step) =>
    step.message === undefined ? step : { ...step, message: redact(step.message) },
  );
  return {
    ...run,
    ...(url !== undefined && isPage(url) ? { url } : {}),
    ...message,
    vendorStatus: redact(run.vendorStatus),
    steps,
  };
}

/**
 * Adds to a run what a person asks first: is it over, did it work, at which step it failed, why, and what to do.
 * @param causes what the service knows of failures, before what is known of all
 */
export function reportRun(told: Run, causes: readonly KnownCause[] = []): RunReport {
  const run = withoutSecretTexts(told);
  // What fails while a run is running may be retried, and what fails in a run that succeeds was handled.
  const finished = isFinished(run.status);
  const failed = finished && run.status !== 'succeeded' ? firstFailure(run) : undefined;
  const failedMessage = failed?.message ?? (run.status === 'failed' ? run.message : undefined);
  return {
    ...run,
    finished,
    ...(finished ? { succeeded: run.status === 'succeeded' } : {}),
    ...(failed ? { failedStep: failed.name } : {}),
    ...(failedMessage ? { failedMessage } : {}),
    ...explain(run, causes),
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
  succeeded: v.optional(boolean({ label: 'Succeeded', help: 'Empty while the run has not finished.' })),
  startedAt: v.optional(text({ label: 'Started At' })),
  finishedAt: v.optional(text({ label: 'Finished At' })),
  durationSeconds: v.optional(v.pipe(v.number(), v.metadata({ label: 'Duration in Seconds', kind: 'integer' }))),
  url: v.optional(text({ label: 'Page of the Run' })),
  parameters: values({ label: 'Parameters' }),
  message: v.optional(text({ label: 'Message' })),
  failedStep: v.optional(text({ label: 'Failed Step' })),
  failedMessage: v.optional(text({ label: 'Message of the Failed Step' })),
  explanation: v.optional(text({ label: 'Explanation' })),
  explanationMarkdown: v.optional(text({ label: 'Explanation in Markdown' })),
  explanationBlocks: v.optional(json({ label: 'Explanation as Slack Blocks' })),
  steps: json({ label: 'Steps' }),
  details: v.optional(values({ label: 'Details' })),
};

/** An output of a run's operation, as `runFields` describe it. */
export type RunOutput = { [K in keyof RunReport]: RunReport[K] };

/** A run of which no more is known than that it is there; where it stands is to be looked up. */
export function pointedToRun(run: Pick<Run, 'id' | 'service' | 'name'> & Partial<Run>): RunReport {
  return reportRun({ status: 'unknown', vendorStatus: '', parameters: {}, steps: [], ...run });
}
