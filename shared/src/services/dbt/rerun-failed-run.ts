import { defineAction } from '../../define/operation.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, unfinishedSteps } from '../../runs/rerun.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { accountPath, callDbt } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobRuns, readJobRun, runField, runShape, sampleJobRun } from './runs.ts';

/**
 * Retries a run: dbt starts a new one which begins at the command that failed, with the models that failed or were skipped.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Retry%20Run
 */
export const rerunFailedRun = defineAction<DbtConnection>()({
  key: 'rerunFailedRun',
  name: 'Rerun Failed Run',
  resource: 'Job Run',
  description: 'Runs a failed job run again from the command that failed.',
  effect: 'unsafe',
  input: { run: runField, ...rerunFields, ...waitFields },
  output: rerunOutput,
  sample: sampleRerun(sampleJobRun, ['Invoke dbt with `dbt build`']),
  run: (input, context) =>
    rerun(context.host, jobRuns(context), input, async (failed) => ({
      provider: jobRuns(context, String(failed.details?.['jobId'] ?? '')),
      steps: unfinishedSteps(failed),
      start: async () =>
        readJobRun(
          await callDbt(context, 'POST', `${accountPath(context.connection)}/runs/${failed.id}/retry/`, runShape),
          context.connection,
        ),
      // A retry shows none of the overrides of the run that it repeats.
      find: async () =>
        (await jobRuns(context, String(failed.details?.['jobId'] ?? '')).recent()).find(
          ({ details }) => details?.['retryOf'] === failed.id,
        ),
    })),
});
