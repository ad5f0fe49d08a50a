import { defineAction } from '../../define/operation.ts';
import { runFields } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import { readRun } from '../../runs/wait-for-run.ts';
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
  description: 'Reads where a run stands, with its tasks and why one failed.',
  effect: 'safe',
  input: { run: runField, ...readFields },
  output: runFields,
  sample: sampleJobRun,
  run: (input, context) => readRun(context.host, jobRuns(context), input.run, input),
});
