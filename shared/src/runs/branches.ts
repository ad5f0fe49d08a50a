import { PipewrightError } from '../host/error.ts';
import type { RunReport } from './report.ts';

/** The part of a run that decides its branch. */
type Outcome = Pick<RunReport, 'id' | 'service' | 'name'> & {
  succeeded?: boolean | undefined;
  explanation?: string | undefined;
  url?: string | undefined;
};

/** The branches of every operation that waits for a run: one for runs that succeeded, one for all others. */
export const runBranches = {
  names: ['Succeeded', 'Failed'],
  when: { wait: 'true' },
  of: ({ succeeded }: Outcome): number => (succeeded ? 0 : 1),
  failure: ({ id, service, name, explanation, url }: Outcome): PipewrightError =>
    new PipewrightError({
      code: 'run-failed',
      service,
      message: explanation ?? `Run ${id} of ${name} has not finished.`,
      hint: url ? `Details: ${url}` : `Look up run ${id} in ${service}.`,
    }),
} as const;

/** The branches of every operation that reruns a failed run; a dry run does not wait. */
export const rerunBranches = { ...runBranches, when: { ...runBranches.when, dryRun: 'false' } } as const;
