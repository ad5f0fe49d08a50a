import { azureAccount } from './account.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import { json, text, Refusal } from '../server/reply.ts';
import { parameter, readJson, wholeNumber, type SandboxRequest } from '../server/request.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { Answer } from '../server/vendor.ts';

/** Milliseconds for which a finished batch still has the result `Uncertain`. */
const uncertainMilliseconds = 250;

/** A Spark batch job. */
interface Batch {
  id: number;
  name: string;
  request: Record<string, unknown>;
  plan: RunPlan;
  createdAt: number;
  appId: string;
  killedAt?: number;
}

interface BatchMoments {
  starting: number;
  running: number;
  end: number;
}

function moments({ createdAt, plan }: Batch): BatchMoments {
  const running = createdAt + plan.queuedMilliseconds;
  return { starting: createdAt + plan.queuedMilliseconds / 2, running, end: running + plan.runningMilliseconds };
}

function stateAt(batch: Batch, now: number): { state: string; result: string } {
  const { starting, running, end } = moments(batch);
  if (batch.killedAt !== undefined && now >= batch.killedAt) {
    return { state: 'killed', result: now < batch.killedAt + uncertainMilliseconds ? 'Uncertain' : 'Cancelled' };
  }
  if (now < starting) return { state: 'not_started', result: 'Uncertain' };
  if (now < running) return { state: 'starting', result: 'Uncertain' };
  if (now < end) return { state: 'running', result: 'Uncertain' };
  const failed = batch.plan.failure !== undefined;
  const certain = now >= end + uncertainMilliseconds;
  return { state: failed ? 'dead' : 'success', result: !certain ? 'Uncertain' : failed ? 'Failed' : 'Succeeded' };
}

const schedulerStates: Record<string, string> = { not_started: 'Queued', starting: 'Scheduled', running: 'Scheduled' };

function show(batch: Batch, now: number, detailed: boolean): Record<string, unknown> {
  const { state, result } = stateAt(batch, now);
  const { starting, running, end } = moments(batch);
  const timestamp = (at: number | undefined, reached: boolean) =>
    at !== undefined && reached && at <= now ? iso(at) : null;
  const killed = state === 'killed';
  const plan = batch.plan;
  const brief = {
    id: batch.id,
    name: batch.name,
    workspaceName: azureAccount.workspace,
    sparkPoolName: azureAccount.sparkPool,
    submitterName: azureAccount.clientId,
    submitterId: azureAccount.clientId,
    artifactId: batch.request['artifactId'] ?? batch.name,
    jobType: 'SparkBatch',
    result,
    state,
    appId: state === 'not_started' ? null : batch.appId,
    appInfo: {},
    log: [],
    tags: batch.request['tags'] ?? {},
    errorInfo:
      result === 'Failed'
        ? [
            {
              message: plan.failure?.message ?? 'The Spark application raised an exception.',
              errorCode: plan.failure?.code ?? 'Spark_User_UserApp',
              source: 'User',
            },
          ]
        : [],
  };
  if (!detailed) return brief;
  return {
    ...brief,
    schedulerInfo: {
      submittedAt: iso(batch.createdAt),
      scheduledAt: timestamp(starting, true),
      endedAt: timestamp(killed ? batch.killedAt : end, true),
      cancellationRequestedAt: batch.killedAt === undefined ? null : iso(batch.killedAt),
      currentState: schedulerStates[state] ?? 'Ended',
    },
    livyInfo: {
      notStartedAt: iso(batch.createdAt),
      startingAt: timestamp(starting, true),
      runningAt: timestamp(running, true),
      deadAt: timestamp(end, state === 'dead'),
      successAt: timestamp(end, state === 'success'),
      killedAt: timestamp(batch.killedAt, killed),
      recoveringAt: null,
      currentState: state,
      jobCreationRequest: {
        name: batch.name,
        className: null,
        args: [],
        ...batch.request,
      },
    },
    pluginInfo: {
      preparationStartedAt: iso(batch.createdAt),
      currentState: schedulerStates[state] ? 'Monitoring' : 'Ended',
    },
  };
}

/**
 * Spark batch jobs of a Synapse workspace (Livy).
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch
 */
export class LivyBatches {
  #context: SandboxContext;
  #batches: Batch[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** All batches with their current state, oldest first. */
  list(): Record<string, unknown>[] {
    return this.#batches.map((batch) => show(batch, this.#context.clock.now(), true));
  }

  /** Kills a batch. */
  kill(id: number): void {
    const batch = this.#batches.find((one) => one.id === id);
    const now = this.#context.clock.now();
    if (batch && now < moments(batch).end) batch.killedAt ??= now;
  }

  #find(request: SandboxRequest): Batch {
    const found = this.#batches.find(({ id }) => String(id) === parameter(request, 'batchId'));
    if (!found) throw new Refusal(text(404, `Batch ${parameter(request, 'batchId')} not found.`));
    return found;
  }

  #create(request: SandboxRequest): Batch {
    const body = readJson(request);
    for (const name of ['name', 'file']) {
      if (typeof body[name] !== 'string' || body[name] === '')
        throw new Refusal(json(400, { code: 'LIVY_JOB_BAD_REQUEST', message: `The field '${name}' is required.` }));
    }
    const { clock, identifiers, plans } = this.#context;
    const id = this.#batches.length + 1;
    const plan = plans.take('spark', [String(body['name']), parameter(request, 'pool')]);
    const batch: Batch = {
      id,
      name: String(body['name']),
      request: body,
      plan,
      createdAt: clock.now(),
      appId: `application_${identifiers.hex(10).replace(/\D/g, '1')}_${String(id).padStart(4, '0')}`,
    };
    this.#batches.push(batch);
    return batch;
  }

  /** Routes below `…/sparkPools/{pool}`. */
  routes(start: string): Record<string, Answer> {
    const now = () => this.#context.clock.now();
    const checked =
      (answer: Answer): Answer =>
      (request) => {
        if (parameter(request, 'pool').toLowerCase() === azureAccount.sparkPool) return answer(request);
        return json(404, {
          code: 'SparkComputePoolNotFound',
          message: `The Spark pool '${parameter(request, 'pool')}' was not found.`,
        });
      };
    const isDetailed = (request: SandboxRequest) => request.query.get('detailed') === 'true';
    return {
      [`GET ${start}/batches`]: checked((request) => {
        const from = wholeNumber(request, 'from', 0);
        const sessions = [...this.#batches].reverse().slice(from, from + wholeNumber(request, 'size', 20));
        return json(200, {
          from,
          total: this.#batches.length,
          sessions: sessions.map((batch) => show(batch, now(), isDetailed(request))),
        });
      }),
      [`POST ${start}/batches`]: checked((request) =>
        json(200, show(this.#create(request), now(), isDetailed(request))),
      ),
      [`GET ${start}/batches/{batchId}`]: checked((request) =>
        json(200, show(this.#find(request), now(), isDetailed(request))),
      ),
      [`DELETE ${start}/batches/{batchId}`]: checked((request) => {
        this.kill(this.#find(request).id);
        return text(200, '');
      }),
    };
  }
}
