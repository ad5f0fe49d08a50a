import * as v from 'valibot';
import { text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import type { FabricConnection } from './connection-fields.ts';
import { itemField, itemKinds } from './items.ts';
import { sampleJobRun } from './jobs.ts';
import { startJob, startJobFields } from './start-job.ts';
import { workspaceField } from './workspaces.ts';

const kind = itemKinds.sparkJob;

/**
 * Runs a Spark job definition.
 * @see https://learn.microsoft.com/fabric/data-engineering/spark-job-definition-api
 */
export const runSparkJob = defineAction<FabricConnection>()({
  key: 'runSparkJob',
  name: 'Run Spark Job',
  resource: 'Job Run',
  description: 'Runs a Spark job definition and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    workspace: workspaceField,
    item: itemField(kind, 'Spark Job Definition'),
    arguments: v.optional(
      text({
        label: 'Arguments',
        help: 'Command-line arguments of this run, separated by spaces. Leave empty to use those of the definition.',
        placeholder: '--date 2026-11-20',
      }),
    ),
    ...waitFields,
    ...startJobFields,
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: { ...sampleJobRun, steps: [], details: { itemType: 'SparkJobDefinition', jobType: 'sparkjob' } },
  async run({ arguments: commandLineArguments, ...input }, context) {
    const parameters = { arguments: commandLineArguments };
    return startJob({ kind, executionData: { commandLineArguments }, parameters }, input, context);
  },
});
