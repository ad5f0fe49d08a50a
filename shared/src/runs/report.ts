import * as v from 'valibot';
import { redact } from '../host/redact.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { boolean, json, option, text, values } from '../define/fields.ts';
import { explain, firstFailure } from './explain.ts';
import type { KnownCause } from './known-causes.ts';
import { isFinished, runStatuses, type Run } from './run.ts';

/** A run as operations output it. */
export interface RunReport extends Run {
  /** False if the wait ended before the run did. */
  finished: boolean;
  /** Absent until the run has finished. */
  succeeded?: boolean;
  /** Name and message of the step where the failure began. */
  failedStep?: string;
  failedMessage?: string;
  /** For a run that did not succeed: what happened, why, and what to do. */
  explanation?: string;
  /** The explanation in Markdown. */
  explanationMarkdown?: string;
}

/** Only http(s) links are safe to open; others may contain code. */
const isWebUrl = (url: string): boolean => /^https?:\/\//i.test(url);

/** Redacts the messages of a run. Step outputs are data and stay unchanged. */
function redactRun({ url, message, ...run }: Run): Run {
  return {
    ...run,
    ...withoutUndefined({
      url: url !== undefined && isWebUrl(url) ? url : undefined,
      message: message === undefined ? undefined : redact(message),
    }),
    vendorStatus: redact(run.vendorStatus),
    steps: run.steps.map((step) => (step.message === undefined ? step : { ...step, message: redact(step.message) })),
  };
}

/**
 * Adds to a run whether it has finished and succeeded, and if not, which step failed, why, and what to do.
 * @param causes known failures of the service, checked before the common ones
 */
export function reportRun(vendorRun: Run, causes: readonly KnownCause[] = []): RunReport {
  const run = redactRun(vendorRun);
  // A failure in an active run may still be retried, and one in a run that succeeded was handled.
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

/** Output fields of every operation that returns a run. */
export const runFields = {
  id: text({ label: 'Run ID' }),
  service: text({ label: 'Service' }),
  name: text({ label: 'Name' }),
  status: option(runStatuses, { label: 'Status' }),
  vendorStatus: text({ label: 'Service Status' }),
  finished: boolean({ label: 'Finished' }),
  succeeded: v.optional(boolean({ label: 'Succeeded', help: 'Empty until the run has finished.' })),
  startedAt: v.optional(text({ label: 'Started At' })),
  finishedAt: v.optional(text({ label: 'Finished At' })),
  durationSeconds: v.optional(
    v.pipe(v.number(), v.metadata({ label: 'Duration (Seconds)', kind: 'integer', fractional: true })),
  ),
  url: v.optional(text({ label: 'Run URL' })),
  parameters: values({ label: 'Parameters' }),
  message: v.optional(text({ label: 'Message' })),
  failedStep: v.optional(text({ label: 'Failed Step' })),
  failedMessage: v.optional(text({ label: 'Failed Step Message' })),
  explanation: v.optional(text({ label: 'Explanation' })),
  explanationMarkdown: v.optional(text({ label: 'Explanation (Markdown)' })),
  steps: json({ label: 'Steps' }),
  details: v.optional(values({ label: 'Details' })),
  reused: v.optional(
    boolean({ label: 'Reused', help: 'True if the run already existed; empty if this step started it.' }),
  ),
};

/** The outputs of a run that a simplified output keeps: what following steps, such as Post Run Card, use. */
export const simpleRun: readonly (keyof typeof runFields)[] = [
  'id',
  'service',
  'name',
  'status',
  'finished',
  'succeeded',
  'startedAt',
  'finishedAt',
  'durationSeconds',
  'url',
  'explanation',
  'steps',
  'reused',
];

/** A run known only by its ID; its status is `unknown` until it is read. */
export function runReference(run: Pick<Run, 'id' | 'service' | 'name'> & Partial<Run>): RunReport {
  return reportRun({ status: 'unknown', vendorStatus: '', parameters: {}, steps: [], ...run });
}
