import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentFields } from './content.ts';
import { sampleJob } from './jobs.ts';
import { refreshBody, startJob, startJobFields } from './start-job.ts';

/**
 * Refreshes the extract of a published data source.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#update_data_source_now
 */
export const refreshDataSource = defineAction<TableauConnection>()({
  key: 'refreshDataSource',
  name: 'Refresh Data Source',
  resource: 'Data Source',
  description: 'Refreshes the extract of a published data source and optionally waits for the refresh to finish.',
  effect: 'unsafe',
  input: { dataSource: contentFields.dataSource, ...startJobFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJob,
  run: async (input, context) =>
    startJob({ kind: 'dataSource', action: 'refresh', body: refreshBody }, input.dataSource, input, context),
});
