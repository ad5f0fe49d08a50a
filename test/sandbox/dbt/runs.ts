import { sandboxAccounts } from '../accounts.ts';
import type { SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import { dbtDuration, dbtMoment, dbtRefusal } from './envelope.ts';
import { dbtEnvironment, dbtJobs, showJob, type DbtJob } from './jobs.ts';
import type { Webhooks } from './webhooks.ts';

/** Milliseconds between the end of a run and its artifacts, and with them the event `completed`. */
export const artifactsMilliseconds = 300;

/** How a run ended. */
export type DbtOutcome = 'success' | 'error' | 'cancelled';

/** A run of a job. */
export interface DbtRun {
  id: number;
  job: DbtJob;
  trigger: Record<string, unknown>;
  plan: RunPlan;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  outcome?: DbtOutcome;
  retryingRunId?: number;
  /** Calls off what is still to come. */
  pending: (() => void)[];
}

/** dbt's numbers for the state of a run. */
const codes = { queued: 1, starting: 2, running: 3, success: 10, error: 20, cancelled: 30 };
const words: Record<number, string> = { 1: 'Queued', 2: 'Starting', 3: 'Running', 10: 'Success', 20: 'Error', 30: 'Cancelled' };

/** The runs of the account. */
export class DbtRuns {
  #context: SandboxContext;
  #webhooks: Webhooks;
  /** Oldest first. */
  readonly all: DbtRun[] = [];

  constructor(context: SandboxContext, webhooks: Webhooks) {
    this.#context = context;
    this.#webhooks = webhooks;
  }

  /** Starts a job. */
  start(jobId: number, trigger: Record<string, unknown>, retryingRunId?: number): DbtRun {
    const job = dbtJobs.find(({ id }) => id === jobId);
    if (!job) throw dbtRefusal(404, 'The requested job was not found.');
    const { clock, plans } = this.#context;
    const plan = plans.take('dbt', [String(job.id), job.name]);
    if (job.alwaysFails) plan.failure ??= {};
    const run: DbtRun = { id: 70_000_001 + this.all.length, job, trigger, plan, createdAt: clock.now(), pending: [], ...(retryingRunId ? { retryingRunId } : {}) };
    this.all.push(run);
    const start = run.createdAt + plan.queuedMilliseconds;
    run.pending.push(clock.at(start, () => this.#begin(run)));
    run.pending.push(clock.at(start + plan.runningMilliseconds, () => this.finish(run.id, plan.failure ? 'error' : 'success')));
    return run;
  }

  #begin(run: DbtRun): void {
    run.startedAt = this.#context.clock.now();
    this.#webhooks.emit('job.run.started', run, codes.running);
  }

  /** Ends a run now: a failed one is told at once as errored, and every one as completed once its artifacts are there. */
  finish(id: number, outcome: DbtOutcome): DbtRun {
    const run = this.find(id);
    if (run.outcome) throw dbtRefusal(400, `The run ${id} is finished already.`);
    for (const callOff of run.pending) callOff();
    if (run.startedAt === undefined && outcome !== 'cancelled') this.#begin(run);
    run.finishedAt = this.#context.clock.now();
    run.outcome = outcome;
    if (outcome === 'error') this.#webhooks.emit('job.run.errored', run, codes.error);
    this.#context.clock.at(run.finishedAt + artifactsMilliseconds, () => this.#webhooks.emit('job.run.completed', run, codes[outcome]));
    return run;
  }

  /** The run of that id. */
  find(id: number): DbtRun {
    const found = this.all.find((run) => run.id === id);
    if (!found) throw dbtRefusal(404, 'The requested run was not found.');
    return found;
  }

  /** dbt's number for the state of a run. */
  code(run: DbtRun): number {
    if (run.outcome) return codes[run.outcome];
    if (run.startedAt !== undefined) return codes.running;
    return this.#context.clock.now() < run.createdAt + run.plan.queuedMilliseconds / 2 ? codes.queued : codes.starting;
  }

  /** Whether the artifacts of a run are there. */
  hasArtifacts(run: DbtRun): boolean {
    return run.finishedAt !== undefined && run.outcome !== 'cancelled' && this.#context.clock.now() >= run.finishedAt + artifactsMilliseconds;
  }

  /** The run as dbt shows it, with what was asked for by `include_related`. */
  show(run: DbtRun, related: string[] = []): Record<string, unknown> {
    const now = this.#context.clock.now();
    const code = this.code(run);
    const { accountId, environmentId, projectId } = sandboxAccounts.dbt;
    const end = run.finishedAt ?? now;
    const began = run.startedAt ?? end;
    const complete = code >= 10;
    const failed = this.#steps(run).find(({ status }) => status === codes.error);
    const moment = (at: number | undefined) => (at === undefined ? null : dbtMoment(at));
    return {
      id: run.id,
      trigger_id: run.id + 1000,
      account_id: accountId,
      environment_id: environmentId,
      project_id: projectId,
      job_definition_id: run.job.id,
      job_id: run.job.id,
      status: code,
      status_humanized: words[code],
      status_message: failed ? (run.plan.failure?.message ?? `The step ${failed.name} failed.`) : code === codes.cancelled ? 'Cancelled by user.' : null,
      dbt_version: 'latest',
      git_branch: 'main',
      git_sha: '0123456789abcdef0123456789abcdef01234567',
      created_at: dbtMoment(run.createdAt),
      updated_at: dbtMoment(end),
      dequeued_at: moment(run.startedAt),
      started_at: moment(run.startedAt),
      finished_at: moment(run.finishedAt),
      should_start_at: dbtMoment(run.createdAt),
      last_checked_at: null,
      last_heartbeat_at: null,
      in_progress: !complete,
      is_running: code === codes.running,
      is_complete: complete,
      is_success: code === codes.success,
      is_error: code === codes.error,
      is_cancelled: code === codes.cancelled,
      duration: dbtDuration(end - run.createdAt),
      queued_duration: dbtDuration(began - run.createdAt),
      run_duration: dbtDuration(end - began),
      artifacts_saved: this.hasArtifacts(run),
      has_docs_generated: false,
      has_sources_generated: false,
      notifications_sent: false,
      blocked_by: [],
      deferring_run_id: null,
      retrying_run_id: run.retryingRunId ?? null,
      can_retry: code === codes.error,
      retry_not_supported_reason: code === codes.error ? null : 'RETRY_NOT_FAILED_RUN',
      used_repo_cache: false,
      href: `${this.#context.baseUrl()}/dbt/deploy/${accountId}/projects/${projectId}/runs/${run.id}`,
      trigger: related.includes('trigger') ? { id: run.id + 1000, job_definition_id: run.job.id, cause_category: 'api', ...run.trigger } : null,
      job: related.includes('job') ? showJob(run.job) : null,
      environment: related.includes('environment') ? dbtEnvironment : null,
      run_steps: related.includes('run_steps') ? this.#steps(run) : [],
    };
  }

  #steps(run: DbtRun) {
    const names = ['Clone git repository', 'Create profile from connection Snowflake', ...run.job.steps.map((step) => `Invoke dbt with \`${step}\``)];
    if (run.startedAt === undefined) return [];
    const now = this.#context.clock.now();
    const length = (run.finishedAt ?? run.startedAt + run.plan.runningMilliseconds) - run.startedAt;
    const reached = Math.min(names.length - 1, Math.floor(((now - run.startedAt) / Math.max(1, length)) * names.length));
    const wanted = names.findIndex((name) => name === run.plan.failure?.step || name === `Invoke dbt with \`${run.plan.failure?.step}\``);
    const last = run.outcome === 'error' ? (wanted < 0 ? names.length - 1 : wanted) : run.outcome === 'success' ? names.length - 1 : reached;
    return names.slice(0, last + 1).map((name, index) => {
      const status = index < last || !run.outcome ? (index < last ? codes.success : codes.running) : codes[run.outcome];
      const message = status === codes.error ? (run.plan.failure?.message ?? 'Database Error in model fct_claims: relation does not exist') : 'Done.';
      return { id: run.id * 10 + index, run_id: run.id, account_id: sandboxAccounts.dbt.accountId, index: index + 1, status, status_humanized: words[status], name, logs: message, debug_logs: '' };
    });
  }

  /** The content of `run_results.json`. */
  results(run: DbtRun): Record<string, unknown> {
    const models = ['stg_policies', 'stg_claims', 'fct_claims'];
    const failed = run.outcome === 'error';
    return {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json', dbt_version: '1.9.0', generated_at: new Date(run.finishedAt ?? 0).toISOString(), env: {} },
      elapsed_time: ((run.finishedAt ?? 0) - (run.startedAt ?? 0)) / 1000,
      args: { which: 'build' },
      results: models.map((model, index) => {
        const broken = failed && index === models.length - 1;
        const message = broken ? (run.plan.failure?.message ?? 'Database Error in model fct_claims: relation does not exist') : 'SUCCESS 1000';
        return { unique_id: `model.contoso.${model}`, status: broken ? 'error' : 'success', message, failures: null, execution_time: 0.25, thread_id: 'Thread-1', timing: [], adapter_response: { rows_affected: broken ? 0 : 1000 } };
      }),
    };
  }
}
