import { maxRunDurationMs, defineRunFinished } from '../../runs/run-finished.ts';
import type { ModeConnection } from './connection-fields.ts';
import { workspaceUrl } from './api.ts';
import { readEntries } from './pages.ts';
import { openReport, reportField } from './reports.ts';
import { readReportRun, runsOf, sampleReportRun, type VendorReportRun } from './runs.ts';

/**
 * Polls for finished report runs, for users without the administrator rights that webhooks require.
 * @see https://mode.com/developer/api-reference/analytics/report-runs/
 */
export const reportRunEnded = defineRunFinished<ModeConnection>()({
  key: 'reportRunEnded',
  name: 'Report Run Ended (Polling)',
  description: 'Triggers when a report run finishes; polls Mode, so no webhook is required.',
  input: { report: reportField },
  sample: sampleReportRun,
  account: workspaceUrl,
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
