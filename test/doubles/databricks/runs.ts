import type { SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { DatabricksJob } from './world.ts';

/** A run of a job or of a single notebook. */
export interface DatabricksRun {
  id: string;
  job: DatabricksJob;
  parameters: Record<string, string>;
  token: string | undefined;
  plan: RunPlan;
  createdAt: number;
  cancelledAt?: number;
  /** Its state before each repair, oldest first. */
  repairs: { id: string; before: { state: object; start: number; end: number } }[];
}

/** A whole number of any length in JSON. */
const raw = (id: string): unknown => JSON.rawJSON(id);

/** ID of the first run: above `Number.MAX_SAFE_INTEGER` and odd, so that a double cannot represent it. */
const firstRun = 9_007_199_254_741_001n;

/** The runs of the workspace. */
export class DatabricksRuns {
  #context: SandboxContext;
  /** Oldest first. */
  readonly all: DatabricksRun[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Starts a run, or returns the run with the same idempotency token. */
  start(job: DatabricksJob, parameters: Record<string, string>, token?: string): DatabricksRun {
    const known = token === undefined ? undefined : this.all.find((run) => run.token === token);
    if (known) return known;
    const { clock, plans } = this.#context;
    const plan = plans.take('databricks', [job.name, job.id]);
    if (job.alwaysFails) plan.failure ??= {};
    const run = {
      id: String(firstRun + 10n * BigInt(this.all.length)),
      job,
      parameters: { ...job.parameters, ...parameters },
      token,
      plan,
      createdAt: clock.now(),
      repairs: [],
    };
    this.all.push(run);
    return run;
  }

  /** Repairs a run: reruns its failed tasks, following the next plan for the job. */
  repair(run: DatabricksRun): string {
    const { clock, plans } = this.#context;
    const {
      state,
      start_time: start,
      end_time: end,
    } = this.show(run) as { state: object; start_time: number; end_time: number };
    const id = String(BigInt(run.id) + 5n + 10_000n * BigInt(run.repairs.length + 1));
    run.repairs.push({ id, before: { state, start, end } });
    run.plan = plans.take('databricks', [run.job.name, run.job.id]);
    run.createdAt = clock.now();
    delete run.cancelledAt;
    return id;
  }

  #end({ createdAt, plan }: DatabricksRun): number {
    return createdAt + plan.queuedMilliseconds + plan.runningMilliseconds;
  }

  /** Cancels a run unless it has finished. */
  cancel(run: DatabricksRun): void {
    if (!this.isOver(run)) run.cancelledAt ??= this.#context.clock.now();
  }

  /** Whether a run has finished. */
  isOver(run: DatabricksRun): boolean {
    const now = this.#context.clock.now();
    return (
      now >= this.#end(run) ||
      (run.cancelledAt !== undefined && now >= run.cancelledAt + run.plan.cancellingMilliseconds)
    );
  }

  #state(run: DatabricksRun): { life_cycle_state: string; result_state?: string; state_message: string } {
    const now = this.#context.clock.now();
    if (!this.isOver(run)) {
      const isQueued = now < run.createdAt + run.plan.queuedMilliseconds;
      return {
        life_cycle_state: run.cancelledAt !== undefined ? 'TERMINATING' : isQueued ? 'QUEUED' : 'RUNNING',
        state_message: '',
      };
    }
    if (run.cancelledAt !== undefined)
      return { life_cycle_state: 'TERMINATED', result_state: 'CANCELED', state_message: 'Run cancelled.' };
    const { failure } = run.plan;
    if (!failure) return { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS', state_message: '' };
    return {
      life_cycle_state: 'INTERNAL_ERROR',
      result_state: 'FAILED',
      state_message: `Task ${failure.step ?? run.job.tasks.at(-1)} failed.`,
    };
  }

  /** The API resource of a run. */
  show(run: DatabricksRun): Record<string, unknown> {
    const over = this.isOver(run);
    const state = this.#state(run);
    const start = run.createdAt + run.plan.queuedMilliseconds;
    const end = over ? Math.min(this.#end(run), (run.cancelledAt ?? Infinity) + run.plan.cancellingMilliseconds) : 0;
    const failing = run.plan.failure ? (run.plan.failure.step ?? run.job.tasks.at(-1)) : undefined;
    return {
      job_id: raw(run.job.id),
      run_id: raw(run.id),
      run_name: run.job.name,
      state,
      start_time: start,
      end_time: end,
      run_page_url: `https://adb-sandbox.azuredatabricks.net/jobs/${run.job.id}/runs/${run.id}`,
      repair_history: [...run.repairs.map(({ before }) => before), { state, start, end }].map(
        ({ state: was, start: began, end: ended }, index) => ({
          type: index === 0 ? 'ORIGINAL' : 'REPAIR',
          ...(index === 0 ? {} : { id: raw(run.repairs[index - 1]?.id ?? '0') }),
          state: was,
          start_time: began,
          end_time: ended,
        }),
      ),
      job_parameters: Object.entries(run.parameters).map(([name, value]) => ({ name, value })),
      tasks: run.job.tasks.map((task, index) => ({
        task_key: task,
        run_id: raw(taskId(run, index)),
        state:
          over && run.plan.failure && task !== failing
            ? { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS', state_message: '' }
            : state,
        start_time: start,
        end_time: end,
      })),
    };
  }

  /** The run and task with a task run ID. */
  findTask(id: string): { run: DatabricksRun; task: string } | undefined {
    for (const run of this.all) {
      const index = run.job.tasks.findIndex((_task, at) => taskId(run, at) === id);
      if (index >= 0) return { run, task: run.job.tasks[index] ?? '' };
    }
    return undefined;
  }
}

const taskId = (run: DatabricksRun, index: number): string => String(BigInt(run.id) + 2n * BigInt(index + 1));
