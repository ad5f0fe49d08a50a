import { parseExact } from '../../../shared/src/http/exact-json.ts';
import { databricksAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { ranged } from '../server/ranges.ts';
import { json, Refusal } from '../server/reply.ts';
import { bearerToken, parameter, readForm, wholeNumber, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import type { DatabricksRun, DatabricksRuns } from './runs.ts';
import { listFolder, volumeFiles } from './volumes.ts';
import { databricksJobs, type DatabricksJob } from './world.ts';

const account = databricksAccount;

/** Microsoft Entra's resource ID of Azure Databricks. */
const entraResource = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d';

/** A Databricks error response. */
function databricksRefusal(status: number, code: string, message: string): Refusal {
  return new Refusal(json(status, { error_code: code, message }));
}

/** Reads a JSON body with exact large integers. */
function readBody({ body }: SandboxRequest): Record<string, unknown> {
  try {
    return parseExact(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    throw databricksRefusal(400, 'MALFORMED_REQUEST', 'Could not parse the request.');
  }
}

const asTexts = (values: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries((values ?? {}) as object).map(([name, value]) => [name, String(value)]));

/** The path of a file or folder. @throws Refusal for another catalog, which the account may not read */
function pathOf(request: SandboxRequest): string {
  const path = `/${parameter(request, 'path')}`;
  if (path.startsWith('/Volumes/secret/'))
    throw databricksRefusal(403, 'PERMISSION_DENIED', 'User does not have READ VOLUME on Volume.');
  return path;
}

/** The Databricks APIs for jobs (2.2) and files. @see https://docs.databricks.com/api/workspace/jobs */
export function databricks(context: SandboxContext, runs: DatabricksRuns): Vendor {
  const findJob = (id: unknown): DatabricksJob => {
    const found = databricksJobs.find((job) => job.id === String(id));
    if (!found) throw databricksRefusal(400, 'INVALID_PARAMETER_VALUE', `Job ${String(id)} does not exist.`);
    return found;
  };
  const findRun = (id: unknown): DatabricksRun => {
    const found = runs.all.find((run) => run.id === String(id));
    if (!found) throw databricksRefusal(400, 'INVALID_PARAMETER_VALUE', `Run ${String(id)} does not exist.`);
    return found;
  };
  const started = (run: DatabricksRun) =>
    json(200, { run_id: runs.show(run)['run_id'], number_in_job: runs.show(run)['run_id'] });
  const token = (value: unknown): string | undefined => {
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.length > 64)
      throw databricksRefusal(400, 'INVALID_PARAMETER_VALUE', 'The idempotency token is too long.');
    return value;
  };
  return {
    name: 'databricks',
    prefix: '/databricks',
    routes: {
      'POST /oidc/v1/token': (request) => {
        const wanted = `Basic ${Buffer.from(`${account.clientId}:${account.clientSecret}`).toString('base64')}`;
        const form = readForm(request);
        if (request.headers.authorization !== wanted)
          return json(401, { error: 'invalid_client', error_description: 'Client authentication failed' });
        if (form.get('scope') !== 'all-apis') return json(400, { error: 'invalid_scope' });
        return json(200, {
          access_token: context.tokens.issue('databricks', account.clientId, context.tokenSeconds),
          token_type: 'Bearer',
          expires_in: context.tokenSeconds,
        });
      },
      'GET /api/2.2/jobs/list': (request) => {
        const name = request.query.get('name');
        const found = databricksJobs.filter((job) => name === null || job.name.toLowerCase() === name.toLowerCase());
        const from = wholeNumber(request, 'page_token', 0);
        const size = Math.min(100, wholeNumber(request, 'limit', 20));
        const page = found.slice(from, from + size);
        const raw = (id: string): unknown => JSON.rawJSON(id);
        return json(200, {
          jobs: page.map((job) => ({
            job_id: raw(job.id),
            settings: {
              name: job.name,
              parameters: Object.entries(job.parameters).map(([key, preset]) => ({ name: key, default: preset })),
            },
            creator_user_name: 'ada@contoso.example',
          })),
          ...(from + size < found.length ? { next_page_token: String(from + size) } : {}),
        });
      },
      'GET /api/2.2/jobs/get': (request) => {
        const job = findJob(request.query.get('job_id'));
        const raw = JSON.rawJSON(job.id);
        return json(200, {
          job_id: raw,
          settings: {
            name: job.name,
            parameters: Object.entries(job.parameters).map(([name, preset]) => ({ name, default: preset })),
          },
        });
      },
      'POST /api/2.2/jobs/run-now': (request) => {
        const body = readBody(request);
        return started(
          runs.start(findJob(body['job_id']), asTexts(body['job_parameters']), token(body['idempotency_token'])),
        );
      },
      'POST /api/2.2/jobs/runs/submit': (request) => {
        const body = readBody(request);
        const [task] = (body['tasks'] ?? []) as {
          task_key: string;
          notebook_task?: { notebook_path?: string; base_parameters?: object };
        }[];
        const path = task?.notebook_task?.notebook_path;
        if (!task || !path) throw databricksRefusal(400, 'INVALID_PARAMETER_VALUE', 'A task needs a notebook.');
        if (!path.startsWith('/'))
          throw databricksRefusal(400, 'INVALID_PARAMETER_VALUE', `Only absolute paths are supported: ${path}`);
        const job = {
          id: '0',
          name: String(body['run_name'] ?? 'Untitled'),
          tasks: [task.task_key],
          parameters: {},
          alwaysFails: path.startsWith('/nowhere/'),
        };
        return started(runs.start(job, asTexts(task.notebook_task?.base_parameters), token(body['idempotency_token'])));
      },
      'GET /api/2.2/jobs/runs/get': (request) => json(200, runs.show(findRun(request.query.get('run_id')))),
      'GET /api/2.2/jobs/runs/get-output': (request) => {
        const id = request.query.get('run_id') ?? '';
        const found = runs.findTask(id);
        if (!found)
          throw databricksRefusal(
            400,
            'INVALID_PARAMETER_VALUE',
            `Retrieving the output of runs with multiple tasks is not supported: ${id}`,
          );
        const { failure } = found.run.plan;
        if (failure)
          return json(200, {
            error: failure.message ?? 'The report date lies in the future.',
            error_trace: 'ValueError',
            metadata: {},
          });
        return json(200, {
          notebook_output: { result: `{"task":"${found.task}","rows":5}`, truncated: false },
          metadata: {},
        });
      },
      'GET /api/2.2/jobs/runs/list': (request) => {
        const size = wholeNumber(request, 'limit', 20);
        if (size >= 25) throw databricksRefusal(400, 'INVALID_PARAMETER_VALUE', 'Limit must be less than 25.');
        const job = request.query.get('job_id');
        const ended = request.query.get('completed_only') === 'true';
        const since = wholeNumber(request, 'start_time_from', 0);
        const found = runs.all
          .filter(
            (run) => (job === null || run.job.id === job) && (!ended || runs.isOver(run)) && run.createdAt >= since,
          )
          .reverse();
        const from = wholeNumber(request, 'page_token', 0);
        const next = from + size < found.length ? { next_page_token: String(from + size) } : {};
        return json(200, {
          runs: found.slice(from, from + size).map((run) => runs.show(run)),
          has_more: from + size < found.length,
          ...next,
        });
      },
      'POST /api/2.2/jobs/runs/repair': (request) => {
        const body = readBody(request);
        const run = findRun(body['run_id']);
        const latest = run.repairs.at(-1)?.id;
        if (!runs.isOver(run)) throw databricksRefusal(400, 'INVALID_STATE', `Run ${run.id} is in progress.`);
        if (latest !== undefined && String(body['latest_repair_id']) !== latest)
          throw databricksRefusal(400, 'INVALID_PARAMETER_VALUE', 'latest_repair_id is required.');
        return json(200, {
          repair_id: JSON.rawJSON(runs.repair(run)),
        });
      },
      'GET /api/2.0/fs/files/{path*}'(request) {
        const content = volumeFiles[pathOf(request)];
        if (!content) throw databricksRefusal(404, 'NOT_FOUND', 'The file being accessed is not found.');
        return ranged(request, content, { 'content-type': 'application/octet-stream' });
      },
      'GET /api/2.0/fs/directories/{path*}'(request) {
        const contents = listFolder(pathOf(request));
        if (!contents) throw databricksRefusal(404, 'NOT_FOUND', 'The directory being accessed is not found.');
        const from = wholeNumber(request, 'page_token', 0);
        const size = Math.min(1000, wholeNumber(request, 'page_size', 1000));
        return json(200, {
          contents: contents.slice(from, from + size),
          ...(from + size < contents.length ? { next_page_token: String(from + size) } : {}),
        });
      },
      'POST /api/2.2/jobs/runs/cancel': (request) => {
        runs.cancel(findRun(readBody(request)['run_id']));
        return json(200, {});
      },
    },
    admit(request) {
      if (request.path.startsWith('/databricks/oidc/')) return;
      const bearer = bearerToken(request);
      const issued = context.tokens.find(bearer);
      if (
        bearer === account.token ||
        (issued !== undefined && ['databricks', entraResource].includes(issued.resource) && !issued.expired)
      )
        return;
      throw databricksRefusal(
        401,
        'UNAUTHENTICATED',
        'Credential was not sent or was of an unsupported type for this API.',
      );
    },
    unknown: () => json(404, { error_code: 'ENDPOINT_NOT_FOUND', message: 'No API found.' }),
  };
}
