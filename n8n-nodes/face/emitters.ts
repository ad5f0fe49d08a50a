import { createHash } from 'node:crypto';
import { sleep, type INodeExecutionData, type ITriggerFunctions } from 'n8n-workflow';
import type { Event } from '../../shared/src/operations/trigger.ts';

/** Starts an execution; n8n keeps `deduplicationKey` with it and refuses a second one, also after a restart. */
export type Emit = ITriggerFunctions['emit'];

/** An event as an item. */
export const itemOf = ({ data }: Event): INodeExecutionData => ({ json: data as INodeExecutionData['json'] });

const emitters = new Map<string, Emit>();

/** What tells one trigger of one workflow from every other. */
export function triggerKey(context: Pick<ITriggerFunctions, 'getWorkflow' | 'getNode'>): string {
  return `${context.getWorkflow().id}:${context.getNode().id}`;
}

/** Keeps the emitter of a trigger; gives back what forgets it. */
export function keepEmitter(key: string, emit: Emit): () => void {
  emitters.set(key, emit);
  leads = true;
  return () => {
    // A workflow that was activated anew may have left its emitter here before the old one is closed.
    if (emitters.get(key) === emit) emitters.delete(key);
  };
}

/** Milliseconds after its start in which n8n may take deliveries for triggers that it has not started yet. */
const startingUp = 60_000;

/** Milliseconds that a delivery waits for its trigger then; senders wait for 10 seconds or more. */
const patience = 5_000;

const bornAt = Date.now();
let leads = true;

/**
 * The kept emitter of a trigger. After a restart n8n takes deliveries a moment before it starts triggers, so a delivery
 * waits a little: without the emitter an event from before the restart would start a second execution.
 * @returns undefined in a process that starts no triggers
 */
export async function emitterOf(key: string): Promise<Emit | undefined> {
  const until = Math.min(Date.now() + patience, bornAt + startingUp);
  while (leads && !emitters.has(key) && Date.now() < until) await sleep(50);
  if (emitters.size === 0) leads = false;
  return emitters.get(key);
}

/** The key by which n8n tells repeats of an event apart; it has the length that n8n's database takes. */
export function deduplicationKey(trigger: string, eventId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['pipewright', trigger, eventId]))
    .digest('hex');
}
