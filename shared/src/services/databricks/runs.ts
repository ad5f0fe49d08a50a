import * as v from 'valibot';
import type { Call } from '../../http/api.ts';
import { given, idShape, shownText, type Answered } from '../../http/answer-shape.ts';
import { readAllPages, type Page } from '../../http/read-pages.ts';
import {
  parseTimestamp,
  readStatus,
  secondsBetween,
  type Run,
  type RunStatus,
  type StatusWords,
  type Step,
} from '../../runs/run.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { exactId, openDatabricks, service, workspaceAddress } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { databricksCauses } from './known-causes.ts';
import { runFieldsShape, taskShape, type VendorTaskRun } from './run-shapes.ts';
import { handledFailures, lastAttempts } from './task-attempts.ts';

/** What an answer with a run looks like. A run has a hundred tasks at most on a page. */
export const jobRunShape = v.pipe(
  v.object({
    ...runFieldsShape,
    task_key: given(v.string()),
    job_parameters: given(
      v.array(v.object({ name: v.string(), value: given(v.string()), default: given(v.string()) })),
    ),
    tasks: given(v.array(taskShape)),
    /** The run itself and its repairs, oldest first. */
    repair_history: given(v.array(v.object({ type: given(v.string()), id: given(idShape) }))),
    next_page_token: given(v.string()),
  }),
  v.check((run) => wordOf(run) !== '', 'The run has no state.'),
);

/** A run of a job, as far as it is read here; numbers beyond 2^53 come as text. */
export type VendorJobRun = Answered<typeof jobRunShape>;

/** How a run ended. */
const results: StatusWords = {
  SUCCESS: 'succeeded',
  SUCCESS_WITH_FAILURES: 'succeeded',
  FAILED: 'failed',
  TIMEDOUT: 'timed-out',
  MAXIMUM_CONCURRENT_RUNS_REACHED: 'failed',
  UPSTREAM_FAILED: 'cancelled',
  UPSTREAM_CANCELED: 'cancelled',
  EXCLUDED: 'cancelled',
  DISABLED: 'cancelled',
};

/** Where a run stands that has no result. */
const cycles: StatusWords = {
  QUEUED: 'queued',
  PENDING: 'queued',
  BLOCKED: 'queued',
  WAITING_FOR_RETRY: 'running',
  RUNNING: 'running',
  TERMINATING: 'running',
  SKIPPED: 'cancelled',
  INTERNAL_ERROR: 'failed',
};

/** How a run ended, by the code of newer answers. */
const terminations: StatusWords = {
  SUCCESS: 'succeeded',
  SUCCESS_WITH_FAILURES: 'succeeded',
  USER_CANCELED: 'cancelled',
  CANCELED: 'cancelled',
  SKIPPED: 'cancelled',
  DISABLED: 'cancelled',
};

type Stated = Pick<VendorTaskRun, 'state' | 'status'>;

/** Any code of an end that is not in the table is an error of its own. */
function statusOf({ state, status }: Stated): RunStatus {
  if (state?.result_state) return readStatus(results, state.result_state);
  if (state?.life_cycle_state && !(state.life_cycle_state === 'TERMINATED' && status))
    return readStatus(cycles, state.life_cycle_state);
  const code = status?.termination_details?.code;
  if (status?.state === 'TERMINATED' && code) {
    const known = readStatus(terminations, code);
    return known === 'unknown' ? 'failed' : known;
  }
  return readStatus(cycles, status?.state);
}

const wordOf = ({ state, status }: Stated): string =>
  state?.result_state || state?.life_cycle_state || status?.termination_details?.code || status?.state || '';

const messageOf = ({ state, status }: Stated): string | undefined =>
  state?.state_message || status?.termination_details?.message || status?.queue_details?.message;

const moment = (milliseconds: number | undefined): string | undefined =>
  milliseconds ? parseTimestamp(milliseconds) : undefined;

function times({ start_time: start, end_time: end }: Pick<VendorTaskRun, 'start_time' | 'end_time'>) {
  const startedAt = moment(start);
  const finishedAt = moment(end);
  const durationSeconds = secondsBetween(startedAt, finishedAt);
  return {
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  };
}

function readTask(task: VendorTaskRun): Step {
  const message = messageOf(task);
  return {
    name: task.task_key || task.run_id,
    type: 'Task',
    status: statusOf(task),
    ...times(task),
    ...(message ? { message } : {}),
  };
}

/** The run in our words, with its tasks as steps. */
export function readJobRun(run: VendorJobRun): Run {
  const { job_parameters: parameters = [] } = run;
  const message = messageOf(run);
  return {
    id: run.run_id,
    service,
    name: run.run_name || run.task_key || `run ${run.run_id}`,
    status: statusOf(run),
    vendorStatus: wordOf(run),
    parameters: Object.fromEntries(parameters.map(({ name, value, default: preset }) => [name, value ?? preset ?? ''])),
    steps: lastAttempts(run.tasks ?? []).map(readTask),
    ...times(run),
    ...(run.run_page_url ? { url: run.run_page_url } : {}),
    ...(message ? { message } : {}),
  };
}

/** A page of a run as Databricks gives it; with its repairs only on request. */
export function readVendorRun(
  id: string,
  context: Context<DatabricksConnection>,
  { history = false, page, endsAt }: { history?: boolean; page?: string | undefined; endsAt?: number | undefined } = {},
): Promise<VendorJobRun> {
  exactId(id, 'Run ID');
  return openDatabricks(context).json('GET', '/jobs/runs/get', jobRunShape, {
    query: { run_id: id, include_history: history || undefined, page_token: page },
    endsAt,
  });
}

