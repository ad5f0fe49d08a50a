import { defineAction } from '../../define/operation.ts';
import { runFields } from '../../runs/report.ts';
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
  name: 'Get Run',
  resource: 'Job Run',
  description: 'Returns the status of a job run with its tasks and the cause of a failure.',
  effect: 'safe',
  input: { run: runField, ...readFields },
  output: runFields,
  sample: sampleJobRun,
  run: (input, context) => readRun(context.host, jobRuns(context), input.run, input),
});
