import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import { readRun } from '../../runs/read-run.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobRuns, runField, sampleJobRun } from './runs.ts';

/**
 * Reads a run with its steps.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Retrieve%20Run
 */
export const getJobRun = defineAction<DbtConnection>()({
  key: 'getJobRun',
  name: 'Get Job Run',
  resource: 'Job Run',
  description: 'Finds a job run and returns its status, steps and, if it failed, the cause.',
  effect: 'safe',
  input: { run: runField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJobRun,
  run: (input, context) => readRun(context.host, jobRuns(context), input.run, input),
});
