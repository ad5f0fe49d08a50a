import * as v from 'valibot';
import { option } from '../define/fields.ts';
import type { RunReport } from './report.ts';

/** Input field of triggers for finished runs. */
export const finishedFilter = {
  outcome: v.optional(
    option(
      [
        { value: 'any', label: 'Any' },
        { value: 'succeeded', label: 'Succeeded' },
        { value: 'failed', label: 'Failed', description: 'Includes runs that timed out' },
        { value: 'cancelled', label: 'Canceled' },
      ],
      { label: 'Outcome', help: 'Trigger only for runs with this outcome.' },
    ),
    'any',
  ),
};

/** The checked values of `finishedFilter`. */
export interface OutcomeFilter {
  outcome: 'any' | 'succeeded' | 'failed' | 'cancelled';
}

/** Whether a run has finished with the chosen outcome; a run that timed out counts as failed. */
export function matchesOutcome(run: Pick<RunReport, 'status' | 'finished'>, filter: OutcomeFilter): boolean {
  if (!run.finished) return false;
  const outcome = run.status === 'timed-out' ? 'failed' : run.status;
  return filter.outcome === 'any' || filter.outcome === outcome;
}
