import { PipewrightError } from '../host/error.ts';
import { escapeMarkdown } from './explain.ts';
import type { Run } from './run.ts';

/** A run that did not finish while a step waited for it. */
export interface TimedOutWait {
  /** The run as last read, with all of its outputs. */
  run: Pick<Run, 'id' | 'service'> & Record<string, unknown>;
  /** What is run, for the message: `pipeline Load`. */
  what: string;
  minutes: number;
  /** What is known about the run at the timeout, in whole sentences. */
  outcome: string;
}

/**
 * The error `timed-out` of a wait, with the run as `output`. The timeout ends the wait, not the run, and nobody reads the status any
 * more: it is `unknown`, whether the step polled the run or was parked. `vendorStatus` is the last one that the service returned.
 */
export function timedOut({ run, what, minutes, outcome }: TimedOutWait): PipewrightError {
  const message = `Run ${run.id} of ${what} did not finish within ${minutes} minutes.`;
  const hint = `${outcome} Increase Timeout (Minutes), or get the run later by its ID.`;
  const explanation = `${message} ${hint}`;
  return new PipewrightError({
    code: 'timed-out',
    service: run.service,
    message,
    hint,
    output: { ...run, status: 'unknown', explanation, explanationMarkdown: escapeMarkdown(explanation) },
  });
}
