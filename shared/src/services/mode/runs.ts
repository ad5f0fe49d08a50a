import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { filledText, given, shownText, valuesShape, type Answered } from '../../http/answer-shape.ts';
import type { Api } from '../../http/api.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { parseTimestamp, readStatus, secondsBetween, type Run, type StatusMap, type Step } from '../../runs/run.ts';
import { openMode, service, workspacePage } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { readAll, readEntries, readPage } from './pages.ts';
import { listQueries, reportPath, tokenShape, type Report, type VendorQuery } from './reports.ts';

const reportRunShape = v.object({
  token: tokenShape,
  state: filledText,
  parameters: given(valuesShape),
  created_at: given(v.string()),
  completed_at: given(v.string()),
});

/** A run of a report as Mode gives it, as far as it is read here. */
export type VendorReportRun = Answered<typeof reportRunShape>;

const queryRunShape = v.object({
  token: tokenShape,
  query_token: given(v.string()),
  query_name: given(v.string()),
  state: filledText,
  error_message: shownText,
  created_at: given(v.string()),
  completed_at: given(v.string()),
});

/** What became of a query in a run. */
export type VendorQueryRun = Answered<typeof queryRunShape>;

/** Mode's words for a run of a report or of a query; `completed` stands in its list beside `succeeded`. */
const words: StatusMap = {
  pending: 'queued',
  enqueued: 'queued',
  running: 'running',
  running_notebook: 'running',
  succeeded: 'succeeded',
  completed: 'succeeded',
  failed: 'failed',
};

/** Our word for the state of a run of a report or of a query. */
export const statusOf = ({ state }: { state?: string }): Run['status'] => readStatus(words, state);

/** The path of the runs of a report, or of one of them. */
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

/** The queries of a run. */
export function listQueryRuns(api: Api, report: string, run: string): Promise<VendorQueryRun[]> {
  return readAll(api, { path: `${runsPath(report, run)}/query_runs`, name: 'query_runs', entry: queryRunShape });
}

/** The run in our words. */
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
    url: `${workspacePage(connection)}${runsPath(report, run.token)}`,
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
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
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(run.error_message ? { message: run.error_message } : {}),
  };
}

/** Starts a run: `runs`, in the plural. */
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

/** The runs of a report. Mode has no way to cancel one. */
export function reportRuns(report: Report, { connection }: Context<ModeConnection>): RunProvider {
  const { api, name } = report;
  return {
    service,
    place: api.baseUrl,
    what: `the report ${name}`,
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
        code: 'bad-input',
        service,
        message: 'Mode cannot cancel a run from outside.',
        hint: 'Cancel it on the page of the run.',
      });
    },
    async steps(run) {
      const queryRuns = await listQueryRuns(api, report.id, run.id);
      const queries = queryRuns.every((query) => query.query_name) ? [] : await listQueries(api, report.id);
      return queryRuns.map((queryRun) => readStep(queryRun, queries));
    },
  };
}

/** The newest run of a report that succeeded; undefined when there is none. */
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

/** The field that says which run of a report. */
export const runField = text({
  label: 'Run ID',
  help: 'Pick a run, paste the address of its page in Mode, or take the ID from a Run Report step.',
  placeholder: '7c5a1b2d3e4f',
  choices: runChoices,
  idFromUrl: {
    pattern: /\/runs\/([0-9a-z]+)/i,
    example: 'https://app.mode.com/contoso/reports/4e0af8c10001/runs/7c5a1b2d3e4f',
  },
});

/** A realistic run, for forms and documentation. */
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
