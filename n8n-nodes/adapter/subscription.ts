import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Subscription, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { checkFilter } from '../../shared/src/webhooks/check-filter.ts';
import { checkVerification } from '../../shared/src/webhooks/check-verification.ts';
import { stopsListening } from './catch-up.ts';
import { readConnection } from './connection-values.ts';
import { triggerKey } from './emitters.ts';
import { nodeError } from './error.ts';
import { hostFor } from './host.ts';
import { forgetConnection } from './connection-cache.ts';
import { selectedTrigger, readTriggerInput } from './triggers.ts';
import { webhookTriggers } from './trigger-properties.ts';

/** The stored subscription, including a secret that the vendor returns only once. */
export function keptSubscription(context: Pick<IWebhookFunctions, 'getWorkflowStaticData'>): Subscription | undefined {
  const { subscription } = context.getWorkflowStaticData('node') as { subscription?: Subscription };
  return subscription;
}

function keep(context: IHookFunctions, subscription: Subscription | undefined): void {
  const data = context.getWorkflowStaticData('node');
  if (subscription) data['subscription'] = { ...subscription };
  else delete data['subscription'];
}

interface Setting {
  trigger: WebhookTrigger;
  input: RawInput;
  operationContext: Context;
  url: string;
}

async function withSetting<T>(
  context: IHookFunctions,
  service: Service,
  work: (setting: Setting) => Promise<T>,
): Promise<T> {
  try {
    const read = (name: string, fallback: unknown) => context.getNodeParameter(name, fallback);
    const trigger = selectedTrigger(webhookTriggers(service), read);
    const input = readTriggerInput(trigger, read);
    const connection = await readConnection(context, service.connection);
    const host = hostFor(context, service.connection);
    const url = context.getNodeWebhookUrl('default') ?? '';
    return await work({ trigger, input, operationContext: { host, connection }, url });
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}

/** Whether the subscription still exists at the vendor. Always false without a subscription API, so that `create` checks the secrets. */
export function subscriptionExists(context: IHookFunctions, service: Service): Promise<boolean> {
  return withSetting(context, service, async ({ trigger: { subscriber }, operationContext, url }) => {
    const kept = keptSubscription(context);
    if (!subscriber || !kept) return false;
    if (await subscriber.isSubscribed(kept, url, operationContext)) return true;
    // It may still exist: disabled, with a lost secret, or with an earlier URL of this n8n.
    await subscriber.unsubscribe(kept, operationContext);
    keep(context, undefined);
    return false;
  });
}

/** Subscribes at the vendor, or checks that events of a manual subscription can be verified. */
export function createSubscription(context: IHookFunctions, service: Service): Promise<boolean> {
  return withSetting(context, service, async ({ trigger, input, operationContext, url }) => {
    forgetConnection(triggerKey(context));
    checkFilter(trigger, input);
    if (trigger.subscriber) keep(context, await trigger.subscriber.subscribe(input, url, operationContext));
    else
      checkVerification(trigger, input, operationContext.connection, (warning) =>
        context.logger.warn(`${service.name}: ${warning}`),
      );
    return true;
  });
}

/** Removes the subscription at the vendor. */
export function deleteSubscription(context: IHookFunctions, service: Service): Promise<boolean> {
  forgetConnection(triggerKey(context));
  stopsListening(context);
  const kept = keptSubscription(context);
  if (!kept) return Promise.resolve(true);
  return withSetting(context, service, async ({ trigger: { subscriber }, operationContext }) => {
    await subscriber?.unsubscribe(kept, operationContext);
    keep(context, undefined);
    return true;
  });
}
