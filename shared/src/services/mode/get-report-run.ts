import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { readFields } from '../../runs/wait-fields.ts';
import { readRun } from '../../runs/read-run.ts';
import type { ModeConnection } from './connection-fields.ts';
import { openReport, reportField } from './reports.ts';
import { reportRuns, runField, sampleReportRun } from './runs.ts';

/**
 * Reads a report run with its queries.
 * @see https://mode.com/developer/api-reference/analytics/report-runs/
 */
export const getReportRun = defineAction<ModeConnection>()({
  key: 'getReportRun',
  name: 'Get Report Run',
  resource: 'Report Run',
  description: 'Finds a report run and returns its status, queries and errors.',
  effect: 'safe',
  input: { report: reportField, run: runField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleReportRun,
  async run(input, context) {
    const report = await openReport(input.report, context);
    return readRun(context.host, reportRuns(report, context), input.run, input);
  },
});
