import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Call } from '../../http/api.ts';
import { optionalField, idShape, displayText, type Parsed } from '../../http/response-schema.ts';
import { readAllPages, type Page } from '../../http/read-pages.ts';
import {
  parseTimestamp,
  readStatus,
  secondsBetween,
  type Run,
  type RunStatus,
  type StatusMap,
  type Step,
} from '../../runs/run.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { recentRunChoices } from '../../runs/run-choices.ts';
import { exactId, openDatabricks, service, workspaceAddress } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { databricksCauses } from './known-causes.ts';
import { runFieldsShape, taskShape, type VendorTaskRun } from './run-shapes.ts';
import { handledFailures, lastAttempts } from './task-attempts.ts';

/** A job run in an API response, with up to 100 tasks per page. */
const jobRunShape = v.pipe(
  v.object({
    ...runFieldsShape,
    task_key: optionalField(v.string()),
    job_parameters: optionalField(
      v.array(v.object({ name: v.string(), value: optionalField(v.string()), default: optionalField(v.string()) })),
    ),
    tasks: optionalField(v.array(taskShape)),
    /** The original run and its repairs, oldest first. */
    repair_history: optionalField(v.array(v.object({ type: optionalField(v.string()), id: optionalField(idShape) }))),
    next_page_token: optionalField(v.string()),
  }),
  v.check((run) => vendorStatusOf(run) !== '', 'The run has no state.'),
);

/** A job run, with the fields used here; integers beyond 2^53 are text. */
export type VendorJobRun = Parsed<typeof jobRunShape>;

/** Statuses by `result_state`. */
const resultStates: StatusMap = {
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

/** Statuses by `life_cycle_state`, for runs without a result. */
const lifeCycleStates: StatusMap = {
  QUEUED: 'queued',
  PENDING: 'queued',
  BLOCKED: 'queued',
  WAITING_FOR_RETRY: 'running',
  RUNNING: 'running',
  TERMINATING: 'running',
  SKIPPED: 'cancelled',
  INTERNAL_ERROR: 'failed',
};

/** Statuses by the termination code of newer responses. */
const terminationCodes: StatusMap = {
  SUCCESS: 'succeeded',
  SUCCESS_WITH_FAILURES: 'succeeded',
  USER_CANCELED: 'cancelled',
  CANCELED: 'cancelled',
  SKIPPED: 'cancelled',
  DISABLED: 'cancelled',
};

type StateFields = Pick<VendorTaskRun, 'state' | 'status'>;

/** Termination codes that are not in the map are errors. */
function statusOf({ state, status }: StateFields): RunStatus {
  if (state?.result_state) return readStatus(resultStates, state.result_state);
  if (state?.life_cycle_state && !(state.life_cycle_state === 'TERMINATED' && status))
    return readStatus(lifeCycleStates, state.life_cycle_state);
  const code = status?.termination_details?.code;
  if (status?.state === 'TERMINATED' && code) {
    const known = readStatus(terminationCodes, code);
    return known === 'unknown' ? 'failed' : known;
  }
  return readStatus(lifeCycleStates, status?.state);
}

const vendorStatusOf = ({ state, status }: StateFields): string =>
  state?.result_state || state?.life_cycle_state || status?.termination_details?.code || status?.state || '';

const messageOf = ({ state, status }: StateFields): string | undefined =>
  state?.state_message || status?.termination_details?.message || status?.queue_details?.message;

const timestamp = (milliseconds: number | undefined): string | undefined =>
  milliseconds ? parseTimestamp(milliseconds) : undefined;

function times({ start_time: start, end_time: end }: Pick<VendorTaskRun, 'start_time' | 'end_time'>) {
  const startedAt = timestamp(start);
  const finishedAt = timestamp(end);
  return withoutUndefined({ startedAt, finishedAt, durationSeconds: secondsBetween(startedAt, finishedAt) });
}

function readTask(task: VendorTaskRun): Step {
  return {
    name: task.task_key || task.run_id,
    type: 'Task',
    status: statusOf(task),
    ...times(task),
    ...withoutUndefined({ message: messageOf(task) || undefined }),
  };
}

/** Converts a job run, with its tasks as steps. */
export function readJobRun(run: VendorJobRun): Run {
  const { job_parameters: parameters = [] } = run;
  return {
    id: run.run_id,
    service,
    name: run.run_name || run.task_key || `run ${run.run_id}`,
    status: statusOf(run),
    vendorStatus: vendorStatusOf(run),
    parameters: Object.fromEntries(parameters.map(({ name, value, default: preset }) => [name, value ?? preset ?? ''])),
    steps: lastAttempts(run.tasks ?? []).map(readTask),
    ...times(run),
    ...withoutUndefined({ url: run.run_page_url || undefined, message: messageOf(run) || undefined }),
  };
}

/** One page of a run; `history` includes its repairs. */
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

/** The last attempt of every task of a run, from all pages. */
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
  notebook_output: optionalField(
    v.object({ result: optionalField(v.string()), truncated: optionalField(v.boolean()) }),
  ),
  logs: displayText,
  error: displayText,
  error_trace: displayText,
});

/** The output of a task, with the fields used here. */
export type VendorOutput = Parsed<typeof outputShape>;

/** The output of one task; a run with several tasks has no output itself. */
export function readOutput(taskRun: VendorTaskRun, context: Context<DatabricksConnection>): Promise<VendorOutput> {
  return openDatabricks(context).json('GET', '/jobs/runs/get-output', outputShape, {
    query: { run_id: taskRun.run_id },
  });
}

const runListShape = v.object({
  runs: optionalField(v.array(jobRunShape)),
  next_page_token: optionalField(v.string()),
});

/** A page of the runs of one job or of all jobs. */
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

/** Which runs to read. */
interface RunsChoice {
  /** Only runs of this job. */
  job?: string | undefined;
  /** For a run that is being repaired: its earlier repairs. */
  after?: readonly string[];
}

/** Maximum number of failed tasks to read the output of. */
const maxExplained = 20;

/** The runs of a job or of the whole workspace. */
export function jobRuns(
  context: Context<DatabricksConnection>,
  what = 'a job',
  { job, after }: RunsChoice = {},
): RunProvider {
  return {
    service,
    namespace: workspaceAddress(context.connection),
    knownCauses: databricksCauses,
    displayName: what,
    ...(job === undefined
      ? {}
      : { recent: async () => (await readRunsPage({ job_id: job }, context)).entries.map(readJobRun) }),
    async get(id, { endsAt } = {}) {
      const vendorRun = await readVendorRun(id, context, { history: after !== undefined, endsAt });
      const run = readJobRun(vendorRun);
      // Until the repair starts, the run still has its previous result.
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
      return Promise.all(
        tasks.map(async (task) => ({
          ...(explained.has(task) ? await explainTask(task, context) : readTask(task)),
          ...(handled.has(task) ? { handled: true } : {}),
        })),
      );
    },
  };
}

/** A failed task as a step, with the error from its output: the task itself does not include it. */
async function explainTask(task: VendorTaskRun, context: Context<DatabricksConnection>): Promise<Step> {
  const step = readTask(task);
  const { error } = await readOutput(task, context).catch((): VendorOutput => ({}));
  return error ? { ...step, message: error } : step;
}

/** Selects a run. */
export const runField = text({
  label: 'Run ID',
  help: 'Select a recent run, or enter the Run ID from a previous step or the URL of the run in Databricks.',
  placeholder: '455644833',
  choices: recentRunChoices<DatabricksConnection>([], async (_input, context) =>
    (await readRunsPage({}, context)).entries.map(readJobRun),
  ),
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
