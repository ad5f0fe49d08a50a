import { readMoment, readStatus, secondsBetween, type Run, type RunStatus, type StatusWords, type Step } from '../../runs/run.ts';
import { service } from './api.ts';

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
}

/** How a run ended. */
const results: StatusWords = {
  SUCCESS: 'succeeded',
  SUCCESS_WITH_FAILURES: 'succeeded',
  FAILED: 'failed',
  TIMEDOUT: 'timed-out',
  MAXIMUM_CONCURRENT_RUNS_REACHED: 'failed',
  UPSTREAM_FAILED: 'failed',
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
