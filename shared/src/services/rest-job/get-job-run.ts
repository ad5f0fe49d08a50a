import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { readRun } from '../../runs/read-run.ts';
import { readFields } from '../../runs/wait-fields.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { jobOf } from './job.ts';
import { readJobFields, runIdField } from './job-fields.ts';
import { sampleToolRun, simpleToolRun, toolRunFields } from './tool-run-fields.ts';
import { toolRuns } from './tool-runs.ts';

/** Reads a run by the status request. */
export const getJobRun = defineAction<RestJobConnection>()({
  key: 'getJobRun',
  name: 'Get Job Run',
  resource: 'Job Run',
  description: 'Finds a job run and returns its status and, if it failed, the cause.',
  effect: 'safe',
  input: { ...readJobFields, run: runIdField, ...readFields },
  output: toolRunFields,
  simple: simpleToolRun,
  branches: runBranches,
  sample: sampleToolRun,
  run: (input, context) => readRun(context.host, toolRuns(context, jobOf(input, context.connection)), input.run, input),
});
