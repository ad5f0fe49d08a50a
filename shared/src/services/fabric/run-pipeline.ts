import * as v from 'valibot';
import { values } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import type { FabricConnection } from './connection-fields.ts';
import { itemField, itemKinds } from './items.ts';
import { sampleJobRun } from './jobs.ts';
import { startJob, startJobFields } from './start-job.ts';
import { workspaceField } from './workspaces.ts';

const kind = itemKinds.pipeline;

/**
 * Runs a pipeline.
 * @see https://learn.microsoft.com/fabric/data-factory/pipeline-rest-api-capabilities
 */
export const runPipeline = defineAction<FabricConnection>()({
  key: 'runPipeline',
  name: 'Run Pipeline',
  resource: 'Job Run',
  description: 'Starts a pipeline with parameters and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    workspace: workspaceField,
    item: itemField(kind, 'Pipeline'),
    parameters: v.optional(
      values({
        label: 'Parameters',
        help: "Values for the pipeline's parameters; their names are case-sensitive. Use JSON for numbers, lists and objects.",
        placeholder: '{"DatasetID": "d-123"}',
      }),
    ),
    ...waitFields,
    ...startJobFields,
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJobRun,
  async run({ parameters = {}, ...input }, context) {
    const executionData = { parameters: Object.keys(parameters).length > 0 ? parameters : undefined };
    return startJob({ kind, executionData, parameters }, input, context);
  },
});
