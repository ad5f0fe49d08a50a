import type { SandboxContext } from '../server/context.ts';
import { deliver } from '../server/deliver.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { ActivityDefinition, PipelineDefinition } from './pipeline-definition.ts';
import { isOver, statusAt, type ActivityRun, type InvokedBy, type PipelineRun } from './pipeline-run.ts';
import { azureRefusal } from './refusal.ts';

/** What a run is started with. */
export interface StartOptions {
  parameters?: Record<string, unknown>;
  invokedBy?: InvokedBy;
  /** An earlier run whose parameters are taken over, and in recovery also its group. */
  reference?: PipelineRun;
  isRecovery?: boolean;
  /** In recovery: the first activity that is done. */
  startActivity?: string;
  /** In recovery: begin at the activity that failed. */
  startFromFailure?: boolean;
  /** Default: now. */
  at?: number;
}

/**
 * How often an address is called that does not take the call; milliseconds until the second call, which double until they are
 * those of the ready pipeline's Web activity; and for an answer.
 */
const callAttempts = 100;
const firstCallPause = 500;
const longestCallPause = 30_000;
const callPatience = 60_000;

/** How long a WebHook activity waits. */
const askMilliseconds = 600_000;

const errorCodes: Record<string, string> = {
  Copy: '2200',
  DatabricksNotebook: '3204',
  WebActivity: '2108',
  Lookup: '2100',
  ExecutePipeline: 'BadRequest',
};

/** The pipelines and runs of one factory or workspace. */
export class PipelineEngine {
  /** `data-factory` or `synapse`: where plans for runs are looked for. */
  readonly service: string;
  readonly pipelines: PipelineDefinition[];
  /** Oldest first. */
  readonly runs: PipelineRun[] = [];
  /** The activities that wait for somebody, by the token in their address. */
  readonly #asked = new Map<string, { run: PipelineRun; step: ActivityRun }>();
  #context: SandboxContext;

  constructor(context: SandboxContext, service: string, pipelines: PipelineDefinition[]) {
    this.#context = context;
    this.service = service;
    this.pipelines = pipelines;
  }

  /** The pipeline of that name. */
  pipeline(name: string): PipelineDefinition {
    const found = this.pipelines.find((pipeline) => pipeline.name.toLowerCase() === name.toLowerCase());
    if (!found) throw azureRefusal(404, 'EntityNotFound', `The entity '${name}' of type 'Pipeline' was not found.`);
    return found;
  }

  /** The run, once it may be seen. */
  run(id: string): PipelineRun {
    const found = this.runs.find((run) => run.id === id.toLowerCase());
    const hidden = found && this.#context.clock.now() < found.createdAt + found.plan.hiddenMilliseconds;
    if (!found || hidden)
      throw azureRefusal(404, 'PipelineRunNotFound', `Could not find the pipeline run with ID ${id}.`);
    return found;
  }

  /** Starts a run, and the runs of the pipelines that it runs in turn. */
  start(name: string, options: StartOptions = {}): PipelineRun {
    const { clock, identifiers, plans } = this.#context;
    const definition = this.pipeline(name);
    const { reference } = options;
    const id = identifiers.uuid();
    const createdAt = options.at ?? clock.now();
    const plan = plans.take(this.service, [definition.name]);
    const run: PipelineRun = {
      id,
      groupId: options.isRecovery && reference ? reference.groupId : id,
      definition,
      parameters: fillParameters(definition, { ...reference?.parameters, ...options.parameters }),
      invokedBy: options.invokedBy ?? { id: identifiers.uuid(), name: 'Manual', invokedByType: 'Manual' },
      plan,
      createdAt,
      start: createdAt + plan.queuedMilliseconds,
      end: 0,
      activities: [],
    };
    this.runs.push(run);
    this.#planActivities(run, firstActivity(definition, options));
    run.end = run.activities.at(-1)?.end ?? run.start;
    if (definition.asks) this.#ask(String(run.parameters[definition.asks]), run);
    const address = run.parameters[definition.callsBack ?? ''];
    if (typeof address === 'string' && address !== '') clock.at(run.end, () => void this.#callBack(address, run));
    return run;
  }

  /** Calls who is to complete the last activity, and lets it wait for ten minutes, as a WebHook activity does by itself. */
  #ask(address: string, run: PipelineRun): void {
    const { clock, identifiers, baseUrl } = this.#context;
    const step = run.activities.at(-1);
    if (!step) return;
    const token = identifiers.hex(40);
    run.end = step.end = step.start + askMilliseconds;
    step.failure = { code: 'WebHookTimeout', message: 'Nobody completed the activity in time.' };
    this.#asked.set(token, { run, step });
    const body = {
      callBackUri: `${baseUrl()}/callbacks/${token}?token=secret-of-the-callback`,
      pipeline: run.definition.name,
      question: 'May the figures be published?',
    };
    clock.at(
      step.start,
      () =>
        void deliver(address, JSON.stringify(body), {}, 60_000).then(
          ({ status = 0 }) =>
            status >= 400 && this.#end(token, { code: '2108', message: `The endpoint answered ${status}.` }),
        ),
    );
  }

