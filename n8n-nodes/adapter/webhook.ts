import { sleep, type IWebhookFunctions, type IWebhookResponseData } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import type { Delivery } from '../../shared/src/webhooks/delivery.ts';
import { enrichEvents, processDelivery, type DeliveryResult } from '../../shared/src/webhooks/process-delivery.ts';
import { answer } from './answer.ts';
import { readConnection } from './connection-values.ts';
import { emitterOf, itemOf, triggerKey } from './emitters.ts';
import { emitAndConfirm } from './emit-and-confirm.ts';
import { makeHost, sendWith } from './host.ts';
import { cachedConnection } from './connection-cache.ts';
import { noteRefusal } from './refused-deliveries.ts';
import { claimEvent, settleEvent } from './dedupe.ts';
import { keptSubscription } from './subscription.ts';
import { chosenTrigger, parameterReader, readTriggerInput } from './triggers.ts';
import { webhookTriggers } from './trigger-properties.ts';

/** A request as n8n passes it on; older versions have read its body already. */
interface RawRequest {
  rawBody?: Buffer;
  readRawBody?(): Promise<void>;
}

async function readDelivery(context: IWebhookFunctions): Promise<Delivery> {
  const request = context.getRequestObject() as unknown as RawRequest;
  if (request.rawBody === undefined) await request.readRawBody?.();
  return {
    headers: context.getHeaderData(),
    query: context.getQueryData() as Delivery['query'],
    body: request.rawBody ?? Buffer.alloc(0),
  };
}

/** The events that one delivery claimed; others that hold the same events wait until they are settled. */
interface Claims {
  claim(id: string): Promise<boolean>;
  /** Settles those that are not settled yet. */
  settle(isStarted: boolean): void;
  /** Forgets events that were settled too early, so that their repeats are accepted. */
  forget(ids: readonly string[]): void;
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
    forget: (ids) => ids.forEach((id) => settleEvent(`${key}:${id}`, false)),
  };
}

/** A delivery's trigger, as n8n and the person set it up. */
interface Setting {
  context: IWebhookFunctions;
  service: Service;
  trigger: WebhookTrigger;
  key: string;
  input: Record<string, unknown>;
  host: Host;
}

/** A refusal may come from a secret that was replaced just now: the credential is then read again, and the delivery verified again. */
async function take(
  { context, service, trigger, key, input, host }: Setting,
  delivery: Delivery,
): Promise<DeliveryResult> {
  const subscription = keptSubscription(context);
  const judge = (connection: Record<string, unknown>) =>
    processDelivery(trigger, delivery, { input, connection, host, ...(subscription ? { subscription } : {}) });
  const read = () => readConnection(context, service.connection);
  const taken = await judge(await cachedConnection(key, read));
  if (taken.outcome !== 'rejected') return taken;
  const fresh = await cachedConnection(key, read, true);
  return fresh ? judge(fresh) : taken;
}

/** Reads what events only point to, where the trigger does so; their sender has its answer already. */
async function enrich({ context, service, trigger, key, input, host }: Setting, events: Event[]): Promise<Event[]> {
  if (!trigger.enrich) return events;
  const connection = await cachedConnection(key, () => readConnection(context, service.connection));
  return enrichEvents(trigger, events, input, { host, connection } as Context<never>);
}

/**
 * Starts one execution an event.
 * @throws PipewrightError `unavailable` when n8n does not get around to them; then the events are to be delivered again
 */
async function start(context: IWebhookFunctions, key: string, events: Event[]): Promise<IWebhookResponseData> {
  const emit = context.getMode() === 'manual' ? undefined : await emitterOf(key, context);
  if (!emit) return { workflowData: [events.map(itemOf)], noWebhookResponse: true };
  const handed = await Promise.all(events.map((event) => emitAndConfirm(emit, key, event)));
  if (handed.every(Boolean)) return { noWebhookResponse: true };
  throw new PipewrightError({
    code: 'unavailable',
    message: 'n8n is too busy to start the workflow.',
    hint: 'The sender delivers the event again.',
    retryable: true,
  });
}

/** Milliseconds between two tries to start what its sender will not deliver again, and the most tries. */
const retry = { every: 2_000, most: 150 };

/** Starts executions of events whose sender was told already that they are taken. */
async function startPatiently(context: IWebhookFunctions, key: string, events: Event[]): Promise<IWebhookResponseData> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(context, key, events);
    } catch (error) {
      if (!isPassing(error) || attempt >= retry.most) throw error;
      await sleep(retry.every);
    }
  }
}

/** Starts executions of what taken events point to. Their sender was answered, so nobody waits for the outcome. */
async function lookUpAndStart(setting: Setting, taken: Event[], claims: Claims): Promise<IWebhookResponseData> {
  let events = taken;
  try {
    events = await enrich(setting, taken);
    const started =
      events.length === 0 ? { noWebhookResponse: true } : await startPatiently(setting.context, setting.key, events);
    claims.settle(true);
    return started;
  } catch (error) {
    claims.forget([...taken, ...events].map(({ id }) => id));
    throw error;
  }
}

const isPassing = (error: unknown): boolean => error instanceof PipewrightError && error.code === 'unavailable';

/**
 * Takes one delivery: a genuine and wanted one starts the workflow and is answered 200; a filtered or repeated one is
 * answered 200 and starts nothing; any other is answered 401 with an empty body, and n8n's log says why. While n8n starts or
 * is too busy, the answer is 503, and the sender delivers again. A repeat that arrives while the first is being started waits
 * for its outcome: it is answered 200 if that was started, and is taken as the first if not.
 */
export async function receiveDelivery(context: IWebhookFunctions, service: Service): Promise<IWebhookResponseData> {
  const nothing: IWebhookResponseData = { noWebhookResponse: true };
  const key = triggerKey(context);
  const claims = openClaims(key);
  try {
    const parameters = parameterReader(context);
    const trigger = chosenTrigger(webhookTriggers(service), parameters);
    const host = makeHost({
      send: sendWith(context, service.connection),
      logger: context.logger,
      once: (eventId) => context.getMode() === 'manual' || claims.claim(eventId),
    });
    const setting = { context, service, trigger, key, input: readTriggerInput(trigger, parameters), host };
    const delivery = await readDelivery(context);
    const taken = await take(setting, delivery);
    if (taken.outcome === 'events') {
      if (trigger.enrich) {
        // What is looked up may take long, and senders do not wait.
        answer(context, trigger.acceptedStatus ?? 200);
        claims.settle(true);
        return await lookUpAndStart(setting, taken.events, claims);
      }
      const started = await start(context, key, taken.events);
      answer(context, trigger.acceptedStatus ?? 200);
      claims.settle(true);
      return started;
    }
    if (taken.outcome === 'rejected') noteRefusal(context, service, delivery, taken);
    if (taken.outcome === 'handshake') answer(context, 200, taken.answer);
    else answer(context, taken.outcome === 'rejected' ? taken.status : 200);
    return nothing;
  } catch (error) {
    // An error that is thrown here would start the workflow with an empty item.
    context.logger.error(`${service.name}: a delivery could not be taken. ${redact(describeError(error, 'n8n'))}`);
    if (!context.getResponseObject().headersSent) answer(context, isPassing(error) ? 503 : 500);
    return nothing;
  } finally {
    claims.settle(false);
  }
}
