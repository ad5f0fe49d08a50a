import * as v from 'valibot';
import type { Context } from '../define/context.ts';
import type { Fields } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { definePollingTrigger, type PollingTrigger } from '../define/trigger.ts';
import { finishedFilter, matchesOutcome } from './finished-filter.ts';
import { reportRun, runFields } from './report.ts';
import type { Run } from './run.ts';

/** Maximum duration of a run. Vendors list runs by start time, so a longer run is not found when it finishes. */
export const maxRunDurationMs = 48 * 3_600_000;

/** A polling trigger for finished runs. */
export interface RunFinished<F extends Fields, C> {
  key: string;
  name: string;
  description: string;
  /** Input fields in addition to the outcome. */
  input: F;
  sample: Values<typeof runFields>;
  /** Where the runs are, apart from the input fields: the account of the connection, without its login. */
  account(connection: C): string;
  /** Input fields that change only the data of an event. All others decide which runs are listed. */
  cosmetic?: readonly (keyof F & string)[];
  /**
   * The runs that may have finished since a time, in any order; may include others.
   * @param since milliseconds since 1970
   */
  runs(input: Values<F>, since: number, context: Context<C>): Promise<Run[]>;
  /** Identifies one completion. Default: the run ID, because most runs finish only once. */
  idOf?(run: Run, input: Values<F>): string;
}

/**
 * Defines a polling trigger that emits each completion once, newest first, including runs without an end time. A run that is not
 * wanted because of its outcome is known all the same: after a change of Outcome, it is not new.
 */
export function defineRunFinished<C>() {
  return <const F extends Fields>({
    key,
    name,
    description,
    input,
    sample,
    account,
    cosmetic = [],
    runs,
    idOf = ({ id }) => id,
  }: RunFinished<F, C>): PollingTrigger => {
    const ownSchema = v.object(input);
    const filterSchema = v.object(finishedFilter);
    const fields: Fields = { ...input, ...finishedFilter };
    return definePollingTrigger<C>()({
      key,
      name,
      description,
      input: fields,
      output: runFields,
      sample,
      list: (values, connection) => ({
        ...Object.fromEntries(
          Object.keys(input)
            .filter((field) => !cosmetic.includes(field))
            .map((field) => [field, values[field]]),
        ),
        account: account(connection),
      }),
      isWanted: (run, values) => matchesOutcome(run, v.parse(filterSchema, values)),
      async poll(values, since, context) {
        const own = v.parse(ownSchema, values);
        const found = await runs(own, since.getTime(), context);
        return found
          .map((run) => reportRun(run))
          .filter((run) => run.finished && !(Date.parse(run.finishedAt ?? '') < since.getTime()))
          .sort((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''))
          .map((run) => ({ id: idOf(run, own), data: run }));
      },
    });
  };
}
