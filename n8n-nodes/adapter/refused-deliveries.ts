import type { ILoadOptionsFunctions, INodePropertyOptions, IWebhookFunctions } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import { headerValues, type Delivery } from '../../shared/src/webhooks/delivery.ts';
import type { DeliveryResult } from '../../shared/src/webhooks/process-delivery.ts';
import { credentialName } from './names.ts';

/** Why deliveries were refused that came one after the other for the same reason. */
interface Refusals {
  explanation: string;
  reason: string;
  count: number;
  /** Milliseconds since 1970 of the last one. */
  at: number;
  /** Of the last one: length of its body, and what it called itself. Never its body, signature or secret. */
  bytes: number;
  sender: string;
}

/** Most that are kept for one credential, and most credentials. */
const most = { refusals: 20, credentials: 200 };

/** Milliseconds between two lines in the log for one reason: forged deliveries must not flood it. */
const loggedEvery = 1_000;

/** By credential, newest first: a form tells only which credential it uses, not which workflow it belongs to. */
const kept = new Map<string, Refusals[]>();

const credentialId = (context: IWebhookFunctions | ILoadOptionsFunctions, service: Service): string =>
  context.getNode().credentials?.[credentialName(service.connection)]?.id ?? '';

/** The first 60 characters of what a sender calls itself, without anything that is no plain text. */
function senderOf(delivery: Delivery): string {
  return (headerValues(delivery, 'user-agent')[0] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 60);
}

/** Keeps why a delivery was refused, in the memory of this process, and writes it into n8n's log. */
export function noteRefusal(
  context: IWebhookFunctions,
  service: Service,
  delivery: Delivery,
  { reason, explanation }: Extract<DeliveryResult, { outcome: 'rejected' }>,
): void {
  const id = credentialId(context, service);
  const list = kept.get(id) ?? [];
  if (kept.size >= most.credentials && !kept.has(id)) kept.clear();
  kept.set(id, list);
  const at = Date.now();
  const last = list.find((one) => one.reason === reason);
  if (last === undefined || at - last.at >= loggedEvery)
    context.logger.warn(`${service.name}: a delivery was refused. ${explanation}`);
  const details = { at, bytes: delivery.body.length, sender: senderOf(delivery) };
  if (list[0]?.reason === reason) Object.assign(list[0], details, { count: list[0].count + 1 });
  else list.unshift({ reason, explanation, count: 1, ...details });
  list.length = Math.min(list.length, most.refusals);
}

const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** What was refused lately for the credential of the form, newest first, as a list to look at. */
export function listRefusals(context: ILoadOptionsFunctions, service: Service): INodePropertyOptions[] {
  const list = kept.get(credentialId(context, service)) ?? [];
  if (list.length === 0)
    return [
      { name: 'None Since n8n Was Started', value: '', description: 'No delivery was refused for this credential' },
    ];
  const total = list.reduce((sum, { count }) => sum + count, 0);
  // What is chosen when nothing was chosen: a closed list tells at a glance that there is something to see.
  const summary = { name: `${total} Refused Lately`, value: '', description: 'Newest first, with the reason of each' };
  return [
    summary,
    ...list.map(({ at, count, explanation, bytes, sender }, index) => ({
      name: [moment(at), ...(count > 1 ? [`${count} Times`] : []), `${bytes} Bytes`, ...(sender ? [sender] : [])].join(
        ', ',
      ),
      value: String(index),
      description: explanation,
    })),
  ];
}
