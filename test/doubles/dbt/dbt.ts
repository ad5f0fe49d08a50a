import { dbtAccount } from './account.ts';
import { ranged } from '../server/ranges.ts';
import { json, type Reply } from '../server/reply.ts';
import { parameter, readJson, type SandboxRequest } from '../server/request.ts';
import type { Answer, Vendor } from '../server/vendor.ts';
import { dbtRefusal, enveloped, envelopedPage } from './envelope.ts';
import { dbtAccountResource, dbtEnvironment, dbtJobs, dbtProject, showJob } from './world.ts';
import { runResults } from './run-details.ts';
import type { DbtRun } from './dbt-run.ts';
import type { DbtRuns } from './runs.ts';
import type { Webhooks } from './webhooks.ts';

const account = dbtAccount;
/** A CSV artifact in a folder. */
const artifactPath = 'exports/claims summary.csv';
/** Numbers of a filter such as `10`, `10,20` or `[10,20]`; undefined without a filter. */
function numbersOf(request: SandboxRequest, ...names: string[]): number[] | undefined {
  const value = names.map((name) => request.query.get(name)).find((found) => found !== null);
  return value?.match(/\d+/g)?.map(Number);
}

function ordered<T extends Record<string, unknown>>(entries: T[], orderBy: string | null): T[] {
  if (!orderBy) return entries;
  const field = orderBy.replace(/^-/, '');
  const compare = (a: T, b: T) =>
    typeof a[field] === 'number'
      ? Number(a[field]) - Number(b[field])
      : String(a[field]).localeCompare(String(b[field]));
  return [...entries].sort((a, b) => (orderBy.startsWith('-') ? -compare(a, b) : compare(a, b)));
}

/**
 * dbt: the Administrative API v2, whose paths end with a slash, and the webhooks of v3, whose paths do not.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2 and https://docs.getdbt.com/docs/deploy/webhooks
 */
