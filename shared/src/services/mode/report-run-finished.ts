import * as v from 'valibot';
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

const eventOf = (run: RunReport, reportId: string) => ({ id: `${run.id}:finished`, data: { ...run, reportId } });

/** Most recent runs that a form looks at. */
const looked = 10;

/**
 * Takes Mode's event `report_run_completed`. The address in it is never followed: only its two IDs are taken, and the run is
 * read from the workspace of the connection.
 * @see https://mode.com/developer/api-cookbook/management/webhooks/
 */
export const reportRunFinished = defineWebhookTrigger<ModeConnection>()({
  key: 'reportRunFinished',
  name: 'Report Run Finished',
  description: 'Triggers when a run of a report has finished.',
  input: {
    reports: v.optional(
      list({
        label: 'Reports',
        help: 'Only runs of these reports. Empty: all that Mode tells of.',
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
  directions: [
    'An administrator of Mode tells it once, by hand, to call the address of this trigger.',
    '1. Fill in Webhook Secret in the connection: a long random text of your own.',
    '2. Copy the address of this trigger, and add ?token= with the secret to its end.',
    '3. Publish the workflow: Mode calls the address as soon as the webhook is made.',
    '4. In Mode, under Workspace Settings, Webhooks, add a webhook with this address and choose that a report run completed.',
  ].join('\n'),
  events(body, input) {
    const { event, report_run_url: url } = body as { event?: unknown; report_run_url?: unknown };
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
    const runs = entries.slice(0, looked).map((run) => runReference(readReportRun(run, report, context.connection)));
    return runs.filter((run) => matchesOutcome(run, input)).map((run) => eventOf(run, reportId));
  },
});
