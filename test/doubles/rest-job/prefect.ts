import { iso } from '../server/context.ts';
import { json, Refusal, type Reply } from '../server/reply.ts';
import { parameter, readJson, type SandboxRequest } from '../server/request.ts';
import type { Answer } from '../server/vendor.ts';
import { restJobAccount } from './account.ts';
import { pageOf, type ToolRun, type ToolRuns } from './runs.ts';

/** `PREFECT_SERVER_API_DEFAULT_LIMIT`. */
const maxPage = 200;

const words = {
  queued: 'SCHEDULED',
  running: 'RUNNING',
  cancelling: 'CANCELLING',
  succeeded: 'COMPLETED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
} as const;

/** The `detail` of FastAPI. */
const refuse = (status: number, detail: string): Refusal => new Refusal(json(status, { detail }));

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Prefect's API of deployments and flow runs. @see https://docs.prefect.io/v3/api-ref/rest-api/server */
export function prefect(runs: ToolRuns): Record<string, Answer> {
  const show = (run: ToolRun) => {
    const type = words[runs.state(run)];
    return {
      id: run.id,
      name: 'careful-otter',
      deployment_id: run.job,
      parameters: run.parameters,
      idempotency_key: run.key ?? null,
      created: iso(run.createdAt),
      start_time: runs.state(run) === 'queued' ? null : iso(runs.startOf(run)),
      end_time: runs.isOver(run) ? iso(runs.endOf(run)) : null,
      state_type: type,
      state: {
        id: run.id,
        type,
        name: type,
        message: type === 'FAILED' ? (run.plan.failure?.message ?? 'Flow run encountered an exception.') : null,
      },
    };
  };
  const found = (request: SandboxRequest): ToolRun => {
    const run = runs.all.find(({ id }) => id === parameter(request, 'run'));
    if (!run) throw refuse(404, 'Flow run not found');
    return run;
  };
  return {
    'POST /deployments/{deployment}/create_flow_run'(request): Reply {
      const deployment = parameter(request, 'deployment');
      if (deployment !== restJobAccount.deployment) throw refuse(404, 'Deployment not found');
      const { parameters, idempotency_key: key } = readJson(request);
      const same = runs.all.find((run) => key !== undefined && run.key === key);
      if (same) return json(200, show(same));
      return json(201, show(runs.start(deployment, objectIn(parameters), typeof key === 'string' ? { key } : {})));
    },
    'GET /flow_runs/{run}': (request) => json(200, show(found(request))),
    'POST /flow_runs/{run}/set_state'(request) {
      const run = found(request);
      const { type } = objectIn(readJson(request)['state']);
      if (type !== 'CANCELLING') throw refuse(422, 'The sandbox knows only CANCELLING.');
      if (runs.isOver(run)) return json(200, { state: null, status: 'ABORT', details: { type: 'abort_details' } });
      runs.cancel(run);
      return json(201, { state: show(run).state, status: 'ACCEPT', details: { type: 'accept_details' } });
    },
    'POST /flow_runs/filter'(request) {
      const { deployments, flow_runs: filter, limit, offset } = readJson(request);
      const { any_: ids } = objectIn(objectIn(deployments)['id']);
      const wanted = Array.isArray(ids) ? ids : [];
      const { after_: since } = objectIn(objectIn(filter)['end_time']);
      const found =
        typeof since === 'string'
          ? wanted.flatMap((id) => runs.endedSince(String(id), since))
          : runs.all.filter(({ job }) => wanted.includes(job)).reverse();
      if (Number(limit) > maxPage) throw refuse(422, `Invalid limit: must be less than or equal to ${maxPage}.`);
      return json(200, pageOf(found, offset, limit, maxPage).map(show));
    },
    'POST /deployments/filter'(request) {
      const { limit, offset } = readJson(request);
      return json(200, pageOf([{ id: restJobAccount.deployment, name: 'daily-claims' }], offset, limit, maxPage));
    },
  };
}
