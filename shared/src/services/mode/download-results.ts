import * as v from 'valibot';
import { gunzipIfNeeded } from '../../datasets/bytes/gunzip.ts';
import { peekBytes } from '../../datasets/bytes/peek-bytes.ts';
import { isZip } from '../../datasets/bytes/zip-entries.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Api } from '../../http/api.ts';
import { defineDownload } from '../../define/download.ts';
import { text, withInfo } from '../../define/fields.ts';
import { openMode, service } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { listQueries, pickQuery, queryField, reportField, type VendorQuery } from './reports.ts';
import { latestSuccess, listQueryRuns, runField, runsPath, statusOf, type VendorQueryRun } from './runs.ts';

async function latestRun(api: Api, report: string): Promise<string> {
  const run = await latestSuccess(api, report);
  if (run) return run.token;
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: 'The report has no successful run.',
    hint: 'Run the report first, with Run Report.',
  });
}

/** The query run with results. */
function withResults(runs: VendorQueryRun[], run: string, { token, name }: VendorQuery): VendorQueryRun {
  const found = runs.find(({ query_token }) => query_token === token);
  const status = found && statusOf(found);
  if (found && status === 'succeeded') return found;
  const query = `The query “${name ?? token}”`;
  if (status === 'failed' || status === 'cancelled') {
    throw new PipewrightError({
      code: 'run-failed',
      service,
      message: `${query} ${status === 'failed' ? 'failed' : 'was canceled'} in run ${run}${found?.error_message ? `: ${found.error_message.replace(/[.\s]+$/, '')}` : ''}.`,
      hint: 'Correct the query in Mode and run the report again.',
    });
  }
  throw new PipewrightError({
    code: 'conflict',
    service,
    message: found ? `${query} has not finished in run ${run}.` : `${query} was not part of run ${run}.`,
    hint: found ? 'Turn on Wait for Completion in the Run Report step.' : 'Choose another run or another query.',
    retryable: found !== undefined,
  });
}

/**
 * Downloads the results of one query. Mode compresses the CSV with gzip, sometimes without declaring it; a ZIP stays a ZIP.
 * The results of a whole run are not used, because their ZIP can omit queries.
 * @see https://mode.com/developer/api-reference/analytics/query-runs/
 */
export const downloadResults = defineDownload<ModeConnection>()({
  key: 'downloadResults',
  name: 'Download Results',
  resource: 'Report Run',
  description: 'Downloads the results of a report query as a CSV file.',
  input: {
    report: reportField,
    run: v.optional(
      withInfo(runField, {
        help: 'Select the run to download results from, or enter its Run ID. Leave empty to use the latest successful run.',
      }),
    ),
    query: v.optional(queryField),
  },
  output: {
    reportId: text({ label: 'Report ID' }),
    runId: text({ label: 'Run ID' }),
    queryId: text({ label: 'Query ID' }),
    queryName: text({ label: 'Query Name' }),
  },
  sample: {
    reportId: '4e0af8c10001',
    runId: '7c5a1b2d3e4f',
    queryId: '9e1d00000001',
    queryName: 'Claims by country',
  },
  async open(input, context) {
    const api = openMode(context);
    const { report } = input;
    const query = pickQuery(await listQueries(api, report), input.query);
    const run = input.run ?? (await latestRun(api, report));
    const queryRun = withResults(await listQueryRuns(api, report, run), run, query);
    const name = query.name || query.token;
    const path = `${runsPath(report, run)}/query_runs/${encodeURIComponent(queryRun.token)}/results/content.csv`;
    const { stream } = await api.stream(path, { headers: { accept: 'text/csv' } });
    const { start, all } = await peekBytes(gunzipIfNeeded(stream), 4);
    const [ending, mediaType] = isZip(start) ? ['zip', 'application/zip'] : ['csv', 'text/csv'];
    return {
      name: `${name.replace(/[^\w.() -]+/g, '_')}.${ending}`,
      mediaType: mediaType as string,
      bytes: all,
      details: { reportId: report, runId: run, queryId: query.token, queryName: name },
    };
  },
});
