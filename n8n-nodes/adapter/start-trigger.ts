import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { openCatchUp } from './catch-up.ts';
import { keepEmitter, triggerKey } from './emitters.ts';
import { nodeError } from './error.ts';
import { keepRejectionReports } from './rejected-deliveries.ts';
import { testWithName } from './test-with.ts';
import { selectedTrigger, readTriggerInput } from './triggers.ts';
import { webhookTriggers } from './trigger-properties.ts';

/**
 * Checks that n8n treats a published workflow as active, which the expression of the webhook relies on.
 * @throws PipewrightError `unavailable` if n8n would not receive deliveries
 */
function checkReceivesDeliveries(context: ITriggerFunctions): void {
  if (context.getMode() === 'manual' || context.getWorkflow().active) return;
  if (context.getNodeParameter(testWithName, '') === 'nextEvent') return;
  throw new PipewrightError({
    code: 'unavailable',
    message: 'This version of n8n does not receive events at the Production URL while Test With is Sample Event.',
    hint: 'Set Test With to Next Real Event, and publish the workflow again.',
  });
}

/**
 * Activates a trigger, in n8n's main process only: registers the emitter for deliveries and the reports of rejected ones until the
 * workflow is deactivated, and recovers missed events. In other processes a delivery starts its execution like a plain webhook.
 */
export async function startTrigger(context: ITriggerFunctions, service: Service): Promise<ITriggerResponse> {
  try {
    const read = (name: string, fallback: unknown) => context.getNodeParameter(name, fallback);
    const trigger = selectedTrigger(webhookTriggers(service), read);
    checkReceivesDeliveries(context);
    const { emit, start } = openCatchUp(context, service, trigger, readTriggerInput(trigger, read));
    const removals = [keepEmitter(triggerKey(context), emit), keepRejectionReports(context)];
    const close = async () => removals.forEach((remove) => remove());
    await start().catch(async (error: unknown) => {
      await close();
      throw error;
    });
    return { closeFunction: close };
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}
