import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { readRun } from '../../runs/read-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { modelField, openModel } from './models.ts';
import { refreshesOf, runField, sampleRefresh } from './refreshes.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Reads a refresh: an enhanced one with its tables, any other one from the refresh history.
 * @see https://learn.microsoft.com/rest/api/power-bi/datasets/get-refresh-execution-details-in-group
 */
export const getRefresh = defineAction<PowerBiConnection>()({
  key: 'getRefresh',
  name: 'Get Refresh',
  resource: 'Refresh',
  description: 'Finds a refresh of a semantic model and returns its status, tables and, if it failed, the cause.',
  effect: 'safe',
  input: { workspace: workspaceField, model: modelField, run: runField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleRefresh,
  async run(input, context) {
    return readRun(context.host, refreshesOf(await openModel(input, context)), input.run, input);
  },
});
