import { sleep, type IWebhookFunctions, type IWebhookResponseData } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { withoutUndefined } from '../../shared/src/host/without-undefined.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import type { Delivery } from '../../shared/src/webhooks/delivery.ts';
import { enrichEvents, processDelivery, type DeliveryResult } from '../../shared/src/webhooks/process-delivery.ts';
import { answer } from './answer.ts';
import { readConnection } from './connection-values.ts';
import { emitterOf, itemOf, triggerKey } from './emitters.ts';
import { rejectionItem } from './begin-execution.ts';
import { emitAndConfirm } from './emit-and-confirm.ts';
import { hostFor } from './host.ts';
import { cachedConnection } from './connection-cache.ts';
import { describeRejection, reportRejection } from './rejected-deliveries.ts';
import { claimEvent, settleEvent } from './dedupe.ts';
import { keptSubscription } from './subscription.ts';
import { selectedTrigger, parameterReader, readTriggerInput } from './triggers.ts';
import { webhookTriggers } from './trigger-properties.ts';

/** A request as n8n passes it to a node. Older versions of n8n have already read its body. */
interface RawRequest {
  rawBody?: Buffer;
  readRawBody?(): Promise<void>;
}

async function readDelivery(context: IWebhookFunctions): Promise<Delivery> {
  const request: RawRequest = context.getRequestObject();
  if (request.rawBody === undefined) await request.readRawBody?.();
  return {
    headers: context.getHeaderData(),
    query: context.getQueryData() as Delivery['query'],
    body: request.rawBody ?? Buffer.alloc(0),
  };
}

/** The events that one delivery claimed; other deliveries of the same events wait until they are settled. */
interface Claims {
  claim(id: string): Promise<boolean>;
  /** Settles all open claims. */
  settle(isStarted: boolean): void;
  /** Releases events that were settled too early, so that their repeats are accepted. */
  release(ids: readonly string[]): void;
}

function openClaims(key: string): Claims {
  const open = new Set<string>();
  return {
    async claim(id) {
      const isFirst = await claimEvent(`${key}:${id}`);
      if (isFirst) open.add(id);
      return isFirst;
    },
    settle(isStarted) {
      for (const id of open) settleEvent(`${key}:${id}`, isStarted);
      open.clear();
    },
    release: (ids) => ids.forEach((id) => settleEvent(`${key}:${id}`, false)),
  };
}

/** The trigger that receives a delivery, with its parameters. */
interface Setting {
  context: IWebhookFunctions;
  service: Service;
  trigger: WebhookTrigger;
  key: string;
  input: RawInput;
  host: Host;
}

/**
 * Processes a delivery. If it is rejected, the secret may just have been replaced, so the credential is read and the delivery
 * verified again.
 */
async function processWithFreshSecret(
  { context, service, trigger, key, input, host }: Setting,
  delivery: Delivery,
): Promise<DeliveryResult> {
  const subscription = keptSubscription(context);
  const processWith = (connection: Record<string, unknown>) =>
    processDelivery(trigger, delivery, withoutUndefined({ input, connection, host, subscription }));
  const read = () => readConnection(context, service.connection);
  const taken = await processWith(await cachedConnection(key, read));
  if (taken.outcome !== 'rejected') return taken;
  const fresh = await cachedConnection(key, read, true);
  return fresh ? processWith(fresh) : taken;
}

/** Enriches events if the trigger supports it; the sender has already been answered. */
async function enrich({ context, service, trigger, key, input, host }: Setting, events: Event[]): Promise<Event[]> {
  if (!trigger.enrich) return events;
  const connection = await cachedConnection(key, () => readConnection(context, service.connection));
  return enrichEvents(trigger, events, input, { host, connection });
}

/**
 * Starts one execution per event.
 * @throws PipewrightError `unavailable` when n8n does not start them in time; the sender then retries
 */
async function startExecutions(
  context: IWebhookFunctions,
  key: string,
  events: Event[],
): Promise<IWebhookResponseData> {
  const emit = context.getMode() === 'manual' ? undefined : await emitterOf(key, context);
  if (!emit) return { workflowData: [events.map(itemOf)], noWebhookResponse: true };
  const confirmed = await Promise.all(events.map((event) => emitAndConfirm(emit, key, event)));
  if (confirmed.every(Boolean)) return { noWebhookResponse: true };
  throw new PipewrightError({
    code: 'unavailable',
    message: 'n8n is too busy to start the workflow.',
    hint: 'The sender retries the event.',
    retryable: true,
  });
}

