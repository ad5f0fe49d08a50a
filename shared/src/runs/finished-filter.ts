import * as v from 'valibot';
import { option } from '../define/fields.ts';
import type { RunReport } from './report.ts';

/** Input field of triggers that tell of finished runs. */
export const finishedFilter = {
  outcome: v.optional(
    option(
      [
        { value: 'any', label: 'Any' },
        { value: 'succeeded', label: 'Succeeded' },
        { value: 'failed', label: 'Failed' },
        { value: 'cancelled', label: 'Cancelled' },
      ],
      { label: 'Outcome', help: 'Only runs that ended like this.' },
    ),
    'any',
  ),
};

/** Whether a run has finished with the wanted outcome; a run that timed out counts as failed. */
export function isWanted(run: RunReport, filter: { outcome: 'any' | 'succeeded' | 'failed' | 'cancelled' }): boolean {
  if (!run.finished) return false;
  const outcome = run.status === 'timed-out' ? 'failed' : run.status;
  return filter.outcome === 'any' || filter.outcome === outcome;
}
