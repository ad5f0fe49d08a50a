import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { readRun } from '../../runs/read-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import type { FabricConnection } from './connection-fields.ts';
import { openItem, runnableField } from './items.ts';
import { jobsOf, runField, sampleJobRun } from './jobs.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Reads a run of any item; for a pipeline, with its activities.
 * @see https://learn.microsoft.com/rest/api/fabric/core/job-scheduler/get-item-job-instance
 */
export const getJobRun = defineAction<FabricConnection>()({
  key: 'getJobRun',
  name: 'Get Job Run',
  resource: 'Job Run',
  description:
    'Finds a run of an item and returns its status, the activities of a pipeline and, if it failed, the cause.',
  effect: 'safe',
  input: { workspace: workspaceField, item: runnableField, run: runField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJobRun,
  async run(input, context) {
    const item = await openItem(input.workspace, input.item, context);
    return readRun(context.host, jobsOf(item, context.host), input.run, input);
  },
});
