import type { IDataObject, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Subscription, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { checkVerification } from '../../shared/src/webhooks/check-verification.ts';
import { stopsListening } from './catch-up.ts';
import { readConnection } from './connection-values.ts';
import { triggerKey } from './emitters.ts';
import { nodeError } from './error.ts';
import { makeHost, sendWith } from './host.ts';
import { forgetConnection } from './connection-cache.ts';
import { chosenTrigger, readTriggerInput } from './triggers.ts';
import { webhookTriggers } from './trigger-properties.ts';

/** What is kept of the subscription: a secret that the vendor tells only once can stand nowhere else. */
export function keptSubscription(context: Pick<IWebhookFunctions, 'getWorkflowStaticData'>): Subscription | undefined {
  const { subscription } = context.getWorkflowStaticData('node') as { subscription?: Subscription };
  return subscription;
}

function keep(context: IHookFunctions, subscription: Subscription | undefined): void {
  const data = context.getWorkflowStaticData('node');
  if (subscription) data['subscription'] = { ...subscription } as IDataObject;
  else delete data['subscription'];
}

/** What every step of a trigger's life works with. */
interface Setting {
  trigger: WebhookTrigger;
  input: never;
  connection: Record<string, unknown>;
  lent: Context<never>;
  url: string;
}

async function within<T>(
  context: IHookFunctions,
  service: Service,
  work: (setting: Setting) => Promise<T>,
): Promise<T> {
  try {
    const read = (name: string, fallback: unknown) => context.getNodeParameter(name, fallback);
    const trigger = chosenTrigger(webhookTriggers(service), read);
    const input = readTriggerInput(trigger, read) as never;
    const connection = await readConnection(context, service.connection);
    const host = makeHost({ send: sendWith(context, service.connection), logger: context.logger });
    const url = context.getNodeWebhookUrl('default') ?? '';
    return await work({ trigger, input, connection, lent: { host, connection } as Context<never>, url });
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}

/**
 * Whether the vendor still has the subscription. Where there is none at the vendor, `create` looks at the secrets each
 * time.
 */
export function subscriptionExists(context: IHookFunctions, service: Service): Promise<boolean> {
  return within(context, service, async ({ trigger: { subscriber }, lent, url }) => {
    const kept = keptSubscription(context);
    if (!subscriber || !kept) return false;
    if (await subscriber.isSubscribed(kept, url, lent)) return true;
    // It may still be there: switched off, with a secret that was lost, or at an address that this n8n no longer has.
    await subscriber.unsubscribe(kept, lent);
    keep(context, undefined);
    return false;
  });
}

/** Subscribes at the vendor, or makes sure that what a person subscribes by hand can be verified. */
export function createSubscription(context: IHookFunctions, service: Service): Promise<boolean> {
  return within(context, service, async (setting) => {
    const { subscriber } = setting.trigger;
    forgetConnection(triggerKey(context));
    if (subscriber) keep(context, await subscriber.subscribe(setting.input, setting.url, setting.lent));
    else
      checkVerification(setting.trigger, setting.input, setting.connection, (warning) =>
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
  return within(context, service, async ({ trigger: { subscriber }, lent }) => {
    await subscriber?.unsubscribe(kept, lent);
    keep(context, undefined);
    return true;
  });
}
