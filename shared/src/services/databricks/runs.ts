import { readMoment, readStatus, secondsBetween, type Run, type RunStatus, type StatusWords, type Step } from '../../runs/run.ts';
import type { Context } from '../../operations/context.ts';
import { text } from '../../operations/fields.ts';
import type { KnownCause } from '../../runs/known-causes.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { exactId, openDatabricks, service } from './api.ts';
import type { DatabricksConnection } from './connection.ts';

interface VendorState {
  life_cycle_state?: string;
  result_state?: string;
  state_message?: string;
}

/** A run of a job, or of one of its tasks, as far as it is read here; numbers beyond 2^53 come as text. */
export interface VendorJobRun {
  run_id: number | string;
  job_id?: number | string;
  run_name?: string;
  task_key?: string;
  state?: VendorState;
  /** Milliseconds since 1970; 0 while there is none. */
  start_time?: number;
  end_time?: number;
  run_page_url?: string;
  job_parameters?: { name: string; value?: string; default?: string }[];
  tasks?: VendorJobRun[];
  /** The run itself and its repairs, oldest first. */
  repair_history?: { type?: string; id?: number | string; state?: VendorState; start_time?: number; end_time?: number }[];
}

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

function statusOf({ life_cycle_state: cycle, result_state: result }: VendorState = {}): RunStatus {
  return result ? readStatus(results, result) : readStatus(cycles, cycle);
}

const moment = (milliseconds: number | undefined): string | undefined => (milliseconds ? readMoment(milliseconds) : undefined);

function times({ start_time: start, end_time: end }: VendorJobRun) {
  const startedAt = moment(start);
  const finishedAt = moment(end);
  const durationSeconds = secondsBetween(startedAt, finishedAt);
  return {
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  };
}

function readTask(task: VendorJobRun): Step {
  const message = task.state?.state_message;
  return { name: task.task_key ?? String(task.run_id), type: 'Task', status: statusOf(task.state), ...times(task), ...(message ? { message } : {}) };
}

/** The run in our words, with its tasks as steps. */
export function readJobRun(run: VendorJobRun): Run {
  const { state = {}, job_parameters: parameters = [] } = run;
  return {
    id: String(run.run_id),
    service,
    name: run.run_name ?? run.task_key ?? `run ${run.run_id}`,
    status: statusOf(state),
    vendorStatus: state.result_state ?? state.life_cycle_state ?? '',
    parameters: Object.fromEntries(parameters.map(({ name, value, default: preset }) => [name, value ?? preset ?? ''])),
    steps: (run.tasks ?? []).map(readTask),
    ...times(run),
    ...(run.run_page_url ? { url: run.run_page_url } : {}),
    ...(state.state_message ? { message: state.state_message } : {}),
  };
}

/** A run as Databricks gives it; with its repairs only where somebody asks for them. */
export function readVendorRun(id: string, context: Context<DatabricksConnection>, { history = false } = {}): Promise<VendorJobRun> {
  exactId(id, 'Run ID');
  return openDatabricks(context).json<VendorJobRun>('GET', '/jobs/runs/get', { query: { run_id: id, include_history: history || undefined } });
}

/** The IDs of the repairs of a run, oldest first. */
export function repairsOf({ repair_history: history = [] }: VendorJobRun): string[] {
  return history.flatMap(({ type, id }) => (type === 'REPAIR' && id !== undefined ? [String(id)] : []));
}

/** What a task gave back, as far as it is read here. */
export interface VendorOutput {
  notebook_output?: { result?: string; truncated?: boolean };
  logs?: string;
  error?: string;
  error_trace?: string;
}

/** What one task of a run gave back; a run with several tasks has no output of its own. */
export function readOutput(taskRun: VendorJobRun, context: Context<DatabricksConnection>): Promise<VendorOutput> {
  return openDatabricks(context).json<VendorOutput>('GET', '/jobs/runs/get-output', { query: { run_id: String(taskRun.run_id) } });
}

const databricksCauses: readonly KnownCause[] = [
  { pattern: /MAXIMUM_CONCURRENT_RUNS|maximum concurrent runs/i, advice: 'The job was going already: raise its Maximum concurrent runs, let its runs queue, or use Reuse a Run That Is Already Going.' },
  { pattern: /cluster.*(terminated|not (start|available)|unexpected)|CLOUD_PROVIDER|spot instance/i, advice: 'The cluster was lost: look at its event log, and run the job again.' },
];

/** The newest runs of a job; Databricks gives no more than 24 at once. */
async function recentRuns(job: string, context: Context<DatabricksConnection>): Promise<Run[]> {
  const { runs = [] } = await openDatabricks(context).json<{ runs?: VendorJobRun[] }>('GET', '/jobs/runs/list', { query: { job_id: job, limit: 24 } });
  return runs.map(readJobRun);
}

/** Which runs are meant. */
interface RunsChoice {
  /** Those of a job. */
  job?: string | undefined;
  /** One that is being repaired: the repairs that it had before. */
  after?: readonly string[];
}

/** The runs of a job, or any run of the workspace. */
export function jobRuns(context: Context<DatabricksConnection>, what = 'a job', { job, after }: RunsChoice = {}): RunProvider {
  return {
    service,
    knownCauses: databricksCauses,
    what,
    ...(job === undefined ? {} : { recent: () => recentRuns(job, context) }),
    async get(id) {
      const vendorRun = await readVendorRun(id, context, { history: after !== undefined });
      const run = readJobRun(vendorRun);
      // Until its repair has begun, a run shows how it ended before.
      const isBefore = after !== undefined && repairsOf(vendorRun).length <= after.length;
      return isBefore ? { ...run, status: 'queued' } : run;
    },
    async cancel(id) {
      await openDatabricks(context).send('POST', '/jobs/runs/cancel', { json: { run_id: exactId(id, 'Run ID') }, effect: 'idempotent', afterStop: true });
    },
    async steps(run) {
      const { tasks = [] } = await readVendorRun(run.id, context);
      return Promise.all(tasks.map((task) => explainTask(task, context)));
    },
  };
}

/** The task as a step; of one that failed, Databricks says why only in its output. */
async function explainTask(task: VendorJobRun, context: Context<DatabricksConnection>): Promise<Step> {
  const step = readTask(task);
  if (step.status !== 'failed') return step;
  const { error } = await readOutput(task, context).catch((): VendorOutput => ({}));
  return error ? { ...step, message: error } : step;
}

/** The field that says which run. */
export const runField = text({
  label: 'Run ID',
  help: 'The ID that a step which ran a job gave, or the address of the page of the run.',
  placeholder: '455644833',
  idFromUrl: { pattern: /\/runs\/(\d+)/, example: 'https://adb-1234567890123456.7.azuredatabricks.net/jobs/910/runs/455644833' },
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