  #end(token: string, failure: ActivityRun['failure'], output?: unknown): void {
    const asked = this.#asked.get(token);
    if (!asked) return;
    this.#asked.delete(token);
    const { run, step } = asked;
    run.end = step.end = this.#context.clock.now();
    if (failure) step.failure = failure;
    else delete step.failure;
    if (output !== undefined) step.output = output;
  }

  /** Somebody completes a WebHook activity; false when none waits under this token. */
  complete(
    token: string,
    body: { StatusCode?: string; Output?: unknown; Error?: { ErrorCode?: string; Message?: string } },
  ): boolean {
    const asked = this.#asked.get(token);
    if (!asked || isOver(asked.run, this.#context.clock.now())) return false;
    const failed = Number(body.StatusCode ?? 200) >= 400;
    this.#end(
      token,
      failed ? { code: body.Error?.ErrorCode ?? '', message: body.Error?.Message ?? '' } : undefined,
      body.Output,
    );
    return true;
  }

  /** Calls until it is taken, as a Web activity with retries does; the address of a cancelled run is not called. */
  async #callBack(address: string, run: PipelineRun, attempt = 1): Promise<void> {
    if (run.cancelledAt !== undefined) return;
    const { status = 0, answer = '' } = await deliver(address, JSON.stringify({ run: run.id }), {}, callPatience);
    // An n8n that starts says 200 to everything and forgets it.
    const taken = status >= 200 && status <= 299 && !answer.includes('starting up');
    const { clock } = this.#context;
    const pause = Math.min(longestCallPause, firstCallPause * 2 ** (attempt - 1));
    if (!taken && attempt < callAttempts)
      clock.at(clock.now() + pause, () => void this.#callBack(address, run, attempt + 1));
  }

  /** Asks a run to stop, and with it the runs that it started. */
  cancel(run: PipelineRun, recursive: boolean): void {
    const now = this.#context.clock.now();
    if (isOver(run, now)) {
      throw azureRefusal(
        400,
        'PipelineRunNotCancellable',
        `The pipeline run ${run.id} is ${statusAt(run, now)} and cannot be cancelled.`,
      );
    }
    run.cancelledAt ??= now;
    if (!recursive) return;
    for (const { child } of run.activities) {
      if (child && child.createdAt <= now && !isOver(child, now)) this.cancel(child, true);
    }
  }

  /** The runs that have begun: a child's run is known from the start but appears when its turn has come. */
  visibleRuns(): PipelineRun[] {
    const now = this.#context.clock.now();
    return this.runs.filter((run) => run.createdAt + run.plan.hiddenMilliseconds <= now && !this.#neverBegan(run));
  }

  #neverBegan(run: PipelineRun): boolean {
    const parent = this.runs.find(({ id }) => id === run.invokedBy.pipelineRunId);
    return parent?.cancelledAt !== undefined && run.createdAt >= parent.cancelledAt;
  }

  #planActivities(run: PipelineRun, from: number): void {
    const activities = run.definition.activities.slice(from);
    const slice = run.plan.runningMilliseconds / Math.max(1, activities.length);
    let start = run.start;
    for (const [index, activity] of activities.entries()) {
      const last = index === activities.length - 1;
      const step = this.#planActivity(run, activity, start, slice, failureOf(run.plan, run.definition, activity, last));
      run.activities.push(step);
      if (step.failure) break;
      start = step.end;
    }
  }

  #planActivity(
    run: PipelineRun,
    activity: ActivityDefinition,
    start: number,
    slice: number,
    failure: ActivityRun['failure'],
  ): ActivityRun {
    const { identifiers } = this.#context;
    const step: ActivityRun = {
      id: identifiers.uuid(),
      activity,
      start,
      end: start + slice,
      ...(failure ? { failure } : {}),
    };
    if (!activity.runs) return step;
    const invokedBy = {
      id: step.id,
      name: activity.name,
      invokedByType: 'PipelineActivity',
      pipelineName: run.definition.name,
      pipelineRunId: run.id,
    };
    const child = this.start(activity.runs, { invokedBy, at: start });
    const broken = child.activities.find((other) => other.failure);
    const message = broken && `Operation on target ${broken.activity.name} failed: ${broken.failure?.message}`;
    return { ...step, child, end: child.end, ...(message ? { failure: { code: 'BadRequest', message } } : {}) };
  }
}

function fillParameters(definition: PipelineDefinition, given: Record<string, unknown>): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [name, { defaultValue }] of Object.entries(definition.parameters)) {
    const value = given[name] ?? defaultValue;
    if (value === undefined) {
      throw azureRefusal(
        400,
        'BadRequest',
        `The pipeline '${definition.name}' was given no value for its parameter '${name}', which has no default.`,
      );
    }
    filled[name] = value;
  }
  return filled;
}

function firstActivity(definition: PipelineDefinition, options: StartOptions): number {
  if (!options.isRecovery) return 0;
  const failed = options.startFromFailure
    ? options.reference?.activities.find(({ failure }) => failure)?.activity.name
    : undefined;
  const name = options.startActivity ?? failed;
  return Math.max(
    0,
    definition.activities.findIndex((activity) => activity.name === name),
  );
}

function failureOf(
  plan: RunPlan,
  definition: PipelineDefinition,
  activity: ActivityDefinition,
  last: boolean,
): ActivityRun['failure'] {
  const code = plan.failure?.code ?? errorCodes[activity.type] ?? 'UserError';
  if (activity.alwaysFails) return { code, message: activity.alwaysFails };
  if (!plan.failure) return undefined;
  const wanted = definition.activities.find(({ name }) => name === plan.failure?.step);
  const here = wanted ? wanted === activity : last;
  return here
    ? { code, message: plan.failure.message ?? `The activity '${activity.name}' could not read its source.` }
    : undefined;
}
