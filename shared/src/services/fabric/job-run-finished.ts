import { defineRunFinished } from '../../runs/run-finished.ts';
import type { Run } from '../../runs/run.ts';
import { apiAddress } from './api.ts';
import type { FabricConnection } from './connection-fields.ts';
import { openItem, runnableField } from './items.ts';
import { jobsOf, sampleJobRun } from './jobs.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Polls the jobs of an item: all active ones and about 100 that finished. Fabric often reports no cause with a failed pipeline run, so
 * its activities are read.
 * @see https://learn.microsoft.com/rest/api/fabric/core/job-scheduler/list-item-job-instances
 */
export const jobRunFinished = defineRunFinished<FabricConnection>()({
  key: 'jobRunFinished',
  name: 'Job Run Finished',
  description: 'Triggers when a run of a pipeline, notebook or other item finishes, also a scheduled one.',
  input: { workspace: workspaceField, item: runnableField },
  sample: sampleJobRun,
  account: apiAddress,
  async runs(input, since, context) {
    const jobs = jobsOf(await openItem(input.workspace, input.item, context), context.host);
    const read = async (run: Run): Promise<Run> => {
      const isNewFailure = run.status === 'failed' && !(Date.parse(run.finishedAt ?? '') < since);
      return isNewFailure ? { ...run, steps: await jobs.steps(run).catch(() => []) } : run;
    };
    return Promise.all((await jobs.recent()).map(read));
  },
});
