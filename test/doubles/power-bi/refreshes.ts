import { iso, type SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { SemanticModel } from './world.ts';

/** Why a refresh began, as the history names it. */
export type RefreshType = 'ViaEnhancedApi' | 'ViaApi' | 'Scheduled' | 'OnDemand';

/** A table or partition of a refresh. */
export interface RefreshedObject {
  table: string;
  partition: string;
}

/** A refresh of a semantic model. */
export interface Refresh {
  id: string;
  model: SemanticModel;
  refreshType: RefreshType;
  type: string;
  objects: RefreshedObject[];
  plan: RunPlan;
  createdAt: number;
  cancelledAt?: number;
}

/** The newest entries that the history keeps. */
const maxHistory = 60;

/** The refreshes of all semantic models. */
export class Refreshes {
  #context: SandboxContext;
  /** Oldest first. */
  readonly all: Refresh[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Starts a refresh. */
  start(model: SemanticModel, refreshType: RefreshType, type = 'Full', objects = allObjects(model)): Refresh {
    const { clock, identifiers, plans } = this.#context;
    const plan = plans.take('power-bi', [model.id, model.name]);
    const refresh = {
      id: identifiers.uuid(),
      model,
      refreshType,
      type,
      objects,
      plan,
      createdAt: clock.now(),
    };
    this.all.push(refresh);
    return refresh;
  }

  #end({ createdAt, plan, cancelledAt }: Refresh): number {
    const end = createdAt + plan.queuedMilliseconds + plan.runningMilliseconds;
    return cancelledAt === undefined ? end : Math.min(end, cancelledAt + plan.cancellingMilliseconds);
  }

  /** Cancels an active refresh. */
  cancel(refresh: Refresh): void {
    if (!this.isOver(refresh)) refresh.cancelledAt ??= this.#context.clock.now();
  }

  /** Whether a refresh has finished. */
  isOver(refresh: Refresh): boolean {
    return this.#context.clock.now() >= this.#end(refresh);
  }

  /** The active refresh of a model. */
  activeOf(model: SemanticModel): Refresh | undefined {
    return this.all.find((refresh) => refresh.model === model && !this.isOver(refresh));
  }

  #extendedStatus(refresh: Refresh): string {
    if (!this.isOver(refresh)) {
      const isQueued = this.#context.clock.now() < refresh.createdAt + refresh.plan.queuedMilliseconds;
      return isQueued ? 'NotStarted' : 'InProgress';
    }
    if (refresh.cancelledAt !== undefined) return 'Cancelled';
    return refresh.plan.failure ? 'Failed' : 'Completed';
  }

  /** The newest refreshes of a model, newest first. */
  historyOf(model: SemanticModel): Refresh[] {
    return this.all
      .filter((refresh) => refresh.model === model)
      .slice(-maxHistory)
      .reverse();
  }

  /** An entry of the history. */
  showEntry(refresh: Refresh): Record<string, unknown> {
    const status = this.#extendedStatus(refresh);
    const isOver = this.isOver(refresh);
    const { failure } = refresh.plan;
    return {
      requestId: refresh.id,
      id: this.all.indexOf(refresh) + 1,
      refreshType: refresh.refreshType,
      startTime: iso(refresh.createdAt),
      ...(isOver ? { endTime: iso(this.#end(refresh)) } : {}),
      status: isOver ? status : 'Unknown',
      ...(status === 'Failed'
        ? { serviceExceptionJson: JSON.stringify({ errorCode: failure?.code ?? 'ModelRefreshFailed' }) }
        : {}),
      refreshAttempts: [],
    };
  }

  /** The details of an enhanced refresh. Unlike in the history, timestamps have no time zone. */
  showDetails(refresh: Refresh): Record<string, unknown> {
    const status = this.#extendedStatus(refresh);
    const isOver = this.isOver(refresh);
    const { failure } = refresh.plan;
    const failing = failure?.step ?? refresh.objects[0]?.table;
    const local = (at: number) => iso(at).replace('Z', '');
    return {
      startTime: local(refresh.createdAt),
      ...(isOver ? { endTime: local(this.#end(refresh)) } : {}),
      type: refresh.type,
      commitMode: 'Transactional',
      status: isOver ? status : 'Unknown',
      extendedStatus: status,
      currentRefreshType: refresh.type,
      numberOfAttempts: 0,
      objects: refresh.objects.map(({ table, partition }) => ({
        table,
        partition,
        status: status === 'Failed' && table !== failing ? 'Completed' : status,
      })),
      ...(status === 'Failed'
        ? {
            messages: [
              {
                code: failure?.code ?? '0xC1000',
                message: failure?.message ?? 'The source of the table is not available.',
                type: 'Error',
              },
            ],
          }
        : {}),
      refreshAttempts: [],
    };
  }
}

/** All tables and partitions of a model. */
export function allObjects({ tables }: SemanticModel): RefreshedObject[] {
  return tables.flatMap(({ name, partitions }) => partitions.map((partition) => ({ table: name, partition })));
}
