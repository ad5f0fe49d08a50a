import * as v from 'valibot';
import { option } from '../../define/fields.ts';
import type { Values } from '../../define/operation.ts';
import type { Handshake } from '../../define/trigger.ts';
import { parseTimestamp } from '../../runs/run.ts';
import type { SchemeName } from '../../define/verification.ts';
import { acceptsUnsigned } from '../../webhooks/trigger-fields.ts';
import { entraSenderOf, webhookSecretsOf } from '../../webhooks/webhook-secret.ts';

/** An event in one shape, whether it came in the schema of Event Grid or in that of CloudEvents. */
export interface GridEvent {
  id: string;
  type: string;
  subject: string;
  /** Resource ID of the topic or source. */
  topic: string;
  occurredAt?: string;
  data: unknown;
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

function readEvent(value: unknown): GridEvent[] {
  const event = asObject(value);
  const isCloud = typeof event['specversion'] === 'string';
  const id = asText(event['id']);
  const type = asText(event[isCloud ? 'type' : 'eventType']);
  if (id === '' || type === '') return [];
  const occurredAt = parseTimestamp(asText(event[isCloud ? 'time' : 'eventTime']));
  return [
    {
      id,
      type,
      subject: asText(event['subject']),
      topic: asText(event[isCloud ? 'source' : 'topic']),
      data: event['data'] ?? {},
      ...(occurredAt ? { occurredAt } : {}),
    },
  ];
}

/**
 * The events of a delivery: Event Grid sends a list, CloudEvents one event or a list.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema
 * @see https://learn.microsoft.com/azure/event-grid/cloud-event-schema
 */
export function readEvents(body: unknown): GridEvent[] {
  return (Array.isArray(body) ? body : [body]).flatMap(readEvent).filter(({ type }) => type !== validation);
}

const validation = 'Microsoft.EventGrid.SubscriptionValidationEvent';

/**
 * Hosts of Event Grid in the public cloud, that of the US government and that in China. Its validation addresses have the
 * port 553.
 * @see https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 * @see https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
 */
const eventGridHosts = ['.eventgrid.azure.net', '.eventgrid.azure.us', '.eventgrid.azure.cn'];
const eventGridPorts = ['', '553'];

/** An address that is one of Event Grid's own, as it is to be requested; undefined for any other. */
function addressOfEventGrid(text: string): string | undefined {
  if (text.length > 4_000 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isOwn =
    url.protocol === 'https:' && url.username === '' && url.password === '' && eventGridPorts.includes(url.port);
  return isOwn && eventGridHosts.some((host) => url.hostname.length > host.length && url.hostname.endsWith(host))
    ? url.href
    : undefined;
}

/**
 * The handshake before the first event: a code to be sent back, or an address to be read.
 * @see https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
export function readHandshake(body: unknown): Handshake | undefined {
  const [first] = Array.isArray(body) ? (body as unknown[]) : [];
  const { eventType, data } = asObject(first);
  const { validationCode, validationUrl } = asObject(data);
  if (eventType !== validation || typeof validationCode !== 'string') return undefined;
  const confirmUrl = addressOfEventGrid(asText(validationUrl));
  return { answer: { validationResponse: validationCode }, ...(confirmUrl === undefined ? {} : { confirmUrl }) };
}

/** Input fields that say how Event Grid proves that it is the sender. */
export const proofFields = {
  proof: v.optional(
    option(
      [
        { value: 'shared-secret-query', label: 'Secret in the Address (token=…)' },
        { value: 'shared-secret-header', label: 'Secret in the Header X-Webhook-Secret' },
        { value: 'entra', label: 'Microsoft Entra' },
      ],
      {
        label: 'How Event Grid Proves Itself',
        help: 'Event Grid does not sign events. The secret of the connection comes at the end of the address, or in a header that you add under Delivery Properties; or Event Grid logs in by Microsoft Entra.',
      },
    ),
    'shared-secret-query',
  ),
  acceptsUnsigned,
};

/** How events are verified. */
export const verification = {
  scheme: ({ proof }: Values<typeof proofFields>) => proof as SchemeName,
  secrets: webhookSecretsOf,
  entra: entraSenderOf,
  acceptsUnsigned: (input: Values<typeof proofFields>): boolean => input.acceptsUnsigned,
};

/** What a person does by hand, for a topic of their own or of a storage account. */
export function directionsFor(where: string, eventType: string): string {
  return [
    'Event Grid is told once, by hand, to call the address of this trigger.',
    '1. Fill in Secret in the connection: a long random text of your own.',
    '2. Copy the address of this trigger, and add ?token= with the secret to its end.',
    '3. Publish the workflow: Event Grid asks the address at once whether it wants the events, and this trigger answers.',
    `4. In the Azure portal, open ${where}, Events, and add an event subscription: the schema Event Grid Schema, ${eventType}, and as its endpoint a Web Hook with this address.`,
  ].join('\n');
}

/** A text filter that is not set lets everything pass. */
export const beginsWith = (value: string, wanted: string | undefined): boolean =>
  wanted === undefined || value.startsWith(wanted);

/** The same for the end of a text, whatever its case. */
export const endsWith = (value: string, wanted: string | undefined): boolean =>
  wanted === undefined || value.toLowerCase().endsWith(wanted.toLowerCase());
