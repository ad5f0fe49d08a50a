import { iso, type SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { EventSender } from './event-sender.ts';

/** Pipelines of the organization, by identifier, with the names of their outputs. */
export const quantemplatePipelines: Record<string, string[]> = {
  'p-bordereaux': ['Cleansed bordereaux', 'Rejected rows'],
  'p-premiums': ['Premiums'],
  'p-broken': ['Never made'],
};

/** One execution of a pipeline. */
export interface Execution {
  id: string;
  pipelineId: string;
  runNumber: number;
  createdAt: number;
  plan: RunPlan;
  cancelledAt?: number;
  outputs: { id: string; name: string }[];
}

/** The executions of the organization's pipelines. */
export class Executions {
  #context: SandboxContext;
  #events: EventSender;
  /** Oldest first. */
  readonly all: Execution[] = [];

  constructor(context: SandboxContext, events: EventSender) {
    this.#context = context;
    this.#events = events;
  }

  /** Starts a pipeline, and sends an event when it completes. */
  start(pipelineId: string): Execution {
    const { clock, identifiers, plans } = this.#context;
    const plan = plans.take('quantemplate', [pipelineId]);
    if (pipelineId === 'p-broken') plan.failure ??= { message: 'Stage 2 expects the column “Premium”.' };
    const runNumber = this.list(pipelineId).length + 1;
    const outputs = (quantemplatePipelines[pipelineId] ?? []).map((name) => ({ id: `o-${identifiers.hex(16)}`, name }));
    const execution = { id: `e-${identifiers.hex(16)}`, pipelineId, runNumber, createdAt: clock.now(), plan, outputs };
    this.all.push(execution);
    clock.at(this.#end(execution), () => {
      const payload = { pipelineId, pipelineExecutionId: execution.id, status: this.status(execution) };
      void this.#events.publish({ name: 'PipelineCompleted', payload });
    });
    return execution;
  }

  /** The executions of one pipeline, newest first. */
  list(pipelineId: string): Execution[] {
    return this.all.filter((execution) => execution.pipelineId === pipelineId).reverse();
  }

  #end({ createdAt, plan, cancelledAt }: Execution): number {
    return cancelledAt ?? createdAt + plan.queuedMilliseconds + plan.runningMilliseconds;
  }

  /** Cancels an execution in Quantemplate. */
  cancel(execution: Execution): void {
    if (this.status(execution) === 'Started') execution.cancelledAt = this.#context.clock.now();
  }

  /** `Started`, `Succeeded`, `Failed` or `Canceled`; the documentation spells the last one differently. */
  status(execution: Execution): string {
    if (execution.cancelledAt !== undefined) return 'Canceled';
    if (this.#context.clock.now() < this.#end(execution)) return 'Started';
    return execution.plan.failure ? 'Failed' : 'Succeeded';
  }

  /** The API resource of an execution; it has outputs after it has finished. */
  show(execution: Execution): Record<string, unknown> {
    const status = this.status(execution);
    const start = execution.createdAt + execution.plan.queuedMilliseconds;
    return {
      id: execution.id,
      runNumber: execution.runNumber,
      createdAt: iso(execution.createdAt),
      createdBy: 'u-sandbox-api-user',
      version: 7,
      status,
      ...(start <= this.#context.clock.now() ? { startedAt: iso(start) } : {}),
      ...(status === 'Started' ? {} : { finishedAt: iso(this.#end(execution)) }),
      outputs: status === 'Succeeded' ? execution.outputs : [],
    };
  }
}
