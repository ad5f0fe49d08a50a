import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import { openCatchUp } from './catch-up.ts';
import { keepEmitter, triggerKey } from './emitters.ts';
import { nodeError } from './error.ts';
import { chosenTrigger, readTriggerInput } from './triggers.ts';
import { webhookTriggers } from './trigger-properties.ts';

/**
 * What n8n does when a workflow becomes active, in its leading process only: the means by
 * which deliveries start executions is kept until the workflow is no longer active, and what was missed is looked for. In other processes a delivery
 * starts its execution in the way of plain webhooks.
 */
export async function startTrigger(context: ITriggerFunctions, service: Service): Promise<ITriggerResponse> {
  try {
    const read = (name: string, fallback: unknown) => context.getNodeParameter(name, fallback);
    const trigger = chosenTrigger(webhookTriggers(service), read);
    const { emit, begin } = openCatchUp(context, service, trigger, readTriggerInput(trigger, read));
    const forget = keepEmitter(triggerKey(context), emit);
    await begin().catch((error: unknown) => {
      forget();
      throw error;
    });
    return { closeFunction: async () => forget() };
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}
