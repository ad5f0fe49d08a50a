import type { ILoadOptionsFunctions, INodePropertyOptions, IWebhookFunctions } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import { headerValues, type Delivery } from '../../shared/src/webhooks/delivery.ts';
import type { DeliveryResult } from '../../shared/src/webhooks/process-delivery.ts';
import { credentialName } from './names.ts';

/** Consecutive rejections for the same reason. */
interface Rejections {
  explanation: string;
  reason: string;
  count: number;
  /** Time of the last rejection, in milliseconds since 1970. */
  at: number;
  /** Body length of the last rejected delivery. */
  bytes: number;
  /** User agent of the last rejected delivery. Never its body, signature or secret. */
  sender: string;
}

const maxPerCredential = 20;
const maxCredentials = 200;

/** Shortest time between two log lines for the same reason: forged deliveries must not flood the log. */
const logIntervalMs = 1_000;

/** Rejections by credential, newest first: a form knows its credential but not its workflow. */
const byCredential = new Map<string, Rejections[]>();

const credentialId = (context: IWebhookFunctions | ILoadOptionsFunctions, service: Service): string =>
  context.getNode().credentials?.[credentialName(service.connection)]?.id ?? '';

/** The first 60 printable ASCII characters of the user agent. */
function senderOf(delivery: Delivery): string {
  return (headerValues(delivery, 'user-agent')[0] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 60);
}

/** Records why a delivery was rejected, in memory and in n8n's log. */
export function recordRejection(
  context: IWebhookFunctions,
  service: Service,
  delivery: Delivery,
  { reason, explanation }: Extract<DeliveryResult, { outcome: 'rejected' }>,
): void {
  const id = credentialId(context, service);
  const list = byCredential.get(id) ?? [];
  if (byCredential.size >= maxCredentials && !byCredential.has(id)) byCredential.clear();
  byCredential.set(id, list);
  const at = Date.now();
  const last = list.find((rejections) => rejections.reason === reason);
  if (last === undefined || at - last.at >= logIntervalMs)
    context.logger.warn(`${service.name}: an event was rejected. ${explanation}`);
  const details = { at, bytes: delivery.body.length, sender: senderOf(delivery) };
  if (list[0]?.reason === reason) Object.assign(list[0], details, { count: list[0].count + 1 });
  else list.unshift({ reason, explanation, count: 1, ...details });
  list.length = Math.min(list.length, maxPerCredential);
}

const timestamp = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** The recent rejections for the credential of the form, newest first, as options of a read-only list. */
export function listRejections(context: ILoadOptionsFunctions, service: Service): INodePropertyOptions[] {
  const list = byCredential.get(credentialId(context, service)) ?? [];
  if (list.length === 0)
    return [
      {
        name: 'No Rejected Events',
        value: '',
        description: 'No event was rejected for this credential since n8n started',
      },
    ];
  const total = list.reduce((sum, { count }) => sum + count, 0);
  // The default option, so that the closed list shows the count.
  const summary = {
    name: `${total} Rejected ${total === 1 ? 'Event' : 'Events'}`,
    value: '',
    description: 'Newest first, each with its reason',
  };
  return [
    summary,
    ...list.map(({ at, count, explanation, bytes, sender }, index) => ({
      name: [
        timestamp(at),
        ...(count > 1 ? [`${count} Times`] : []),
        `${bytes} Bytes`,
        ...(sender ? [sender] : []),
      ].join(', '),
      value: String(index),
      description: explanation,
    })),
  ];
}
