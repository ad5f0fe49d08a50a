import { iso, type SandboxContext } from '../server/context.ts';
import type { PipelineEngine } from './pipeline-engine.ts';
import { statusAt, type PipelineRun } from './pipeline-run.ts';
import { azureRefusal } from './refusal.ts';
import type { TriggerDefinition } from './world.ts';

interface TriggerState {
  definition: TriggerDefinition;
  started: boolean;
  /** A pending start or stop. */
  switching?: { to: boolean; doneAt: number };
}

/** A run of a trigger and the pipeline runs it started. */
interface TriggerRun {
  id: string;
  trigger: TriggerDefinition;
  at: number;
  runs: PipelineRun[];
}

/** The triggers of one factory or workspace. */
export class TriggerEngine {
  #context: SandboxContext;
  #pipelines: PipelineEngine;
  #triggers: TriggerState[];
  #operations = new Map<string, number>();
  readonly runs: TriggerRun[] = [];

  constructor(context: SandboxContext, pipelines: PipelineEngine, definitions: TriggerDefinition[]) {
    this.#context = context;
    this.#pipelines = pipelines;
    this.#triggers = definitions.map((definition) => ({ definition, started: definition.started }));
  }

  #find(name: string): TriggerState {
    const found = this.#triggers.find(({ definition }) => definition.name.toLowerCase() === name.toLowerCase());
    if (!found) throw azureRefusal(404, 'TriggerNotFound', `The trigger '${name}' was not found.`);
    return found;
  }

  /** The API resources of all triggers. */
  list(path: string, type: string): Record<string, unknown>[] {
    return this.#triggers.map(({ definition }) => this.show(definition.name, path, type));
  }

  /** The API resource of a trigger. */
  show(name: string, path: string, type: string): Record<string, unknown> {
    const state = this.#find(name);
    this.#settle(state);
    const { definition, started } = state;
    return {
      id: `${path}/triggers/${definition.name}`,
      name: definition.name,
      type,
      etag: `"${started ? 'started' : 'stopped'}"`,
      properties: {
        type: definition.type,
        annotations: [],
        runtimeState: started ? 'Started' : 'Stopped',
        ...(definition.type === 'TumblingWindowTrigger'
          ? { pipeline: { pipelineReference: { referenceName: definition.pipelines[0], type: 'PipelineReference' } } }
          : {
              pipelines: definition.pipelines.map((referenceName) => ({
                pipelineReference: { referenceName, type: 'PipelineReference' },
              })),
            }),
        typeProperties: definition.typeProperties,
      },
    };
  }

  #settle(state: TriggerState): void {
    if (!state.switching || state.switching.doneAt > this.#context.clock.now()) return;
    state.started = state.switching.to;
    delete state.switching;
  }

  /** Starts or stops a trigger. Returns the name of the operation to poll, or undefined when it is already done. */
  switch(name: string, to: boolean): string | undefined {
    const state = this.#find(name);
    this.#settle(state);
    if (state.started === to || state.definition.switchMilliseconds === 0) {
      state.started = to;
      return undefined;
    }
    const doneAt = this.#context.clock.now() + state.definition.switchMilliseconds;
    state.switching = { to, doneAt };
    const operation = this.#context.identifiers.uuid();
    this.#operations.set(operation, doneAt);
    return operation;
  }

  /** Whether an operation is done. */
  isDone(operation: string): boolean {
    const doneAt = this.#operations.get(operation);
    if (doneAt === undefined)
      throw azureRefusal(404, 'OperationNotFound', `The operation '${operation}' was not found.`);
    return doneAt <= this.#context.clock.now();
  }

  /** Fires a trigger once, which runs its pipelines. */
  fire(name: string, parameters: Record<string, unknown> = {}): string {
    const { definition } = this.#find(name);
    const { clock, identifiers } = this.#context;
    const id = `0858${identifiers.hex(20).replace(/\D/g, '7')}CU27`;
    const invokedBy = { id, name: definition.name, invokedByType: definition.type };
    const runs = definition.pipelines.map((pipeline) => this.#pipelines.start(pipeline, { parameters, invokedBy }));
    this.runs.push({ id, trigger: definition, at: clock.now(), runs });
    return id;
  }

  /** Reruns the pipelines of a trigger run. */
  rerun(name: string, id: string): void {
    const earlier = this.#findRun(name, id);
    this.fire(name, earlier.runs[0]?.parameters);
  }

  /** Cancels the pipeline runs of a trigger run. */
  cancelRun(name: string, id: string): void {
    for (const run of this.#findRun(name, id).runs) this.#pipelines.cancel(run, true);
  }

  #findRun(name: string, id: string): TriggerRun {
    const found = this.runs.find((run) => run.id === id && run.trigger.name.toLowerCase() === name.toLowerCase());
    if (!found) throw azureRefusal(404, 'TriggerRunNotFound', `The trigger run '${id}' was not found.`);
    return found;
  }

  /** The API resources of all trigger runs. */
  showRuns(): Record<string, unknown>[] {
    const now = this.#context.clock.now();
    return this.runs.map(({ id, trigger, at, runs }) => ({
      triggerRunId: id,
      triggerName: trigger.name,
      triggerType: trigger.type,
      triggerRunTimestamp: iso(at),
      status: runs.some((run) => statusAt(run, now) === 'Failed') ? 'Failed' : 'Succeeded',
      message: '',
      properties: { TriggerTime: iso(at), ScheduleTime: iso(at) },
      triggeredPipelines: Object.fromEntries(runs.map((run) => [run.definition.name, run.id])),
    }));
  }
}
