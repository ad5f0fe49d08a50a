import * as v from 'valibot';
import { isObject } from '../../host/is-object.ts';
import { list, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { finishedFilter, matchesOutcome } from '../../runs/finished-filter.ts';
import { runReference, runFields, type RunReport } from '../../runs/report.ts';
import { readRun } from '../../runs/read-run.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../webhooks/shared-secret-fields.ts';
import { problemField, verificationFields } from '../../webhooks/trigger-fields.ts';
import { openMode, service } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { readPage } from './pages.ts';
import { openReport, reportChoices } from './reports.ts';
import { readReportRun, reportRuns, runsOf, sampleReportRun } from './runs.ts';
import { enterSecret, setupSteps, urlWithSecret } from '../../webhooks/setup-steps.ts';

const eventOf = (run: RunReport, reportId: string) => ({ id: `${run.id}:finished`, data: { ...run, reportId } });

/** Number of recent runs to read as samples. */
const maxRecent = 10;

/**
 * Receives Mode's event `report_run_completed`. The URL in it is never requested: only its two IDs are used, and the run is
 * read from the workspace of the connection.
 * @see https://mode.com/developer/api-cookbook/management/webhooks/
 */
export const reportRunFinished = defineWebhookTrigger<ModeConnection>()({
  key: 'reportRunFinished',
  name: 'Report Run Finished',
  description: 'Triggers when a report run finishes and Mode calls the webhook that you add.',
  input: {
    reports: v.optional(
      list({
        label: 'Reports',
        help: 'Select the reports to trigger on, or enter their IDs or URLs. Leave empty for all reports.',
        placeholder: '4e0af8c10001',
        choices: reportChoices,
        idFromUrl: { pattern: /\/reports\/([0-9a-z]+)/i, example: 'https://app.mode.com/contoso/reports/4e0af8c10001' },
      }),
    ),
    ...finishedFilter,
    ...secretLocationFields('query'),
  },
  output: { ...runFields, reportId: text({ label: 'Report ID' }), problem: problemField, ...verificationFields },
  sample: { ...sampleReportRun, reportId: sampleReportRun.details.reportId, verified: true, matchedSecret: 'current' },
  verification: verifyBySharedSecret,
  directions: setupSteps('Set up the webhook in Mode once. You need to be a Mode administrator.', (terms) => [
    enterSecret(terms),
    urlWithSecret(terms),
    `Publish the ${terms.workflow} before you create the webhook. Mode sends a request to the URL as soon as the webhook is created.`,
    'In Mode, open Workspace Settings > Webhooks, add a webhook with this URL, and select the event for completed report runs.',
  ]),
  events(body, input) {
    const { event, report_run_url: url } = isObject(body) ? body : {};
    const [, reportId, runId] =
      /\/reports\/([0-9a-z]+)\/runs\/([0-9a-z]+)/i.exec(typeof url === 'string' ? url : '') ?? [];
    if (event !== 'report_run_completed' || !reportId || !runId) return [];
    if (input.reports && input.reports.length > 0 && !input.reports.includes(reportId)) return [];
    return [eventOf(runReference({ id: runId, service, name: `report ${reportId}` }), reportId)];
  },
  async enrich({ data }, input, context) {
    const { id, reportId } = data as { id: string; reportId: string };
    const report = await openReport(reportId, context);
    const run = await readRun(context.host, reportRuns(report, context), id);
    return run.finished && !matchesOutcome(run, input) ? [] : [eventOf(run, reportId)];
  },
  example: () => ({
    event: 'report_run_completed',
    report_run_url: `https://modeanalytics.com/api/contoso/reports/${sampleReportRun.details.reportId}/runs/${sampleReportRun.id}`,
  }),
  async recent(input, context) {
    const [reportId] = input.reports ?? [];
    if (reportId === undefined) return [];
    const report = await openReport(reportId, context);
    const { entries } = await readPage(openMode(context), runsOf(reportId));
    const runs = entries.slice(0, maxRecent).map((run) => runReference(readReportRun(run, report, context.connection)));
    return runs.filter((run) => matchesOutcome(run, input)).map((run) => eventOf(run, reportId));
  },
});
