import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentFields } from './content.ts';
import { sampleJob } from './jobs.ts';
import { refreshBody, startJob, startJobFields } from './start-job.ts';

/**
 * Refreshes the extracts of a workbook.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_workbook_now
 */
export const refreshWorkbook = defineAction<TableauConnection>()({
  key: 'refreshWorkbook',
  name: 'Refresh Workbook',
  resource: 'Workbook',
  description: 'Refreshes the extracts of a workbook and optionally waits for the refresh to finish.',
  effect: 'unsafe',
  input: { workbook: contentFields.workbook, ...startJobFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJob,
  run: async (input, context) =>
    startJob({ kind: 'workbook', action: 'refresh', body: refreshBody }, input.workbook, input, context),
});
