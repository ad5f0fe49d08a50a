import { defineChoices, search, type ChoiceList } from '../define/choice-list.ts';
import type { Context } from '../define/context.ts';
import type { RawInput } from '../define/raw-input.ts';
import { runStatuses, type Run } from './run.ts';

const labelOfStatus = (status: Run['status']): string =>
  runStatuses.find(({ value }) => value === status)?.label ?? status;

/** The name, status and start time of a run in one line. */
function describeRun({ name, status, startedAt }: Run): string {
  const started = startedAt === undefined ? [] : [`${startedAt.slice(0, 16).replace('T', ' ')} UTC`];
  return [name, labelOfStatus(status), ...started].join(', ');
}

/**
 * Recent runs to pick a Run ID from, newest first.
 * @param needs names of the fields that must be filled in first
 * @param recent reads the runs, without steps
 */
export function recentRunChoices<C>(
  needs: readonly string[],
  recent: (input: RawInput, context: Context<C>) => Promise<Run[]>,
): ChoiceList {
  return defineChoices<C>({
    key: 'runs',
    needs,
    async load({ input, search: wanted }, context) {
      const runs = await recent(input, context);
      return {
        choices: search(
          runs.map((run) => ({ value: run.id, label: describeRun(run), ...(run.url ? { url: run.url } : {}) })),
          wanted,
        ),
      };
    },
  });
}
