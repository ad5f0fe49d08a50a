import { createHash } from 'node:crypto';
import {
  sleep,
  type FunctionsBase,
  type INodeExecutionData,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Event } from '../../shared/src/define/trigger.ts';
import { withEventId } from './event-key.ts';

/** Starts an execution; n8n stores `deduplicationKey` with it and rejects a second one, also after a restart. */
export type Emit = ITriggerFunctions['emit'];

/** An event as an item. */
export const itemOf = ({ id, data }: Event): INodeExecutionData =>
  withEventId({ json: data as INodeExecutionData['json'] }, id);

const emitters = new Map<string, Emit>();

/** Identifies one trigger of one workflow. */
export function triggerKey(context: Pick<FunctionsBase, 'getWorkflow' | 'getNode'>): string {
  return `${context.getWorkflow().id}:${context.getNode().id}`;
}

/** Registers the emitter of a trigger; returns a function that removes it. */
export function keepEmitter(key: string, emit: Emit): () => void {
  emitters.set(key, emit);
  return () => {
    // A reactivated workflow may have registered its new emitter before the old one is removed.
    if (emitters.get(key) === emit) emitters.delete(key);
  };
}

/** Whether a trigger of the workflow is active in this process. */
export function hasActiveTrigger(workflowId: string): boolean {
  return [...emitters.keys()].some((key) => key.startsWith(`${workflowId}:`));
}

/**
 * How long after startup a main process may still have inactive triggers. n8n first recovers executions and then activates the
 * workflows one by one, which took more than two minutes on a busy machine.
 */
const startupMs = 10 * 60_000;

/** How long a delivery waits for its trigger during startup. */
const emitterTimeoutMs = 1_500;

const processStartedAt = Date.now();

/** The part of n8n's Express server that reveals whether it serves test URLs. */
interface WebhookServer {
  router?: { stack?: { route?: { path?: unknown } }[] };
}

/**
 * Whether this process serves the editor and therefore may activate triggers; processes that only receive deliveries never do.
 * n8n does not expose this to nodes, but only such a process serves test URLs.
 */
function mayStartTriggers(context: IWebhookFunctions): boolean {
  const { app }: { app?: WebhookServer } = context.getRequestObject();
  return (app?.router?.stack ?? []).some(({ route }) => /-test\//.test(String(route?.path)));
}

/**
 * The registered emitter of a trigger. After startup, n8n receives deliveries before it activates triggers. Such a delivery
 * waits briefly and is then rejected with a retryable error: without the emitter it would start a second execution of an
 * earlier event, and many such deliveries would prevent n8n from starting at all.
 * @returns undefined in a process that activates no triggers
 * @throws PipewrightError `unavailable` while n8n is starting
 */
export async function emitterOf(key: string, context: IWebhookFunctions): Promise<Emit | undefined> {
  const registered = emitters.get(key);
  if (registered || !mayStartTriggers(context)) return registered;
  const until = Math.min(Date.now() + emitterTimeoutMs, processStartedAt + startupMs);
  while (!emitters.has(key) && Date.now() < until) await sleep(50);
  const found = emitters.get(key);
  if (found || Date.now() >= processStartedAt + startupMs) return found;
  throw new PipewrightError({
    code: 'unavailable',
    message: 'n8n is still starting and has not activated its triggers yet.',
    hint: 'The sender retries the event.',
    retryable: true,
  });
}

/** The key that n8n uses to detect repeats of an event; its length fits n8n's database column. */
export function deduplicationKey(trigger: string, eventId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['pipewright', trigger, eventId]))
    .digest('hex');
}
