import { defineService } from '../../define/service.ts';
import { reportRunEnded } from './report-run-ended.ts';
import { service } from './api.ts';
import { modeConnection } from './connection.ts';
import { downloadResults } from './download-results.ts';
import { findReport } from './find-report.ts';
import { getReportRun } from './get-report-run.ts';
import { reportRunFinished } from './report-run-finished.ts';
import { rerunFailedRun } from './rerun-failed-run.ts';
import { runReport } from './run-report.ts';

/** Mode, also sold as ThoughtSpot Analyst Studio. */
export const mode = defineService({
  key: 'mode',
  name: service,
  description: 'Run Mode reports, wait for them to finish and download their results.',
  connection: modeConnection,
  operations: [runReport, getReportRun, rerunFailedRun, findReport, downloadResults],
  triggers: [reportRunFinished, reportRunEnded],
  listing: {
    categories: ['Analytics', 'Data & Storage'],
    aliases: ['report', 'BI', 'dashboard', 'query', 'analytics', 'ThoughtSpot Analyst Studio'],
  },
});
