import { PipewrightError } from '../host/error.ts';
import { describeFailure, summarizeFailure } from './explain.ts';
import type { KnownCause } from './known-causes.ts';
import type { Run } from './run.ts';

/** The error for a run that finished without success: what failed, why, and what to do. Undefined for any other run. */
export function runFailure(run: Run, causes?: readonly KnownCause[]): PipewrightError | undefined {
  const failure = summarizeFailure(run, causes);
  if (!failure) return undefined;
  // No period after the URL, so that it can be copied or clicked.
  const link = run.url ? `Details: ${run.url}` : `Look up run ${run.id} in ${run.service}.`;
  return new PipewrightError({
    code: 'run-failed',
    service: run.service,
    message: describeFailure(run, failure),
    hint: `${failure.advice} ${link}`,
  });
}
