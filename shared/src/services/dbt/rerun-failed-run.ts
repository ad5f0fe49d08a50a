import { defineAction } from '../../define/operation.ts';
import { rerunBranches } from '../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun, unfinishedSteps } from '../../runs/rerun.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { accountPath, callDbt } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobRuns, readJobRun, runField, runShape, sampleJobRun } from './runs.ts';

/**
 * Retries a run: dbt starts a new run at the failed command, with the models that failed or were skipped.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Retry%20Run
 */
export const rerunFailedRun = defineAction<DbtConnection>()({
  key: 'rerunFailedRun',
  name: 'Rerun Failed Run',
  resource: 'Job Run',
  description: 'Retries a failed job run from the point of failure.',
  effect: 'unsafe',
  input: { run: runField, ...rerunFields, ...waitFields },
  output: rerunOutput,
  simple: simpleRerun,
  branches: rerunBranches,
  sample: sampleRerun(sampleJobRun, ['Invoke dbt with `dbt build`']),
  run: (input, context) =>
    rerun(context.host, jobRuns(context), input, async (failed) => {
      const provider = jobRuns(context, String(failed.details?.['jobId'] ?? ''));
      const path = `${accountPath(context.connection)}/runs/${failed.id}/retry/`;
      return {
        provider,
        steps: unfinishedSteps(failed),
        start: async () => readJobRun(await callDbt(context, 'POST', path, runShape), context.connection),
        // A retry does not list the overrides of the original run.
        find: async () => (await provider.recent()).find(({ details }) => details?.['retryOf'] === failed.id),
      };
    }),
});
