import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { readRun } from '../../runs/read-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import { openSite } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { anyJob, runField, sampleJob } from './jobs.ts';

/**
 * Reads a job.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_job
 */
export const getJob = defineAction<TableauConnection>()({
  key: 'getJob',
  name: 'Get Job',
  resource: 'Job',
  description: 'Finds a refresh or flow run and returns its status and, if it failed, the cause.',
  effect: 'safe',
  input: { run: runField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJob,
  run: async (input, context) => readRun(context.host, anyJob(await openSite(context)), input.run, input),
});
