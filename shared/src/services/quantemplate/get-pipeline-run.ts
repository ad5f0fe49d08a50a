import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import { readRun } from '../../runs/read-run.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { pipelineRuns, samplePipelineRun } from './executions.ts';
import { executionField, pipelineField } from './pipelines.ts';

/**
 * Reads a pipeline run from the list of runs.
 * @see https://quantemplate.readme.io/
 */
export const getPipelineRun = defineAction<QuantemplateConnection>()({
  key: 'getPipelineRun',
  name: 'Get Pipeline Run',
  resource: 'Pipeline Run',
  description: 'Finds a pipeline run and returns its status and outputs.',
  effect: 'safe',
  input: { pipeline: pipelineField, execution: executionField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: samplePipelineRun,
  run: ({ pipeline, execution, ...choices }, context) =>
    readRun(context.host, pipelineRuns(openOrganisation(context), pipeline), execution, choices),
});
