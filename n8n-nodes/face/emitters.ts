import { createHash } from 'node:crypto';
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

/** Starts an execution; n8n keeps `deduplicationKey` with it and refuses a second one, also after a restart. */
type Emit = ITriggerFunctions['emit'];

const emitters = new Map<string, Emit>();

/** What tells one trigger of one workflow from every other. */
export function triggerKey(context: Pick<ITriggerFunctions, 'getWorkflow' | 'getNode'>): string {
  return `${context.getWorkflow().id}:${context.getNode().id}`;
}

/**
 * Keeps the means by which a trigger starts executions for as long as its workflow is active. It exists in the leading
 * process of n8n only; elsewhere a delivery starts its execution in the way of plain webhooks.
 */
export async function keepEmitter(context: ITriggerFunctions): Promise<ITriggerResponse> {
  const key = triggerKey(context);
  const emit: Emit = context.emit.bind(context);
  emitters.set(key, emit);
  return {
    closeFunction: async () => {
      // A workflow that was activated anew may have left its emitter here before the old one is closed.
      if (emitters.get(key) === emit) emitters.delete(key);
    },
  };
}

/** The kept emitter of a trigger, in this process. */
export function emitterOf(key: string): Emit | undefined {
  return emitters.get(key);
}

/** The key by which n8n tells repeats of an event apart; it has the length that n8n's database takes. */
export function deduplicationKey(trigger: string, eventId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['pipewright', trigger, eventId]))
    .digest('hex');
}
