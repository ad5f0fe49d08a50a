import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import { readRun } from '../../runs/read-run.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobRuns, runField, sampleJobRun } from './runs.ts';

/**
 * Reads a run with its tasks.
 * @see https://docs.databricks.com/api/workspace/jobs/getrun
 */
export const getRun = defineAction<DatabricksConnection>()({
  key: 'getRun',
  name: 'Get Job Run',
  resource: 'Job Run',
  description: 'Finds a job run and returns its status, tasks and, if it failed, the cause.',
  effect: 'safe',
  input: { run: runField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJobRun,
  run: (input, context) => readRun(context.host, jobRuns(context), input.run, input),
});
