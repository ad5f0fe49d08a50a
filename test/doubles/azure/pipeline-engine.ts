import type { SandboxContext } from '../server/context.ts';
import { deliver } from '../server/deliver.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { ActivityDefinition, PipelineDefinition } from './pipeline-definition.ts';
import { isOver, statusAt, type ActivityRun, type InvokedBy, type PipelineRun } from './pipeline-run.ts';
import { azureRefusal } from './refusal.ts';

/** Options of a run. */
export interface StartOptions {
  parameters?: Record<string, unknown>;
  invokedBy?: InvokedBy;
  /** A previous run whose parameters are reused; in recovery also its group. */
  reference?: PipelineRun;
  isRecovery?: boolean;
  /** In recovery: the first activity to run. */
  startActivity?: string;
  /** In recovery: start at the failed activity. */
  startFromFailure?: boolean;
  /** Default: now. */
  at?: number;
}

/**
 * Retries of the callback: number of calls, delay before the second call in milliseconds (doubled up to the interval of the
 * documented Web activity), and timeout of a call.
 */
const callAttempts = 100;
const firstCallPause = 500;
const longestCallPause = 30_000;
const callPatience = 60_000;

/** Timeout of a WebHook activity. */
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
  /** `data-factory` or `synapse`: identifies run plans. */
  readonly service: string;
  readonly pipelines: PipelineDefinition[];
  /** Oldest first. */
  readonly runs: PipelineRun[] = [];
  /** Waiting WebHook activities, by the token in their callback URL. */
  readonly #asked = new Map<string, { run: PipelineRun; step: ActivityRun }>();
  #context: SandboxContext;

  constructor(context: SandboxContext, service: string, pipelines: PipelineDefinition[]) {
    this.#context = context;
    this.service = service;
    this.pipelines = pipelines;
  }

  /** The pipeline with a name. @throws Refusal when there is none */
  pipeline(name: string): PipelineDefinition {
    const found = this.pipelines.find((pipeline) => pipeline.name.toLowerCase() === name.toLowerCase());
    if (!found) throw azureRefusal(404, 'EntityNotFound', `The entity '${name}' of type 'Pipeline' was not found.`);
    return found;
  }

  /** The run, unless it is still hidden. */
  run(id: string): PipelineRun {
    const found = this.runs.find((run) => run.id === id.toLowerCase());
    const hidden = found && this.#context.clock.now() < found.createdAt + found.plan.hiddenMilliseconds;
    if (!found || hidden)
      throw azureRefusal(404, 'PipelineRunNotFound', `Could not find the pipeline run with ID ${id}.`);
    return found;
  }

  /** Starts a run and its child runs. */
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

  /** Calls the URL of a WebHook activity, which then waits for ten minutes, as by default in Azure. */
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

  /** Completes a WebHook activity. Returns false if none waits for this token. */
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

  /** Calls a URL with retries, like a Web activity. A canceled run makes no call. */
  async #callBack(address: string, run: PipelineRun, attempt = 1): Promise<void> {
    if (run.cancelledAt !== undefined) return;
    const { status = 0, answer = '' } = await deliver(address, JSON.stringify({ run: run.id }), {}, callPatience);
    // A starting n8n responds with 200 to every request and drops it.
    const taken = status >= 200 && status <= 299 && !answer.includes('starting up');
    const { clock } = this.#context;
    const pause = Math.min(longestCallPause, firstCallPause * 2 ** (attempt - 1));
    if (!taken && attempt < callAttempts)
      clock.at(clock.now() + pause, () => void this.#callBack(address, run, attempt + 1));
  }

  /** Cancels a run and its child runs. */
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

  /** Started runs. A child run is planned from the start but appears when its activity starts. */
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
        `The pipeline '${definition.name}' has no value for its parameter '${name}', which has no default.`,
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
