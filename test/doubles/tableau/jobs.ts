import { iso, type SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import { entryOf, type TableauContent } from './world.ts';

/** A job of the sandbox. */
export interface TableauJob {
  id: string;
  content: TableauContent;
  incremental: boolean;
  flowRunId: string;
  plan: RunPlan;
  createdAt: number;
  cancelledAt?: number;
}

const second = (milliseconds: number): string => iso(milliseconds).replace(/\.\d+Z$/, 'Z');

/** The jobs of the site. */
export class TableauJobs {
  #context: SandboxContext;
  /** Oldest first. */
  readonly all: TableauJob[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Queues a job. */
  start(content: TableauContent, incremental = false): TableauJob {
    const { clock, identifiers, plans } = this.#context;
    const job = {
      id: identifiers.uuid(),
      content,
      incremental,
      flowRunId: identifiers.uuid(),
      plan: plans.take('tableau', [content.id, content.name]),
      createdAt: clock.now(),
    };
    this.all.push(job);
    return job;
  }

  #end({ createdAt, plan, cancelledAt }: TableauJob): number {
    const end = createdAt + plan.queuedMilliseconds + plan.runningMilliseconds;
    return cancelledAt === undefined ? end : Math.min(end, cancelledAt + plan.cancellingMilliseconds);
  }

  /** Cancels an active job. */
  cancel(job: TableauJob): void {
    if (!this.isOver(job)) job.cancelledAt ??= this.#context.clock.now();
  }

  /** Whether a job has finished. */
  isOver(job: TableauJob): boolean {
    return this.#context.clock.now() >= this.#end(job);
  }

  /** The active job of a workbook, data source or flow. */
  activeOf(content: TableauContent): TableauJob | undefined {
    return this.all.find((job) => job.content === content && !this.isOver(job));
  }

  /** Number of refreshes that were queued in the last hour. */
  refreshesInLastHour(): number {
    const since = this.#context.clock.now() - 3_600_000;
    return this.all.filter(({ content, createdAt }) => content.list !== 'flows' && createdAt > since).length;
  }

  #startedAt({ createdAt, plan }: TableauJob): number | undefined {
    const at = createdAt + plan.queuedMilliseconds;
    return this.#context.clock.now() >= at ? at : undefined;
  }

  #status(job: TableauJob): string {
    if (!this.isOver(job)) return this.#startedAt(job) === undefined ? 'Pending' : 'InProgress';
    if (job.cancelledAt !== undefined) return 'Cancelled';
    return job.plan.failure ? 'Failed' : 'Success';
  }

  /** An entry of the job list, which does not name the content by its ID. */
  showEntry(job: TableauJob): Record<string, string> {
    const startedAt = this.#startedAt(job);
    const refresh = job.incremental ? 'increment_extracts' : 'refresh_extracts';
    return {
      id: job.id,
      status: this.#status(job),
      priority: '50',
      jobType: job.content.list === 'flows' ? 'run_flow' : refresh,
      title: job.content.name,
      createdAt: second(job.createdAt),
      ...(startedAt === undefined ? {} : { startedAt: second(startedAt) }),
      ...(this.isOver(job) ? { endedAt: second(this.#end(job)) } : {}),
    };
  }

  /** The answer to a start. */
  showStarted(job: TableauJob): Record<string, unknown> {
    const { content, createdAt, id } = job;
    const reference = { [entryOf[content.list]]: { id: content.id, name: content.name } };
    const refresh = job.incremental ? 'IncrementExtract' : 'RefreshExtract';
    return {
      id,
      mode: 'Asynchronous',
      type: content.list === 'flows' ? 'RunFlow' : refresh,
      createdAt: second(createdAt),
      ...(content.list === 'flows'
        ? { runFlowJobType: { flowRunId: job.flowRunId, ...reference } }
        : { extractRefreshJob: reference }),
    };
  }

  /** The details of a job. Before it has finished, they already have the finish code 1. */
  showDetails(job: TableauJob): Record<string, unknown> {
    const status = this.#status(job);
    const startedAt = this.#startedAt(job);
    const isOver = this.isOver(job);
    const notes = job.plan.failure?.message ?? (status === 'Failed' ? 'The source did not answer.' : 'Finished.');
    const started = this.showStarted(job);
    const refresh = started['extractRefreshJob'];
    return {
      ...started,
      progress: isOver ? '100' : '0',
      ...(startedAt === undefined ? {} : { startedAt: second(startedAt) }),
      ...(isOver ? { completedAt: second(this.#end(job)) } : {}),
      finishCode: { Success: '0', Cancelled: '2' }[status] ?? '1',
      ...(isOver && typeof refresh === 'object' ? { extractRefreshJob: { ...refresh, notes } } : {}),
    };
  }
}
