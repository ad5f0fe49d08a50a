import { iso, type SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { FabricItem } from './world.ts';

/** A job instance of an item. */
export interface FabricJob {
  id: string;
  item: FabricItem;
  jobType: string;
  executionData: unknown;
  plan: RunPlan;
  createdAt: number;
  cancelledAt?: number;
}

/** A timestamp as Fabric writes it: seven decimals, no time zone. */
const utc = (at: number): string => `${iso(at).slice(0, -1)}0000`;

/** The jobs of all items. */
export class FabricJobs {
  #context: SandboxContext;
  /** Oldest first. */
  readonly all: FabricJob[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Starts a job. */
  start(item: FabricItem, jobType: string, executionData: unknown): FabricJob {
    const { clock, identifiers, plans } = this.#context;
    const plan = plans.take('fabric', [item.id, item.displayName]);
    const job = { id: identifiers.uuid(), item, jobType, executionData, plan, createdAt: clock.now() };
    this.all.push(job);
    return job;
  }

  #end({ createdAt, plan, cancelledAt }: FabricJob): number {
    const end = createdAt + plan.queuedMilliseconds + plan.runningMilliseconds;
    return cancelledAt === undefined ? end : Math.min(end, cancelledAt + plan.cancellingMilliseconds);
  }

  /** Cancels an active job. */
  cancel(job: FabricJob): void {
    if (!this.isOver(job)) job.cancelledAt ??= this.#context.clock.now();
  }

  /** Whether a job has finished. */
  isOver(job: FabricJob): boolean {
    return this.#context.clock.now() >= this.#end(job);
  }

  #status(job: FabricJob): string {
    if (!this.isOver(job)) {
      const isQueued = this.#context.clock.now() < job.createdAt + job.plan.queuedMilliseconds;
      return isQueued ? 'NotStarted' : 'InProgress';
    }
    if (job.cancelledAt !== undefined) return 'Cancelled';
    return job.plan.failure ? 'Failed' : 'Completed';
  }

  /** The API resource of a job. A failed pipeline has no detailed cause, which only its activities contain. */
  show(job: FabricJob): Record<string, unknown> {
    const status = this.#status(job);
    const isPipeline = job.item.activities.length > 0;
    const message = isPipeline ? 'Job instance failed without detail error' : job.plan.failure?.message;
    return {
      id: job.id,
      itemId: job.item.id,
      jobType: job.jobType,
      invokeType: 'Manual',
      status,
      startTimeUtc: utc(job.createdAt),
      endTimeUtc: this.isOver(job) ? utc(this.#end(job)) : null,
      failureReason:
        status === 'Failed'
          ? {
              requestId: job.id,
              errorCode: job.plan.failure?.code ?? 'JobInstanceStatusFailed',
              message: message ?? 'The job failed.',
              isRetriable: false,
            }
          : null,
    };
  }

  /** The activity runs of a pipeline: the last one fails, unless the plan names another. */
  activityRuns(job: FabricJob): Record<string, unknown>[] {
    const { activities } = job.item;
    const { failure } = job.plan;
    const status = this.#status(job);
    if (status === 'NotStarted') return [];
    const failing = failure ? (failure.step ?? activities.at(-1)) : undefined;
    return activities.map((activityName) => {
      const isFailed = status === 'Failed' && activityName === failing;
      return {
        pipelineId: job.item.id,
        pipelineRunId: job.id,
        activityName,
        activityType: activityName.startsWith('Copy') ? 'Copy' : 'Lookup',
        status: isFailed ? 'Failed' : status === 'InProgress' ? 'InProgress' : 'Succeeded',
        activityRunStart: utc(job.createdAt + job.plan.queuedMilliseconds),
        activityRunEnd: this.isOver(job) ? utc(this.#end(job)) : null,
        durationInMs: this.isOver(job) ? job.plan.runningMilliseconds : null,
        retryAttempt: null,
        iterationHash: '',
        input: {},
        output: {},
        error: isFailed
          ? {
              errorCode: failure?.code ?? '2200',
              message: failure?.message ?? 'The source does not exist.',
              failureType: 'UserError',
              target: activityName,
            }
          : { errorCode: '', message: '', failureType: '', target: activityName },
      };
    });
  }
}
