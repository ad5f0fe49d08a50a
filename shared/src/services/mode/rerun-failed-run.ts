import { defineAction } from '../../define/operation.ts';
import { rerunBranches } from '../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun } from '../../runs/rerun.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import type { ModeConnection } from './connection-fields.ts';
import { openReport, reportField } from './reports.ts';
import { reportRuns, runField, sampleReportRun, startReportRun } from './runs.ts';

const { onTimeout: _cannotCancel, ...wait } = waitFields;

/**
 * Mode cannot resume at a failed query, so the whole report runs again with the same parameters.
 * @see https://mode.com/developer/api-reference/analytics/report-runs/
 */
export const rerunFailedRun = defineAction<ModeConnection>()({
  key: 'rerunFailedRun',
  name: 'Rerun Failed Run',
  resource: 'Report Run',
  description: 'Runs a report again with the parameters of a failed run.',
  effect: 'unsafe',
  input: { report: reportField, run: runField, ...rerunFields, ...wait },
  output: rerunOutput,
  simple: simpleRerun,
  branches: rerunBranches,
  sample: sampleRerun(sampleReportRun, ['Claims by country']),
  async run(input, context) {
    const report = await openReport(input.report, context);
    const provider = reportRuns(report, context);
    return rerun(context.host, provider, { ...input, onTimeout: 'keepRunning' }, async (failed) => ({
      provider,
      steps: failed.steps.map(({ name }) => name),
      start: () => startReportRun(report, failed.parameters, context.connection),
    }));
  },
});
