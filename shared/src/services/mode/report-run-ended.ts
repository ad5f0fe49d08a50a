import { maxRunDurationMs, defineRunFinished } from '../../runs/run-finished.ts';
import type { ModeConnection } from './connection-fields.ts';
import { readEntries } from './pages.ts';
import { openReport, reportField } from './reports.ts';
import { readReportRun, runsOf, sampleReportRun, type VendorReportRun } from './runs.ts';

/**
 * Looks for runs of a report that have ended, for those who are no administrators and may not make webhooks.
 * @see https://mode.com/developer/api-reference/analytics/report-runs/
 */
export const reportRunEnded = defineRunFinished<ModeConnection>()({
  key: 'reportRunEnded',
  name: 'Report Run Finished (Polling)',
  description: 'Triggers when a run of a report has finished; Mode is asked again and again, so no webhook is needed.',
  input: { report: reportField },
  sample: sampleReportRun,
  async runs({ report: typed }, since, context) {
    const report = await openReport(typed, context);
    const found: VendorReportRun[] = [];
    for await (const run of readEntries(report.api, runsOf(report.id))) {
      if (Date.parse(run.created_at ?? '') < since - maxRunDurationMs) break;
      found.push(run);
    }
    return found.map((run) => readReportRun(run, report, context.connection));
  },
});
