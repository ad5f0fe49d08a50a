import type { AnswerCases } from '../server/answer-cases.ts';
import type { SandboxContext } from '../server/context.ts';
import type { DeliveryOutcome } from '../server/deliver.ts';
import type { Double } from '../server/double.ts';
import { Refusal, text } from '../server/reply.ts';
import { parameter } from '../server/request.ts';
import type { Runnable } from '../server/runnable.ts';
import { dbtAccount } from './account.ts';
import type { DbtOutcome } from './dbt-run.ts';
import { dbt } from './dbt.ts';
import { DbtRuns } from './runs.ts';
import { Webhooks, type DeliveryRules } from './webhooks.ts';

/** Options of the sandbox for dbt. */
export interface DbtOptions {
  /** How webhooks are delivered. */
  dbtDelivery?: Partial<DeliveryRules>;
}

/** A job run that is started at the vendor. */
interface DbtStart {
  /** Default: the job of the account. */
  jobId?: number;
  cause?: string;
  /** The run ends at once with this outcome. Default: it takes the usual time. */
  outcome?: DbtOutcome;
}

const jobId = String(dbtAccount.jobId);

const jobs: Runnable<{ runs: DbtRuns }> = {
  name: 'dbt',
  service: 'dbt',
  operation: 'runJob',
  input: { job: jobId },
  plan: { service: 'dbt', name: jobId },
  start: /\/dbt\/.*\/run\/$/,
  status: { method: 'GET', path: /\/dbt\/.*\/runs\/\d+\/$/ },
  started: ({ runs }) => runs.all.map(({ id }) => String(id)),
  cancel: ({ runs }, id) => void runs.finish(Number(id), 'cancelled'),
  isCancelled: ({ runs }, id) => runs.find(Number(id)).outcome === 'cancelled',
  canCancel: true,
  unknownStatus: (id) => ({
    data: { id: Number(id), status: 99, status_humanized: 'Reticulating' },
    status: { code: 200, is_success: true },
  }),
  child: {
    input: { job: jobId },
    plan: { service: 'dbt', name: jobId },
    message: /failed at “\w+”: .*The source does not answer/,
  },
};

function outcomeOf(value: unknown): DbtOutcome {
  if (value === 'success' || value === 'error' || value === 'cancelled') return value;
  throw new Refusal(text(400, '“outcome” must be success, error or cancelled.'));
}

const answerCases: AnswerCases = {
  service: 'dbt',
  start: { operation: 'runJob', input: { job: jobId }, plan: { service: 'dbt', name: jobId } },
  inputs: ({ done, failed, running }) => ({
    runJob: { job: jobId, timeoutMinutes: 10 },
    getJobRun: { run: failed },
    cancelJobRun: { run: running },
    rerunFailedRun: { run: failed, timeoutMinutes: 10 },
    findJob: { name: 'daily' },
    downloadArtifact: { run: done, artifact: 'run_results.json' },
    jobRunFinished: {},
  }),
  // Without its number, the word for the status counts as well.
  status: { asked: /GET .*\/runs\/\d+\/$/, path: /^data\.status$/ },
};

function addresses(baseUrl: string) {
  return {
    /** Access URL; `/api/v2` follows. */
    dbt: `${baseUrl}/dbt`,
  };
}

/** The dbt platform: jobs, runs, artifacts and webhooks. */
export const dbtDouble = {
  account: dbtAccount,
  addresses,
  connections(baseUrl: string) {
    const { accountId, token: apiToken } = dbtAccount;
    return { dbt: { accessUrl: addresses(baseUrl).dbt, accountId: String(accountId), apiToken } };
  },
  runnables: [jobs],
  answerCases: [answerCases],
  start(context: SandboxContext, { dbtDelivery }: DbtOptions) {
    const webhooks = new Webhooks(context, dbtDelivery);
    const runs = new DbtRuns(context, webhooks);
    const controls = {
      /** Starts a job. Returns the ID of the run. */
      startDbtRun(start: DbtStart = {}): number {
        const run = runs.start(start.jobId ?? dbtAccount.jobId, { cause: start.cause ?? 'Kicked off from the UI' });
        if (start.outcome) runs.finish(run.id, start.outcome);
        return run.id;
      },
      /** Ends a run now. */
      finishDbtRun(id: number, outcome: DbtOutcome): void {
        runs.finish(id, outcome);
      },
      /** Delivers the next event twice. */
      deliverNextDbtEventTwice: (): void => webhooks.deliverNextTwice(),
      /** Delivers an event again. */
      redeliverDbtEvent: (eventId: string): Promise<DeliveryOutcome> => webhooks.redeliver(eventId),
    };
    return {
      state: { runs, webhooks },
      vendors: [dbt(runs, webhooks)],
      controls,
      controlRoutes: {
        'POST /dbt/runs': (body) => ({
          runId: controls.startDbtRun({
            ...(body as DbtStart),
            ...(body['outcome'] === undefined ? {} : { outcome: outcomeOf(body['outcome']) }),
          }),
        }),
        'POST /dbt/runs/{id}/finish': (body, request) =>
          controls.finishDbtRun(Number(parameter(request, 'id')), outcomeOf(body['outcome'])),
        'POST /dbt/deliveries/next-twice': () => controls.deliverNextDbtEventTwice(),
        'POST /dbt/deliveries/{eventId}/again': (_body, request) =>
          controls.redeliverDbtEvent(parameter(request, 'eventId')),
      },
      runs: () => ({ dbt: runs.all.map((run) => runs.show(run, ['run_steps', 'trigger'])) }),
      deliveries: () => webhooks.deliveries,
      clear() {
        webhooks.deliveries.length = 0;
      },
    };
  },
} satisfies Double;