export function dbt(runs: DbtRuns, webhooks: Webhooks): Vendor {
  const v2 = '/api/v2/accounts/{accountId}';
  const v3 = '/api/v3/accounts/{accountId}';
  const run = (request: SandboxRequest): DbtRun => runs.find(Number(parameter(request, 'runId')));
  const related = (request: SandboxRequest): string[] => request.query.get('include_related')?.match(/\w+/g) ?? [];
  const wanted = (list: number[] | undefined, value: unknown): boolean =>
    list === undefined || list.includes(Number(value));

  function listJobs(request: SandboxRequest): Reply {
    const name = request.query.get('name__icontains')?.toLowerCase() ?? '';
    const found = dbtJobs
      .map(showJob)
      .filter(
        (job) =>
          String(job['name']).toLowerCase().includes(name) &&
          wanted(numbersOf(request, 'project_id', 'project_id__in'), job['project_id']) &&
          wanted(numbersOf(request, 'environment_id'), job['environment_id']) &&
          wanted(numbersOf(request, 'state'), job['state']),
      );
    return envelopedPage(request, ordered(found, request.query.get('order_by')));
  }

  function listRuns(request: SandboxRequest): Reply {
    const found = runs.all
      .map((entry) => runs.show(entry, related(request)))
      .filter(
        (entry) =>
          wanted(numbersOf(request, 'job_definition_id'), entry['job_definition_id']) &&
          wanted(numbersOf(request, 'project_id', 'project_id__in'), entry['project_id']) &&
          wanted(numbersOf(request, 'environment_id'), entry['environment_id']) &&
          wanted(numbersOf(request, 'status', 'status__in'), entry['status']) &&
          Number(entry['id']) > Number(request.query.get('id__gt') ?? 0),
      );
    return envelopedPage(request, ordered(found, request.query.get('order_by') ?? 'id'));
  }

  function startRun(request: SandboxRequest): Reply {
    const body = readJson(request);
    if (typeof body['cause'] !== 'string' || body['cause'] === '')
      throw dbtRefusal(400, 'cause: This field is required.');
    return enveloped(runs.show(runs.start(Number(parameter(request, 'jobId')), body), ['trigger']));
  }

  function artifact(request: SandboxRequest): Reply {
    const found = run(request);
    if (!runs.hasArtifacts(found)) throw dbtRefusal(404, 'The requested artifact was not found.');
    const name = parameter(request, 'path');
    const step = Number(request.query.get('step') ?? 1);
    if (step > found.job.steps.length + 2) throw dbtRefusal(404, 'The requested artifact was not found.');
    if (name === 'run_results.json') return json(200, runResults(found));
    if (name === 'manifest.json')
      return json(200, {
        metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json', project_name: 'contoso' },
        nodes: {},
      });
    if (name === artifactPath)
      return ranged(request, Buffer.from(`model,rows,step\nfct_claims,1000,${step}\n`), { 'content-type': 'text/csv' });
    throw dbtRefusal(404, 'The requested artifact was not found.');
  }

  const subscription =
    (answer: (id: string, request: SandboxRequest) => Reply | Promise<Reply>): Answer =>
    (request) =>
      answer(parameter(request, 'subscriptionId'), request);
  const ok = (data: unknown) => json(200, { data, status: { code: 200 } });

  return {
    name: 'dbt',
    prefix: '/dbt',
    admit(request) {
      const token = /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (token !== account.token) throw dbtRefusal(401, 'Invalid token.');
      const id = /\/accounts\/(\d+)/.exec(request.path)?.[1];
      if (id !== undefined && Number(id) !== account.accountId)
        throw dbtRefusal(404, 'The requested account was not found.');
    },
    unknown: () =>
      json(404, {
        status: {
          code: 404,
          is_success: false,
          user_message: 'The requested resource was not found.',
          developer_message: '',
        },
        data: null,
      }),
    routes: {
      'GET /api/v2/accounts/': () => enveloped([dbtAccountResource]),
      [`GET ${v2}/`]: () => enveloped(dbtAccountResource),
      [`GET ${v2}/projects/`]: (request) => envelopedPage(request, [dbtProject]),
      [`GET ${v3}/projects/`]: (request) => envelopedPage(request, [dbtProject]),
      [`GET ${v2}/environments/`]: (request) => envelopedPage(request, [dbtEnvironment]),
      [`GET ${v2}/jobs/`]: listJobs,
      [`GET ${v2}/jobs/{jobId}/`](request) {
        const job = dbtJobs.find(({ id }) => id === Number(parameter(request, 'jobId')));
        if (!job) throw dbtRefusal(404, 'The requested job was not found.');
        return enveloped(showJob(job));
      },
      [`POST ${v2}/jobs/{jobId}/run/`]: startRun,
      [`GET ${v2}/runs/`]: listRuns,
      [`GET ${v2}/runs/{runId}/`]: (request) => enveloped(runs.show(run(request), related(request))),
      [`POST ${v2}/runs/{runId}/cancel/`]: (request) => enveloped(runs.show(runs.finish(run(request).id, 'cancelled'))),
      [`GET ${v2}/runs/{runId}/retry/`](request) {
        const found = run(request);
        const failed = found.outcome === 'error';
        return enveloped({
          fatal_error: null,
          retryable: failed,
          retry_not_supported_reason: failed ? null : 'RETRY_NOT_FAILED_RUN',
        });
      },
      [`POST ${v2}/runs/{runId}/retry/`](request) {
        const found = run(request);
        if (found.outcome !== 'error') throw dbtRefusal(400, 'Only a run that failed can be retried.');
        return enveloped(runs.show(runs.start(found.job.id, { cause: `Retry of run ${found.id}` }, found.id)));
      },
      [`GET ${v2}/runs/{runId}/artifacts/`](request) {
        if (!runs.hasArtifacts(run(request))) throw dbtRefusal(404, 'The requested artifacts were not found.');
        return enveloped(['manifest.json', 'run_results.json', artifactPath]);
      },
      [`GET ${v2}/runs/{runId}/artifacts/{path*}`]: artifact,
      [`GET ${v3}/webhooks/subscriptions`]: (request) => envelopedPage(request, webhooks.list()),
      [`POST ${v3}/webhooks/subscriptions`]: (request) =>
        json(201, { data: webhooks.create(readJson(request)), status: { code: 201 } }),
      [`GET ${v3}/webhooks/subscription/{subscriptionId}`]: subscription((id) => ok(webhooks.get(id))),
      [`PUT ${v3}/webhooks/subscription/{subscriptionId}`]: subscription((id, request) =>
        ok(webhooks.update(id, readJson(request))),
      ),
      [`DELETE ${v3}/webhooks/subscription/{subscriptionId}`]: subscription((id) => {
        webhooks.delete(id);
        return json(200, { data: { id }, status: { code: 200, is_success: true } });
      }),
      [`GET ${v3}/webhooks/subscription/{subscriptionId}/test`]: subscription(async (id) =>
        ok(await webhooks.test(id)),
      ),
      [`GET ${v3}/webhooks/subscription/{subscriptionId}/events`]: subscription((id, request) =>
        envelopedPage(request, webhooks.events(id)),
      ),
    },
  };
}
