import type { Host } from '../../shared/src/host/host.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, Subscription, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import type { Delivery } from '../../shared/src/webhooks/delivery.ts';
import { enrichEvents, processDelivery, type DeliveryResult } from '../../shared/src/webhooks/process-delivery.ts';

/** Runs the operation of that key as an adapter does. */
export async function operate(
  service: Service,
  key: string,
  typed: Record<string, unknown>,
  host: Host,
  connection: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const operation = service.operations.find((one) => one.key === key) as Operation;
  return (await operation.run(typed, context(service, host, connection))) as Record<string, unknown>;
}

/** The context of an operation, with a checked connection. */
export function context(service: Service, host: Host, connection: Record<string, unknown>): Context {
  return { host, connection: service.connection.check(connection) };
}

/** Finds a webhook trigger by key. */
export function webhookTrigger(service: Service, key: string): WebhookTrigger {
  return service.triggers.find((one) => one.key === key) as WebhookTrigger;
}

/** Creates a delivery with a body. */
export function delivery(body: unknown, headers: Delivery['headers'] = {}, query: Delivery['query'] = {}): Delivery {
  return { headers, query, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
}

/** Processes a delivery to a trigger as an adapter does. */
export function deliver(
  service: Service,
  key: string,
  typed: Record<string, unknown>,
  sent: Delivery,
  setting: { host: Host; connection: Record<string, unknown>; subscription?: Subscription },
): Promise<DeliveryResult> {
  const trigger = webhookTrigger(service, key);
  return processDelivery(trigger, sent, {
    ...setting,
    input: typed,
    connection: service.connection.check(setting.connection),
  });
}

/** Processes a delivery and enriches its events; returns what starts the workflow. */
export async function deliverAndLookUp(
  service: Service,
  key: string,
  typed: Record<string, unknown>,
  sent: Delivery,
  setting: { host: Host; connection: Record<string, unknown> },
): Promise<Event[]> {
  const taken = await deliver(service, key, typed, sent, setting);
  if (taken.outcome !== 'events') throw new Error(`The delivery was ${taken.outcome}.`);
  const trigger = webhookTrigger(service, key);
  return enrichEvents(trigger, taken.events, typed, context(service, setting.host, setting.connection));
}
