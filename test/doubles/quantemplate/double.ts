import type { AnswerCases } from '../server/answer-cases.ts';
import { textOf, urlOf } from '../control/read-body.ts';
import type { SandboxContext } from '../server/context.ts';
import type { DeliveryRecord } from '../server/deliver.ts';
import type { Double } from '../server/double.ts';
import { Refusal, text } from '../server/reply.ts';
import { parameter } from '../server/request.ts';
import type { Runnable } from '../server/runnable.ts';
import { quantemplateAccount } from './account.ts';
import { Datasets } from './datasets.ts';
import { EventSender, type QuantemplateEvent, type Receiver } from './event-sender.ts';
import { Executions } from './executions.ts';
import { quantemplate, quantemplateLogin } from './quantemplate.ts';

/** Options of the sandbox for Quantemplate. */
export interface QuantemplateOptions {
  /** Rows of the dataset `d-claims`. Default: 2000. */
  claimsRows?: number;
}

const pipelines: Runnable<{ executions: Executions }> = {
  name: 'Quantemplate',
  saysWhy: false,
  service: 'quantemplate',
  operation: 'runPipeline',
  input: { pipeline: 'p-premiums' },
  plan: { service: 'quantemplate', name: 'p-premiums' },
  start: /\/quantemplate\/.*\/executions$/,
  status: { method: 'GET', path: /\/quantemplate\/.*\/executions$/ },
  started: ({ executions }) => executions.all.map(({ id }) => id),
  cancel({ executions }, id) {
    const run = executions.all.find((one) => one.id === id);
    if (run) executions.cancel(run);
  },
  isCancelled: ({ executions }, id) => executions.all.find((one) => one.id === id)?.cancelledAt !== undefined,
  canCancel: false,
  unknownStatus: (id) => [{ id, status: 'Reticulating' }],
};

const answerCases: AnswerCases = {
  service: 'quantemplate',
  start: {
    operation: 'runPipeline',
    input: { pipeline: 'p-premiums' },
    plan: { service: 'quantemplate', name: 'p-premiums' },
  },
  inputs: ({ done, failed }) => ({
    runPipeline: { pipeline: 'p-premiums', timeoutMinutes: 10 },
    getPipelineRun: { pipeline: 'p-premiums', execution: failed },
    rerunFailedRun: { pipeline: 'p-premiums', execution: failed, timeoutMinutes: 10 },
    downloadPipelineOutput: { pipeline: 'p-premiums', execution: done, output: 'Premiums' },
    downloadDataset: { dataset: quantemplateAccount.claimsDatasetId },
    uploadDataset: { dataset: quantemplateAccount.claimsDatasetId, file: 'policy,paid\n1,2\n' },
    pipelineRunFinished: { pipeline: 'p-premiums' },
  }),
};

function addresses(baseUrl: string) {
  return {
    /** Token endpoint. */
    quantemplateLogin: `${baseUrl}/quantemplate/auth/realms/qt/protocol/openid-connect/token`,
    /** API; `/organisations` follows. */
    quantemplate: `${baseUrl}/quantemplate/v1`,
  };
}

function receiverOf(body: Record<string, unknown>): Receiver {
  return { ...(body as Partial<Receiver>), url: urlOf(body, 'url') };
}

/** Quantemplate: datasets, pipelines and events. */
export const quantemplateDouble = {
  account: quantemplateAccount,
  addresses,
  connections(baseUrl: string) {
    const { clientId, clientSecret, organisationId } = quantemplateAccount;
    const { quantemplate: apiUrl, quantemplateLogin: loginUrl } = addresses(baseUrl);
    const webhookSecret = 'a-long-secret-of-our-own';
    return {
      quantemplate: {
        clientId,
        clientSecret,
        organisationId,
        webhookSecret,
        apiUrl,
        loginUrl,
      },
    };
  },
  runnables: [pipelines],
  answerCases: [answerCases],
  start(context: SandboxContext, { claimsRows = 2000 }: QuantemplateOptions) {
    const events = new EventSender(context);
    const datasets = new Datasets(claimsRows);
    const executions = new Executions(context, events);
    const controls = {
      /** Writes a new version of a dataset, or a new dataset, with generated rows. Returns the version. */
      writeDataset: (id: string, rows: number): number => datasets.generate(id, rows),
      /** Sends one event to one URL. */
      sendQuantemplateEvent: (receiver: Receiver, event: QuantemplateEvent): Promise<DeliveryRecord> =>
        events.send(receiver, event),
      /** Sends every event to a URL from now on. */
      subscribeToQuantemplate: (receiver: Receiver): void => events.subscribe(receiver),
    };
    return {
      state: { datasets, events, executions },
      vendors: [quantemplateLogin(context), quantemplate(context, datasets, executions, events)],
      controls,
      controlRoutes: {
        'POST /quantemplate/events'(body) {
          const event = { ...(body['event'] as Partial<QuantemplateEvent> | undefined) };
          return controls.sendQuantemplateEvent(receiverOf(body), {
            payload: {},
            ...event,
            name: textOf(event, 'name'),
          });
        },
        'POST /quantemplate/receivers': (body) => controls.subscribeToQuantemplate(receiverOf(body)),
        'PUT /quantemplate/datasets/{id}'(body, request) {
          const rows = body['rows'];
          if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 0)
            throw new Refusal(text(400, '“rows” must be a whole number.'));
          return { version: controls.writeDataset(parameter(request, 'id'), rows) };
        },
      },
      runs: () => ({ quantemplate: executions.all.map((execution) => executions.show(execution)) }),
      deliveries: () => events.deliveries,
      clear: () => events.clear(),
    };
  },
} satisfies Double;
