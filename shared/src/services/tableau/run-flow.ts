import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentFields } from './content.ts';
import { sampleJob } from './jobs.ts';
import { startJob, startJobFields } from './start-job.ts';

/**
 * Runs all outputs of a Tableau Prep flow, with the default values of its parameters.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#run_flow_now
 */
export const runFlow = defineAction<TableauConnection>()({
  key: 'runFlow',
  name: 'Run Flow',
  resource: 'Flow',
  description: 'Runs a Tableau Prep flow and optionally waits for it to finish. Requires Data Management on the site.',
  effect: 'unsafe',
  input: { flow: contentFields.flow, ...startJobFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: {
    ...sampleJob,
    name: 'Clean claims',
    url: 'https://10ax.online.tableau.com/#/site/contoso/flows/17',
    parameters: {},
    details: { jobType: 'RunFlow', progress: '100', contentType: 'flow' },
  },
  run: async (input, context) =>
    startJob(
      {
        kind: 'flow',
        action: 'run',
        body: (flowId, refreshType) => ({
          flowRunSpec: { flowId, ...(refreshType === 'incremental' ? { runMode: 'incremental' } : {}) },
        }),
      },
      input.flow,
      input,
      context,
    ),
});
