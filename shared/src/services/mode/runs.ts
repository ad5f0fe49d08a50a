import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { PipewrightError } from '../../host/error.ts';
import { filledText, optionalField, displayText, valuesShape, type Parsed } from '../../http/response-schema.ts';
import type { Api } from '../../http/api.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { parseTimestamp, readStatus, secondsBetween, type Run, type StatusMap, type Step } from '../../runs/run.ts';
import { openMode, service, workspaceUrl } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { readAll, readEntries, readPage } from './pages.ts';
import { listQueries, reportPath, tokenShape, type Report, type VendorQuery } from './reports.ts';

const reportRunShape = v.object({
  token: tokenShape,
  state: filledText,
  parameters: optionalField(valuesShape),
  created_at: optionalField(v.string()),
  completed_at: optionalField(v.string()),
});

/** The fields of a Mode report run that are used here. */
export type VendorReportRun = Parsed<typeof reportRunShape>;

const queryRunShape = v.object({
  token: tokenShape,
  query_token: optionalField(v.string()),
  query_name: optionalField(v.string()),
  state: filledText,
  error_message: displayText,
  created_at: optionalField(v.string()),
  completed_at: optionalField(v.string()),
});

/** The run of a query within a report run. */
export type VendorQueryRun = Parsed<typeof queryRunShape>;

/** The states of report runs and query runs in Mode; its documentation lists both `completed` and `succeeded`. */
const statusWords: StatusMap = {
  pending: 'queued',
  enqueued: 'queued',
  running: 'running',
  running_notebook: 'running',
  succeeded: 'succeeded',
  completed: 'succeeded',
  failed: 'failed',
};

/** Maps the state of a report run or query run to a run status. */
export const statusOf = ({ state }: { state?: string }): Run['status'] => readStatus(statusWords, state);

/** The path of the runs of a report, or of one run. */
export function runsPath(report: string, run?: string): string {
  return `${reportPath(report)}/runs${run === undefined ? '' : `/${encodeURIComponent(run)}`}`;
}

/** The runs of a report, newest first. */
export const runsOf = (report: string) => ({
  path: runsPath(report),
  name: 'report_runs',
  entry: reportRunShape,
  query: { order: 'desc', order_by: 'created_at' },
});

/** Lists the query runs of a report run. */
export function listQueryRuns(api: Api, report: string, run: string): Promise<VendorQueryRun[]> {
  return readAll(api, { path: `${runsPath(report, run)}/query_runs`, name: 'query_runs', entry: queryRunShape });
}

/** Maps a report run to a `Run`. */
export function readReportRun(run: VendorReportRun, { id: report, name }: Report, connection: ModeConnection): Run {
  const startedAt = parseTimestamp(run.created_at);
  const finishedAt = parseTimestamp(run.completed_at);
  const durationSeconds = secondsBetween(startedAt, finishedAt);
  return {
    id: run.token,
    service,
    name,
    status: statusOf(run),
    vendorStatus: run.state ?? '',
    parameters: { ...run.parameters },
    steps: [],
    url: `${workspaceUrl(connection)}${runsPath(report, run.token)}`,
    ...withoutUndefined({ startedAt, finishedAt, durationSeconds }),
    details: { reportId: report },
  };
}

function readStep(run: VendorQueryRun, queries: VendorQuery[]): Step {
  const startedAt = parseTimestamp(run.created_at);
  const finishedAt = parseTimestamp(run.completed_at);
  const query = queries.find(({ token }) => token === run.query_token);
  return {
    name: run.query_name || query?.name || run.query_token || run.token,
    type: 'Query',
    status: statusOf(run),
    ...withoutUndefined({ startedAt, finishedAt, message: run.error_message || undefined }),
  };
}

/** Starts a report run. */
export async function startReportRun(
  { api, ...report }: Report,
  parameters: Record<string, unknown>,
  connection: ModeConnection,
): Promise<Run> {
  return readReportRun(
    await api.json('POST', runsPath(report.id), reportRunShape, { json: { parameters } }),
    { api, ...report },
    connection,
  );
}

/** The runs of a report as a run provider. Mode cannot cancel runs through its API. */
export function reportRuns(report: Report, { connection }: Context<ModeConnection>): RunProvider {
  const { api, name } = report;
  return {
    service,
    // Several reports may have the same name.
    namespace: `${api.baseUrl}${runsPath(report.id)}`,
    displayName: `report ${name}`,
    async get(id, { endsAt } = {}) {
      return readReportRun(
        await api.json('GET', runsPath(report.id, id), reportRunShape, { endsAt }),
        report,
        connection,
      );
    },
    async recent() {
      const { entries } = await readPage(api, runsOf(report.id));
      return entries.map((run) => readReportRun(run, report, connection));
    },
    async cancel() {
      throw new PipewrightError({
        code: 'invalid-input',
        service,
        message: 'Mode does not support canceling runs through its API.',
        hint: 'Cancel the run in Mode.',
      });
    },
    async steps(run) {
      const queryRuns = await listQueryRuns(api, report.id, run.id);
      const queries = queryRuns.every((query) => query.query_name) ? [] : await listQueries(api, report.id);
      return queryRuns.map((queryRun) => readStep(queryRun, queries));
    },
  };
}

/** Finds the latest successful run of a report. */
export async function latestSuccess(api: Api, report: string): Promise<VendorReportRun | undefined> {
  for await (const run of readEntries(api, runsOf(report))) {
    if (statusOf(run) === 'succeeded') return run;
  }
  return undefined;
}

const runChoices = defineChoices<ModeConnection>({
  key: 'runs',
  needs: ['report'],
  async load({ input, search: wanted, page }, context) {
    const at = Number(page ?? 1) || 1;
    const { entries, next } = await readPage(openMode(context), runsOf(String(input['report'] ?? '')), at);
    const choices = entries.map((run) => ({
      value: run.token,
      label: `${parseTimestamp(run.created_at)?.slice(0, 16).replace('T', ' ') ?? run.token} UTC, ${statusOf(run)}`,
    }));
    return { choices: search(choices, wanted), ...(next === undefined ? {} : { nextPage: String(next) }) };
  },
});

/** The report run field. */
export const runField = text({
  label: 'Run ID',
  help: 'Select a run, paste its Mode URL, or enter the Run ID returned by Run Report.',
  placeholder: '7c5a1b2d3e4f',
  choices: runChoices,
  idFromUrl: {
    pattern: /\/runs\/([0-9a-z]+)/i,
    example: 'https://app.mode.com/contoso/reports/4e0af8c10001/runs/7c5a1b2d3e4f',
  },
});

/** A sample run for forms and documentation. */
export const sampleReportRun = {
  id: '7c5a1b2d3e4f',
  service,
  name: 'Weekly claims KPI',
  status: 'succeeded' as const,
  vendorStatus: 'succeeded',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:05:00.000Z',
  finishedAt: '2026-11-20T08:05:42.000Z',
  durationSeconds: 42,
  url: 'https://app.mode.com/contoso/reports/4e0af8c10001/runs/7c5a1b2d3e4f',
  parameters: { country: 'GB' },
  steps: [{ name: 'Claims by country', type: 'Query', status: 'succeeded' }],
  details: { reportId: '4e0af8c10001' },
};
