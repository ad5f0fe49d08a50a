import { iso } from '../server/context.ts';
import { json, Refusal } from '../server/reply.ts';
import { parameter, readJson, type SandboxRequest } from '../server/request.ts';
import type { Answer } from '../server/vendor.ts';
import { restJobAccount } from './account.ts';
import { pageOf, type ToolRun, type ToolRuns } from './runs.ts';

/** `maximum_page_limit` of the installation, which is less than clients ask for. */
const maxPage = 50;

const words = {
  queued: 'queued',
  running: 'running',
  cancelling: 'running',
  succeeded: 'success',
  failed: 'failed',
  // A run that is set to failed.
  cancelled: 'failed',
} as const;

const refuse = (status: number, detail: string): Refusal => new Refusal(json(status, { detail }));

/** Airflow's API of DAG runs. @see https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html */
export function airflow(runs: ToolRuns): Record<string, Answer> {
  const show = (run: ToolRun) => ({
    dag_run_id: run.id,
    dag_id: run.job,
    state: words[runs.state(run)],
    conf: run.parameters,
    run_after: iso(run.createdAt),
    start_date: runs.state(run) === 'queued' ? null : iso(runs.startOf(run)),
    end_date: runs.isOver(run) ? iso(runs.endOf(run)) : null,
    run_type: 'manual',
    triggered_by: 'rest_api',
    note: null,
  });
  const inDag = (request: SandboxRequest): ToolRun[] => {
    if (parameter(request, 'dag') !== restJobAccount.dag)
      throw refuse(404, `The Dag with ID: \`${parameter(request, 'dag')}\` was not found`);
    return runs.all;
  };
  const found = (request: SandboxRequest): ToolRun => {
    const run = inDag(request).find(({ id }) => id === parameter(request, 'run'));
    if (!run) throw refuse(404, 'The DagRun was not found');
    return run;
  };
  const path = '/api/v2/dags/{dag}/dagRuns';
  return {
    [`POST ${path}`](request) {
      const { dag_run_id: id, conf } = readJson(request);
      if (inDag(request).some((run) => run.id === id)) throw refuse(409, 'Unique constraint violation');
      const parameters = typeof conf === 'object' && conf !== null ? (conf as Record<string, unknown>) : {};
      return json(200, show(runs.start(restJobAccount.dag, parameters, typeof id === 'string' ? { id } : {})));
    },
    [`GET ${path}`](request) {
      const { query } = request;
      const since = query.get('end_date_gte');
      const all = inDag(request);
      const found = since === null ? all.toReversed() : runs.endedSince(restJobAccount.dag, since);
      const shown = pageOf(found, query.get('offset'), query.get('limit'), maxPage);
      return json(200, { dag_runs: shown.map(show), total_entries: found.length });
    },
    'GET /api/v2/dags': ({ query }) =>
      json(200, {
        dags: pageOf(
          [{ dag_id: restJobAccount.dag, dag_display_name: 'Daily claims' }],
          query.get('offset'),
          null,
          maxPage,
        ),
        total_entries: 1,
      }),
    [`GET ${path}/{run}`]: (request) => json(200, show(found(request))),
    [`PATCH ${path}/{run}`](request) {
      const run = found(request);
      if (readJson(request)['state'] === 'failed') runs.cancel(run);
      return json(200, show(run));
    },
  };
}
