import type { Context } from '../define/context.ts';
import type { Fields } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { definePollingTrigger, type PollingTrigger } from '../define/trigger.ts';
import { finishedFilter, isWanted } from './finished-filter.ts';
import { reportRun, runFields } from './report.ts';
import type { Run } from './run.ts';

/** A run that goes on for longer, in milliseconds, is not found by when it began. */
export const longestRun = 48 * 3_600_000;

/** A trigger that asks for runs that have finished. */
export interface RunFinished<F extends Fields, C> {
  key: string;
  name: string;
  description: string;
  input: F;
  sample: Values<typeof runFields>;
  /**
   * The runs that may have ended since a moment, in any order; others may be among them.
   * @param since milliseconds since 1970
   */
  runs(input: Values<F>, since: number, context: Context<C>): Promise<Run[]>;
  /** What tells one end from another. Default: the ID of the run, for a run ends once. */
  idOf?(run: Run): string;
}

/** Describes such a trigger: each end is told once, the latest first, also that of a run which tells no moment of its end. */
export function defineRunFinished<C>() {
  return <const F extends Fields>({
    key,
    name,
    description,
    input,
    sample,
    runs,
    idOf = ({ id }) => id,
  }: RunFinished<F, C>): PollingTrigger =>
    definePollingTrigger<C>()({
      key,
      name,
      description,
      input: { ...input, ...finishedFilter },
      output: runFields,
      sample,
      async poll(chosen, since, context) {
        const found = await runs(chosen as unknown as Values<F>, since.getTime(), context);
        const ended = found
          .map((run) => reportRun(run))
          .filter((run) => isWanted(run, chosen as never) && !(Date.parse(run.finishedAt ?? '') < since.getTime()));
        return ended
          .sort((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''))
          .map((run) => ({ id: idOf(run), data: run })) as never;
      },
    });
}