/** How often to retry starting executions for events that the sender does not deliver again. */
const startRetryMs = 2_000;
const maxStartAttempts = 150;

/** Starts executions for events that were already acknowledged. */
async function startWithRetries(
  context: IWebhookFunctions,
  key: string,
  events: Event[],
): Promise<IWebhookResponseData> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startExecutions(context, key, events);
    } catch (error) {
      if (!isUnavailable(error) || attempt >= maxStartAttempts) throw error;
      await sleep(startRetryMs);
    }
  }
}

/** Enriches accepted events and starts their executions. The sender has already been answered. */
async function enrichAndStart(setting: Setting, accepted: Event[], claims: Claims): Promise<IWebhookResponseData> {
  let events = accepted;
  try {
    events = await enrich(setting, accepted);
    const started =
      events.length === 0 ? { noWebhookResponse: true } : await startWithRetries(setting.context, setting.key, events);
    claims.settle(true);
    return started;
  } catch (error) {
    claims.release([...accepted, ...events].map(({ id }) => id));
    throw error;
  }
}

/** Ends a test in the editor with an error; in a published workflow, nothing starts. */
function failTest(context: IWebhookFunctions, message: string, description: string): IWebhookResponseData {
  return context.getMode() === 'manual'
    ? { workflowData: [[rejectionItem(message, description)]], noWebhookResponse: true }
    : { noWebhookResponse: true };
}

const isUnavailable = (error: unknown): boolean => error instanceof PipewrightError && error.code === 'unavailable';

/** Shortest time between two log lines: anyone who knows the URL can cause a problem. */
const problemIntervalMs = 1_000;

let problemLoggedAt = 0;

function logProblem({ logger }: IWebhookFunctions, problem: string): void {
  if (Date.now() - problemLoggedAt < problemIntervalMs) return;
  problemLoggedAt = Date.now();
  logger.error(problem);
}

/**
 * Receives one delivery. An authentic event that passes the filter starts the workflow and gets a 200; a filtered or repeated
 * event gets a 200 and starts nothing; any other delivery gets a 401 with an empty body, and n8n's log shows why. While n8n is
 * starting or too busy, the response is 503, and the sender retries. A repeat of a delivery in flight waits for its outcome: it
 * gets a 200 if the workflow was started; otherwise it is processed like a first delivery. A delivery that is rejected during a
 * test in the editor ends the test with an error that explains why.
 */
export async function receiveDelivery(context: IWebhookFunctions, service: Service): Promise<IWebhookResponseData> {
  const nothing: IWebhookResponseData = { noWebhookResponse: true };
  const key = triggerKey(context);
  const claims = openClaims(key);
  try {
    const parameters = parameterReader(context);
    const trigger = selectedTrigger(webhookTriggers(service), parameters);
    const host = hostFor(context, service.connection, {
      once: (eventId) => context.getMode() === 'manual' || claims.claim(eventId),
    });
    const setting = { context, service, trigger, key, input: readTriggerInput(trigger, parameters), host };
    const delivery = await readDelivery(context);
    const taken = await processWithFreshSecret(setting, delivery);
    if (taken.outcome === 'events') {
      if (trigger.enrich) {
        // Enriching may take long, and senders do not wait.
        answer(context, trigger.acceptedStatus ?? 200);
        claims.settle(true);
        return await enrichAndStart(setting, taken.events, claims);
      }
      const started = await startExecutions(context, key, taken.events);
      answer(context, trigger.acceptedStatus ?? 200);
      claims.settle(true);
      return started;
    }
    if (taken.outcome === 'rejected') {
      answer(context, taken.status);
      reportRejection(context, service, delivery, taken, parameters);
      const { message, whatToDo } = describeRejection(taken.explanation);
      return failTest(context, message, whatToDo);
    }
    answer(context, 200, taken.outcome === 'handshake' ? taken.answer : undefined);
    return nothing;
  } catch (error) {
    // A thrown error would start the workflow with an empty item.
    const problem = redact(describeError(error, 'n8n'));
    logProblem(context, `${service.name}: a delivery could not be processed. ${problem}`);
    if (!context.getResponseObject().headersSent) answer(context, isUnavailable(error) ? 503 : 500);
    return failTest(context, 'An event could not be processed.', problem);
  } finally {
    claims.settle(false);
  }
}
