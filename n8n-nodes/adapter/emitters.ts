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

/** Starts an execution; n8n keeps `deduplicationKey` with it and refuses a second one, also after a restart. */
export type Emit = ITriggerFunctions['emit'];

/** An event as an item. */
export const itemOf = ({ data }: Event): INodeExecutionData => ({ json: data as INodeExecutionData['json'] });

const emitters = new Map<string, Emit>();

/** What tells one trigger of one workflow from every other. */
export function triggerKey(context: Pick<FunctionsBase, 'getWorkflow' | 'getNode'>): string {
  return `${context.getWorkflow().id}:${context.getNode().id}`;
}

/** Keeps the emitter of a trigger; gives back what forgets it. */
export function keepEmitter(key: string, emit: Emit): () => void {
  emitters.set(key, emit);
  return () => {
    // A workflow that was activated anew may have left its emitter here before the old one is closed.
    if (emitters.get(key) === emit) emitters.delete(key);
  };
}

/** Milliseconds after its start in which a main process may not have started its triggers yet: it mends executions first. */
const startingUp = 2 * 60_000;

/** Milliseconds that a delivery waits for its trigger then. */
const patience = 1_500;

const bornAt = Date.now();

/**
 * Whether this process serves the editor and so may start triggers; processes that only take deliveries never do. n8n does
 * not tell a node, but its server knows whether it has addresses for tests.
 */
function mayStartTriggers(context: IWebhookFunctions): boolean {
  const { app } = context.getRequestObject() as unknown as {
    app?: { router?: { stack?: { route?: { path?: unknown } }[] } };
  };
  return (app?.router?.stack ?? []).some(({ route }) => /-test\//.test(String(route?.path)));
}

/**
 * The kept emitter of a trigger. After its start n8n takes deliveries before it starts triggers; a delivery that came then
 * waits a little and is refused for now, for without the emitter it would start a second execution of an event from before,
 * and many of them would keep n8n from starting at all.
 * @returns undefined in a process that starts no triggers
 * @throws PipewrightError `unavailable` while n8n starts
 */
export async function emitterOf(key: string, context: IWebhookFunctions): Promise<Emit | undefined> {
  const known = emitters.get(key);
  if (known || !mayStartTriggers(context)) return known;
  const until = Math.min(Date.now() + patience, bornAt + startingUp);
  while (!emitters.has(key) && Date.now() < until) await sleep(50);
  const found = emitters.get(key);
  if (found || Date.now() >= bornAt + startingUp) return found;
  throw new PipewrightError({
    code: 'unavailable',
    message: 'n8n is starting and has not started its triggers yet.',
    hint: 'The sender delivers the event again.',
    retryable: true,
  });
}

/** The key by which n8n tells repeats of an event apart; it has the length that n8n's database takes. */
export function deduplicationKey(trigger: string, eventId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['pipewright', trigger, eventId]))
    .digest('hex');
}
