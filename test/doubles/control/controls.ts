import { showRun } from '../azure/pipeline-run.ts';
import { sandboxAccounts } from '../accounts.ts';
import type { DbtOutcome } from '../dbt/dbt-run.ts';
import type { QuantemplateEvent, Receiver } from '../quantemplate/event-sender.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import { deliver, placeOf, type DeliveryOutcome, type DeliveryRecord } from '../server/deliver.ts';
import type { Faults } from '../server/faults.ts';
import type { RequestLog } from '../server/request-log.ts';
import type { NextRun, RunPlan } from '../server/run-plans.ts';
import type { World } from './world.ts';

/** A run of a dbt job that somebody outside of Pipewright starts. */
export interface DbtStart {
  /** Default: the job of the accounts. */
  jobId?: number;
  cause?: string;
  /** It ends at once, in this way; without it, it takes its time. */
  outcome?: DbtOutcome;
}

/** What can be done to the sandbox besides the vendors' interfaces; the same functions stand behind `/_sandbox`. */
export function createControls(context: SandboxContext, world: World, faults: Faults, requests: RequestLog) {
  const { azure, quantemplate, dbt, mode, slack } = world;
  const modeDeliveries: DeliveryRecord[] = [];
  return {
    /** Changes how long runs take that have no plan of their own. */
    setDurations: (durations: Partial<Omit<RunPlan, 'failure'>>): void => context.plans.setDurations(durations),

    /** Plans the next run of a pipeline, job, report or Spark batch: how long it takes, and where it fails. */
    planRun: (next: NextRun): void => context.plans.add(next),

    /** Every token given so far runs out; Azure then says 401 or 403. */
    expireTokens: (status: 401 | 403 = 401): void => context.tokens.expireAll(status),

    /** A dataset, also a new one, gets a new version with that many generated rows. Answers the version. */
    writeDataset: (id: string, rows: number): number => quantemplate.datasets.generate(id, rows),

    /** Sends one Quantemplate event to one address. */
    sendQuantemplateEvent: (receiver: Receiver, event: QuantemplateEvent): Promise<DeliveryRecord> =>
      quantemplate.events.send(receiver, event),

    /** From now on, Quantemplate tells this address of its events. */
    subscribeToQuantemplate: (receiver: Receiver): void => quantemplate.events.subscribe(receiver),

    /** Somebody starts a dbt job. Answers the run's id. */
    startDbtRun({
      jobId = sandboxAccounts.dbt.jobId,
      cause = 'Kicked off from the UI',
      outcome,
    }: DbtStart = {}): number {
      const run = dbt.runs.start(jobId, { cause });
      if (outcome) dbt.runs.finish(run.id, outcome);
      return run.id;
    },

    /** A dbt run ends now. */
    finishDbtRun(id: number, outcome: DbtOutcome): void {
      dbt.runs.finish(id, outcome);
    },

    /** dbt delivers its next event twice. */
    deliverNextDbtEventTwice: (): void => dbt.webhooks.deliverNextTwice(),

    /** dbt delivers an event once more. */
    redeliverDbtEvent: (eventId: string): Promise<DeliveryOutcome> => dbt.webhooks.redeliver(eventId),

    /** Mode tells an address of a run, unsigned and with the old host name, as it does. */
    async sendModeEvent(url: string, event: string, report: string, run: string): Promise<DeliveryRecord> {
      const body = {
        event,
        report_run_url: `https://modeanalytics.com/api/${sandboxAccounts.mode.workspace}/reports/${report}/runs/${run}`,
      };
      const at = iso(context.clock.now());
      const outcome = await deliver(url, JSON.stringify(body), {}, 30_000);
      const record = { at, vendor: 'mode', event, eventId: run, to: placeOf(url), attempt: 1, ...outcome };
      modeDeliveries.push(record);
      return record;
    },

    /** A trigger of the factory fires. Answers the id of the trigger run. */
    fireTrigger: (name: string): string => azure.factoryTriggers.fire(name),

    /** Everything that happened. */
    log() {
      const now = context.clock.now();
      return {
        requests: requests.byVendor(),
        requestList: requests.list(),
        runs: {
          dataFactory: azure.dataFactory.visibleRuns().map((run) => showRun(run, now)),
          synapse: azure.synapse.visibleRuns().map((run) => showRun(run, now)),
          spark: azure.spark.list(),
          quantemplate: quantemplate.executions.all.map((execution) => quantemplate.executions.show(execution)),
          dbt: dbt.runs.all.map((run) => dbt.runs.show(run, ['run_steps', 'trigger'])),
          mode: mode.runs.all.map((run) => mode.runs.show(run)),
        },
        slack: {
          messages: [...slack.messages],
          files: slack.files.map(({ content, ...file }) => ({ ...file, uploaded: content?.length ?? 0 })),
        },
        deliveries: [...quantemplate.events.deliveries, ...dbt.webhooks.deliveries, ...modeDeliveries].sort((a, b) =>
          a.at.localeCompare(b.at),
        ),
      };
    },

    /** Forgets faults, plans, receivers, requests, messages, files and deliveries; runs and datasets stay. */
    reset(): void {
      faults.clear();
      context.plans.clear();
      requests.clear();
      slack.clear();
      quantemplate.events.clear();
      dbt.webhooks.deliveries.length = 0;
      modeDeliveries.length = 0;
    },
  };
}

/** What can be done to a running sandbox. */
export type Controls = ReturnType<typeof createControls>;