/** Every task of a run in its last attempt; Databricks gives a hundred at once. */
export async function readTasks(id: string, context: Context<DatabricksConnection>): Promise<VendorTaskRun[]> {
  const tasks = await readAllPages<VendorTaskRun>(service, async (page) => {
    const { tasks: entries = [], next_page_token: next } = await readVendorRun(id, context, { page });
    return { entries, next };
  });
  return lastAttempts(tasks);
}

/** The IDs of the repairs of a run, oldest first. */
export function repairsOf({ repair_history: history = [] }: VendorJobRun): string[] {
  return history.flatMap(({ type, id }) => (type === 'REPAIR' && id !== undefined ? [String(id)] : []));
}

const outputShape = v.object({
  notebook_output: given(v.object({ result: given(v.string()), truncated: given(v.boolean()) })),
  logs: shownText,
  error: shownText,
  error_trace: shownText,
});

/** What a task returned, as far as it is read here. */
export type VendorOutput = Answered<typeof outputShape>;

/** What one task of a run returned; a run with several tasks has no output of its own. */
export function readOutput(taskRun: VendorTaskRun, context: Context<DatabricksConnection>): Promise<VendorOutput> {
  return openDatabricks(context).json('GET', '/jobs/runs/get-output', outputShape, {
    query: { run_id: taskRun.run_id },
  });
}

const runListShape = v.object({ runs: given(v.array(jobRunShape)), next_page_token: given(v.string()) });

/** A page of the runs of a job or of any. */
export async function readRunsPage(
  query: Call['query'],
  context: Context<DatabricksConnection>,
): Promise<Page<VendorJobRun>> {
  const { runs: entries = [], next_page_token: next } = await openDatabricks(context).json(
    'GET',
    '/jobs/runs/list',
    runListShape,
    { query: { limit: 24, ...query } },
  );
  return { entries, next };
}

/** Which runs are meant. */
interface RunsChoice {
  /** Those of a job. */
  job?: string | undefined;
  /** One that is being repaired: the repairs that it had before. */
  after?: readonly string[];
}

/** Failed tasks whose output is read. */
const maxExplained = 20;

/** The runs of a job, or any run of the workspace. */
export function jobRuns(
  context: Context<DatabricksConnection>,
  what = 'a job',
  { job, after }: RunsChoice = {},
): RunProvider {
  return {
    service,
    place: workspaceAddress(context.connection),
    knownCauses: databricksCauses,
    what,
    ...(job === undefined
      ? {}
      : { recent: async () => (await readRunsPage({ job_id: job }, context)).entries.map(readJobRun) }),
    async get(id, { endsAt } = {}) {
      const vendorRun = await readVendorRun(id, context, { history: after !== undefined, endsAt });
      const run = readJobRun(vendorRun);
      // Until its repair has begun, a run shows how it ended before.
      const isBefore = after !== undefined && repairsOf(vendorRun).length <= after.length;
      return isBefore ? { ...run, status: 'queued' } : run;
    },
    async cancel(id) {
      await openDatabricks(context).send('POST', '/jobs/runs/cancel', {
        json: { run_id: exactId(id, 'Run ID') },
        effect: 'idempotent',
        afterStop: true,
      });
    },
    async steps(run) {
      const tasks = await readTasks(run.id, context);
      const handled =
        run.status === 'failed' ? handledFailures(tasks, (task) => statusOf(task)) : new Set<VendorTaskRun>();
      const explained = new Set(
        tasks.filter((task) => statusOf(task) === 'failed' && !handled.has(task)).slice(0, maxExplained),
      );
      const steps = await Promise.all(
        tasks.map((task) => (explained.has(task) ? explainTask(task, context) : readTask(task))),
      );
      return steps.map((step, index) =>
        handled.has(tasks[index] as VendorTaskRun) ? { ...step, handled: true } : step,
      );
    },
  };
}

/** The task as a step; of one that failed, Databricks says why only in its output. */
async function explainTask(task: VendorTaskRun, context: Context<DatabricksConnection>): Promise<Step> {
  const step = readTask(task);
  const { error } = await readOutput(task, context).catch((): VendorOutput => ({}));
  return error ? { ...step, message: error } : step;
}

/** The field that says which run. */
export const runField = text({
  label: 'Run ID',
  help: 'The ID that a step which ran a job gave, or the address of the page of the run.',
  placeholder: '455644833',
  idFromUrl: {
    pattern: /\/runs\/(\d+)/,
    example: 'https://adb-1234567890123456.7.azuredatabricks.net/jobs/910/runs/455644833',
  },
});

/** A realistic run, for forms and documentation. */
export const sampleJobRun = {
  id: '455644833',
  service,
  name: 'Monthly report',
  status: 'succeeded' as const,
  vendorStatus: 'SUCCESS',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:00:04.000Z',
  finishedAt: '2026-11-20T08:02:32.000Z',
  durationSeconds: 148,
  url: 'https://adb-1234567890123456.7.azuredatabricks.net/jobs/910/runs/455644833',
  parameters: { reportDate: '2026-11-20' },
  steps: [{ name: 'report', type: 'Task', status: 'succeeded', durationSeconds: 131 }],
};
