import { dbtAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import type { DbtOutcome, DbtRun } from './dbt-run.ts';
import { dbtDuration, dbtTimestamp, dbtRefusal } from './envelope.ts';
import { codes, runSteps, words } from './run-details.ts';
import { dbtEnvironment, dbtJobs, showJobOfRun } from './world.ts';
import type { Webhooks } from './webhooks.ts';

/** Milliseconds between the end of a run and its artifacts with the event `completed`, unless a test changes them. */
export const artifactsMilliseconds = 300;

/** The runs of the account. */
export class DbtRuns {
  #context: SandboxContext;
  #webhooks: Webhooks;
  /** Milliseconds between the end of a run and its artifacts. */
  artifactsMilliseconds = artifactsMilliseconds;
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
    const run: DbtRun = {
      id: 70_000_001 + this.all.length,
      job,
      trigger,
      plan,
      createdAt: clock.now(),
      pending: [],
      ...(retryingRunId ? { retryingRunId } : {}),
    };
    this.all.push(run);
    const start = run.createdAt + plan.queuedMilliseconds;
    run.pending.push(clock.at(start, () => this.#begin(run)));
    run.pending.push(
      clock.at(start + plan.runningMilliseconds, () => this.finish(run.id, plan.failure ? 'error' : 'success')),
    );
    return run;
  }

  #begin(run: DbtRun): void {
    run.startedAt = this.#context.clock.now();
    this.#webhooks.emit('job.run.started', run, codes.running);
  }

  /** Ends a run now. Sends `errored` immediately for a failed run, and `completed` when the artifacts are ready. */
  finish(id: number, outcome: DbtOutcome): DbtRun {
    const run = this.find(id);
    if (run.outcome) throw dbtRefusal(400, `The run ${id} is finished already.`);
    for (const callOff of run.pending) callOff();
    if (run.startedAt === undefined && outcome !== 'cancelled') this.#begin(run);
    run.finishedAt = this.#context.clock.now();
    run.outcome = outcome;
    if (outcome === 'error') this.#webhooks.emit('job.run.errored', run, codes.error);
    this.#context.clock.at(run.finishedAt + this.artifactsMilliseconds, () =>
      this.#webhooks.emit('job.run.completed', run, codes[outcome]),
    );
    return run;
  }

  /** The run with an ID. @throws Refusal when there is none */
  find(id: number): DbtRun {
    const found = this.all.find((run) => run.id === id);
    if (!found) throw dbtRefusal(404, 'The requested run was not found.');
    return found;
  }

  /** dbt's status code of a run. */
  code(run: DbtRun): number {
    if (run.outcome) return codes[run.outcome];
    if (run.startedAt !== undefined) return codes.running;
    return this.#context.clock.now() < run.createdAt + run.plan.queuedMilliseconds / 2 ? codes.queued : codes.starting;
  }

  /** Whether the artifacts of a run are ready. */
  hasArtifacts(run: DbtRun): boolean {
    return (
      run.finishedAt !== undefined &&
      run.outcome !== 'cancelled' &&
      this.#context.clock.now() >= run.finishedAt + this.artifactsMilliseconds
    );
  }

  /** The API resource of a run, with the parts in `include_related`. */
  show(run: DbtRun, related: string[] = []): Record<string, unknown> {
    const now = this.#context.clock.now();
    const code = this.code(run);
    const { accountId, environmentId, projectId } = dbtAccount;
    const end = run.finishedAt ?? now;
    const began = run.startedAt ?? end;
    const complete = code >= 10;
    const failed = runSteps(run, now).find(({ status }) => status === codes.error);
    const timestamp = (at: number | undefined) => (at === undefined ? null : dbtTimestamp(at));
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
      status_message: failed
        ? (run.plan.failure?.message ?? `The step ${failed.name} failed.`)
        : code === codes.cancelled
          ? 'Cancelled by user.'
          : null,
      dbt_version: 'latest',
      git_branch: 'main',
      git_sha: '0123456789abcdef0123456789abcdef01234567',
      created_at: dbtTimestamp(run.createdAt),
      updated_at: dbtTimestamp(end),
      dequeued_at: timestamp(run.startedAt),
      started_at: timestamp(run.startedAt),
      finished_at: timestamp(run.finishedAt),
      should_start_at: dbtTimestamp(run.createdAt),
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
      trigger: related.includes('trigger')
        ? { id: run.id + 1000, job_definition_id: run.job.id, cause_category: 'api', ...run.trigger }
        : null,
      job: related.includes('job') ? showJobOfRun(run.job) : null,
      environment: related.includes('environment') ? dbtEnvironment : null,
      run_steps: related.includes('run_steps') ? runSteps(run, now) : [],
    };
  }
}
