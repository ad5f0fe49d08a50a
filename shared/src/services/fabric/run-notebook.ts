import * as v from 'valibot';
import { values } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import type { FabricConnection } from './connection-fields.ts';
import { itemField, itemKinds } from './items.ts';
import { sampleJobRun } from './jobs.ts';
import { typedParameters } from './notebook-parameters.ts';
import { startJob, startJobFields } from './start-job.ts';
import { workspaceField } from './workspaces.ts';

const kind = itemKinds.notebook;

/**
 * Runs a notebook.
 * @see https://learn.microsoft.com/fabric/data-engineering/notebook-public-api
 */
export const runNotebook = defineAction<FabricConnection>()({
  key: 'runNotebook',
  name: 'Run Notebook',
  resource: 'Job Run',
  description: 'Runs a notebook with parameters and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    workspace: workspaceField,
    item: itemField(kind, 'Notebook'),
    parameters: v.optional(
      values({
        label: 'Parameters',
        help: 'Values for the parameter cell of the notebook. Text stays text, also if it contains only digits; use JSON for numbers, true and false.',
        placeholder: '{"reportDate": "2026-11-20"}',
      }),
    ),
    configuration: v.optional(
      values({
        label: 'Session Configuration',
        help: {
          n8n: 'Settings of the Spark session, such as {"conf": {"spark.sql.shuffle.partitions": "64"}}.',
          zapier:
            'Settings of the Spark session: the name on the left, such as conf, and the value on the right, such as {"spark.sql.shuffle.partitions": "64"}.',
        },
        placeholder: '{"useStarterPool": true}',
        advanced: true,
      }),
    ),
    ...waitFields,
    ...startJobFields,
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: {
    ...sampleJobRun,
    name: 'Claims report',
    steps: [],
    details: { itemType: 'Notebook', jobType: 'RunNotebook' },
  },
  async run({ parameters = {}, configuration, ...input }, context) {
    const executionData = {
      parameters: Object.keys(parameters).length > 0 ? typedParameters(parameters) : undefined,
      configuration,
    };
    return startJob({ kind, executionData, parameters: { ...parameters, ...configuration } }, input, context);
  },
});
