import type { SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';

/** A run of a job. */
export interface ToolRun {
  id: string;
  job: string;
  parameters: Record<string, unknown>;
  /** The key that the tool identifies a repeated start by. */
  key?: string | undefined;
  plan: RunPlan;
  createdAt: number;
  cancelledAt?: number;
}

/** The state of a run, which each tool has its own words for. */
export type ToolRunState = 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';

/** The runs of one tool. */
export class ToolRuns {
  #context: SandboxContext;
  #service: string;
  #newId: (count: number) => string;
  /** Oldest first. */
  readonly all: ToolRun[] = [];

  constructor(context: SandboxContext, service: string, newId: (count: number) => string) {
    this.#context = context;
    this.#service = service;
    this.#newId = newId;
  }

  /** Starts a job. @param id its ID, if the caller chooses it */
  start(job: string, parameters: Record<string, unknown>, { key, id }: { key?: string; id?: string } = {}): ToolRun {
    const { clock, plans } = this.#context;
    const plan = plans.take(this.#service, [job]);
    const run = { id: id ?? this.#newId(this.all.length + 1), job, parameters, key, plan, createdAt: clock.now() };
    this.all.push(run);
    return run;
  }

  /** When the run ends, in milliseconds since 1970. */
  endOf({ createdAt, plan, cancelledAt }: ToolRun): number {
    return cancelledAt === undefined
      ? createdAt + plan.queuedMilliseconds + plan.runningMilliseconds
      : cancelledAt + plan.cancellingMilliseconds;
  }

  /** When the run leaves the queue, in milliseconds since 1970. */
  startOf({ createdAt, plan }: ToolRun): number {
    return createdAt + plan.queuedMilliseconds;
  }

  /** Cancels a run that has not ended. */
  cancel(run: ToolRun): void {
    if (this.#context.clock.now() < this.endOf(run)) run.cancelledAt ??= this.#context.clock.now();
  }

  /** The state of a run now. */
  state(run: ToolRun): ToolRunState {
    const now = this.#context.clock.now();
    if (run.cancelledAt !== undefined) return now >= this.endOf(run) ? 'cancelled' : 'cancelling';
    if (now >= this.endOf(run)) return run.plan.failure ? 'failed' : 'succeeded';
    return now >= this.startOf(run) ? 'running' : 'queued';
  }

  /** Whether a run has ended. */
  isOver(run: ToolRun): boolean {
    return ['succeeded', 'failed', 'cancelled'].includes(this.state(run));
  }

  /** The runs of a job that have ended since a time, latest end first. @param since ISO 8601 */
  endedSince(job: string, since: string): ToolRun[] {
    return this.all
      .filter((run) => run.job === job && this.isOver(run) && this.endOf(run) >= Date.parse(since))
      .sort((a, b) => this.endOf(b) - this.endOf(a));
  }
}

/** One page of a list. Tools return no more than they allow, whatever is asked for. */
export function pageOf<T>(list: readonly T[], offset: unknown, limit: unknown, maximum: number): T[] {
  const start = Number(offset ?? 0);
  return list.slice(start, start + Math.min(Number(limit ?? maximum), maximum));
}
