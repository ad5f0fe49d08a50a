import * as v from 'valibot';
import { values } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { startFields, startKeyOf } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/follow-run.ts';
import type { ModeConnection } from './connection-fields.ts';
import { fitParameters, reportParameters } from './report-parameters.ts';
import { openReport, reportField } from './reports.ts';
import { reportRuns, sampleReportRun, startReportRun } from './runs.ts';

const { onTimeout: _cannotCancel, ...wait } = waitFields;

/**
 * Runs a report. Mode accepts no idempotency key, so after a lost response, newer runs are matched by their parameters.
 * @see https://mode.com/developer/api-reference/analytics/report-runs/
 */
export const runReport = defineAction<ModeConnection>()({
  key: 'runReport',
  name: 'Run Report',
  resource: 'Report Run',
  description: 'Runs a report and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    report: reportField,
    parameters: v.optional(
      values({
        label: 'Parameters',
        help: 'Values for the parameters of the report. Omitted parameters use their default values.',
        placeholder: '{"country": "GB"}',
        declared: reportParameters,
      }),
    ),
    ...wait,
    ...startFields,
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleReportRun,
  async run(input, context) {
    const { host, connection } = context;
    const report = await openReport(input.report, context);
    const parameters = await fitParameters(report, input.parameters ?? {}, host);
    const provider = reportRuns(report, context);
    const started = await startOnce(host, {
      provider,
      startKey: startKeyOf(host, input),
      reuseActiveRun: input.reuseActiveRun,
      parameters,
      start: () => startReportRun(report, parameters, connection),
    });
    return followRun(host, provider, started, { ...input, onTimeout: 'keepRunning' });
  },
});
