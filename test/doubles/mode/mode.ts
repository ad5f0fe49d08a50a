import { modeAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { json, Refusal, type Reply } from '../server/reply.ts';
import { parameter, readJson, wholeNumber, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import { packedCsv, packedJson, type ModeRun, type ModeRuns } from './runs.ts';
import { modeReports, modeSpaces, type ModeReport } from './world.ts';

const account = modeAccount;
const workspacePath = `/api/${account.workspace}`;
const perPage = 30;
const hal = { 'content-type': 'application/hal+json; charset=utf-8' };

/** A Mode error response. */
function modeRefusal(status: number, id: string, message: string, headers: Record<string, string> = {}): Refusal {
  return new Refusal(json(status, { id, message }, { ...hal, ...headers }));
}

/** Rate limit of a user. Default: none. */
export interface ModeOptions {
  requestsPerTenSeconds?: number;
}

/** Mode's API: HTTP basic authentication and HAL. @see https://mode.com/developer/api-reference/introduction */
export function mode(context: SandboxContext, runs: ModeRuns, { requestsPerTenSeconds }: ModeOptions = {}): Vendor {
  let recent: number[] = [];

  const embedded = (request: SandboxRequest, name: string, entries: unknown[]): Reply => {
    const page = Math.max(1, wholeNumber(request, 'page', 1));
    const size = Math.max(1, wholeNumber(request, 'per_page', perPage));
    const value = entries.slice((page - 1) * size, page * size);
    const pagination = {
      page,
      per_page: size,
      count: value.length,
      total_pages: Math.ceil(entries.length / size),
      total_count: entries.length,
    };
    return json(200, { pagination, _links: { self: { href: request.path } }, _embedded: { [name]: value } }, hal);
  };

  const showReport = (report: ModeReport) => ({
    token: report.token,
    name: report.name,
    description: report.description,
    archived: false,
    space_token: report.spaceToken,
    created_at: '2025-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    last_successfully_run_at: null,
    query_count: report.queries.length,
    _links: {
      self: { href: `${workspacePath}/reports/${report.token}` },
      web: { href: `https://app.mode.com/${account.workspace}/reports/${report.token}` },
      report_runs: { href: `${workspacePath}/reports/${report.token}/runs` },
      queries: { href: `${workspacePath}/reports/${report.token}/queries` },
    },
  });

  function find<T extends { token: string }>(entries: T[], token: string, what: string): T {
    const found = entries.find((entry) => entry.token === token);
    if (!found) throw modeRefusal(404, 'not_found', `The ${what} could not be found.`);
    return found;
  }
  const report = (request: SandboxRequest): ModeReport => find(modeReports, parameter(request, 'report'), 'report');
  const run = (request: SandboxRequest): ModeRun =>
    find(
      runs.all.filter((entry) => entry.report === report(request)),
      parameter(request, 'run'),
      'report run',
    );
  const query = (request: SandboxRequest) => {
    const found = run(request);
    if (runs.state(found) !== 'succeeded') throw modeRefusal(404, 'not_found', 'The results are not there.');
    return find(found.queryRuns, parameter(request, 'queryRun'), 'query run').query;
  };

  function listRuns(request: SandboxRequest): Reply {
    const by = request.query.get('order_by') === 'updated_at' ? 'updated_at' : 'created_at';
    const [, field = by, sign, timestamp] =
      /^(created_at|updated_at)\.(gt|lt)\.(.+)$/.exec(request.query.get('filter') ?? '') ?? [];
    const limit = timestamp === undefined ? undefined : Date.parse(timestamp);
    const found = runs.all
      .filter((entry) => entry.report === report(request))
      .map((entry) => runs.show(entry))
      .filter((entry) => {
        const at = Date.parse(String(entry[field]));
        return limit === undefined || (sign === 'gt' ? at > limit : at < limit);
      })
      .sort((a, b) => String(a[by]).localeCompare(String(b[by])));
    return embedded(request, 'report_runs', request.query.get('order') === 'asc' ? found : found.reverse());
  }

  const start = '/{workspace}';
  const runPath = `${start}/reports/{report}/runs/{run}`;
  return {
    name: 'mode',
    prefix: '/mode/api',
    admit(request) {
      const expected = `Basic ${Buffer.from(`${account.token}:${account.secret}`).toString('base64')}`;
      if (request.headers.authorization !== expected)
        throw modeRefusal(401, 'unauthorized', 'You must be logged in to do that.', {
          'www-authenticate': 'Basic realm="Mode"',
        });
      const [, , , workspace] = request.path.split('/');
      if (workspace !== account.workspace) throw modeRefusal(404, 'not_found', 'The workspace could not be found.');
      if (requestsPerTenSeconds === undefined) return;
      const now = context.clock.now();
      recent = [...recent.filter((at) => at > now - 10_000), now];
      if (recent.length > requestsPerTenSeconds)
        throw modeRefusal(429, 'rate_limited', 'Too many requests.', { 'retry-after': '10' });
    },
    headers: (): Record<string, string> =>
      requestsPerTenSeconds === undefined ? {} : { 'x-ratelimit-limit': String(requestsPerTenSeconds) },
    unknown: () => json(404, { id: 'not_found', message: 'The resource could not be found.' }, hal),
    routes: {
      [`GET ${start}`]: () =>
        json(
          200,
          {
            username: account.workspace,
            name: 'Contoso',
            plan_code: 'business',
            _links: { self: { href: workspacePath }, spaces: { href: `${workspacePath}/spaces` } },
          },
          hal,
        ),
      [`GET ${start}/spaces`]: (request) =>
        embedded(
          request,
          'spaces',
          modeSpaces.map((space) => ({
            ...space,
            _links: {
              self: { href: `${workspacePath}/spaces/${space.token}` },
              reports: { href: `${workspacePath}/spaces/${space.token}/reports` },
            },
          })),
        ),
      [`GET ${start}/spaces/{space}/reports`](request) {
        const space = find(modeSpaces, parameter(request, 'space'), 'space');
        return embedded(
          request,
          'reports',
          modeReports.filter(({ spaceToken }) => spaceToken === space.token).map(showReport),
        );
      },
      [`GET ${start}/reports/{report}`]: (request) => json(200, showReport(report(request)), hal),
      [`GET ${start}/reports/{report}/queries`]: (request) =>
        embedded(
          request,
          'queries',
          report(request).queries.map(({ token, name, code = 'SELECT 1' }) => ({ token, name, raw_query: code })),
        ),
      [`GET ${start}/reports/{report}/runs`]: listRuns,
      [`POST ${start}/reports/{report}/runs`](request) {
        const { parameters } = readJson(request);
        return json(
          202,
          runs.show(
            runs.start(
              report(request),
              typeof parameters === 'object' && parameters !== null ? (parameters as Record<string, unknown>) : {},
            ),
          ),
          hal,
        );
      },
      [`GET ${runPath}`]: (request) => json(200, runs.show(run(request)), hal),
      [`GET ${runPath}/query_runs`]: (request) => embedded(request, 'query_runs', runs.showQueryRuns(run(request))),
      [`GET ${runPath}/query_runs/{queryRun}/results/content.csv`]: (request) => ({
        status: 200,
        headers: { 'content-type': 'text/csv' },
        body: packedCsv(query(request)),
      }),
      [`GET ${runPath}/query_runs/{queryRun}/results/content.json`]: (request) => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: packedJson(query(request)),
      }),
    },
  };
}
