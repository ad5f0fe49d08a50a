import * as v from 'valibot';
import { isObject } from '../../host/is-object.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { option } from '../../define/fields.ts';
import type { Values } from '../../define/operation.ts';
import type { Handshake } from '../../define/trigger.ts';
import { parseTimestamp } from '../../runs/run.ts';
import type { SchemeName } from '../../define/verification.ts';
import { acceptsUnsigned } from '../../webhooks/trigger-fields.ts';
import { entraFault, entraSenderOf, webhookSecretsOf } from '../../webhooks/webhook-secret.ts';
import type { Wording } from '../../host/wording.ts';
import { enterSecret, setupSteps, urlWithSecret } from '../../webhooks/setup-steps.ts';

/** An event in a common shape for the Event Grid schema and CloudEvents. */
export interface GridEvent {
  id: string;
  type: string;
  subject: string;
  /** Resource ID of the topic or source. */
  topic: string;
  occurredAt?: string;
  data: unknown;
}

const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
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
      ...withoutUndefined({ occurredAt }),
    },
  ];
}

/**
 * Parses the events of a delivery: a list in the Event Grid schema, one event or a list in CloudEvents.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema
 * @see https://learn.microsoft.com/azure/event-grid/cloud-event-schema
 */
export function readEvents(body: unknown): GridEvent[] {
  return (Array.isArray(body) ? body : [body]).flatMap(readEvent).filter(({ type }) => type !== validation);
}

const validation = 'Microsoft.EventGrid.SubscriptionValidationEvent';

/**
 * Event Grid hosts of the public cloud, US Government and China. Validation URLs use port 553.
 * @see https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 * @see https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
 */
const eventGridHosts = ['.eventgrid.azure.net', '.eventgrid.azure.us', '.eventgrid.azure.cn'];
const eventGridPorts = ['', '553'];

/** Normalizes a validation URL; undefined if its host is not Event Grid's. */
function eventGridUrl(text: string): string | undefined {
  if (text.length > 4_000 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isAllowed =
    url.protocol === 'https:' && url.username === '' && url.password === '' && eventGridPorts.includes(url.port);
  return isAllowed && eventGridHosts.some((host) => url.hostname.length > host.length && url.hostname.endsWith(host))
    ? url.href
    : undefined;
}

/**
 * Parses the subscription validation: a code to return, or a URL to request.
 * @see https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 */
export function readHandshake(body: unknown): Handshake | undefined {
  const [first] = Array.isArray(body) ? (body as unknown[]) : [];
  const { eventType, data } = asObject(first);
  const { validationCode, validationUrl } = asObject(data);
  if (eventType !== validation || typeof validationCode !== 'string') return undefined;
  const confirmUrl = eventGridUrl(asText(validationUrl));
  return { answer: { validationResponse: validationCode }, ...withoutUndefined({ confirmUrl }) };
}

/** Input fields for the verification of deliveries. */
export const verificationMethodFields = {
  verificationMethod: v.optional(
    option(
      [
        {
          value: 'shared-secret-query',
          label: 'Shared Secret in URL',
          description: 'Sent in the token query parameter of the webhook URL',
        },
        {
          value: 'shared-secret-header',
          label: 'Shared Secret in Header',
          description: 'Sent in the X-Webhook-Secret header, which you add under Delivery Properties',
        },
        { value: 'entra', label: 'Microsoft Entra Token', description: 'Bearer token in the Authorization header' },
      ],
      {
        label: 'Verification Method',
        help: 'How to verify that events come from Event Grid, which does not sign them.',
      },
    ),
    'shared-secret-query',
  ),
  acceptsUnsigned,
};

/** Verification of deliveries. */
export const verification = {
  scheme: ({ verificationMethod }: Values<typeof verificationMethodFields>) => verificationMethod as SchemeName,
  secrets: webhookSecretsOf,
  entra: entraSenderOf,
  entraFault,
  acceptsUnsigned: (input: Values<typeof verificationMethodFields>): boolean => input.acceptsUnsigned,
};

/** Setup directions for a topic or a storage account. */
export const directionsFor = (where: string, eventType: string): Wording =>
  setupSteps('Set up the event subscription once in the Azure portal.', (terms) => [
    enterSecret(terms, 'Secret'),
    urlWithSecret(terms),
    `Publish the ${terms.workflow}, so that the trigger can answer the validation request that Event Grid sends in the next step.`,
    `In ${where}, add an event subscription with Event Grid Schema, ${eventType}, and a Web Hook endpoint with this URL.`,
  ]);

/** Whether a text starts with a prefix; true if none is set. */
export const beginsWith = (value: string, wanted: string | undefined): boolean =>
  wanted === undefined || value.startsWith(wanted);

/** Whether a text ends with a suffix, ignoring case; true if none is set. */
export const endsWith = (value: string, wanted: string | undefined): boolean =>
  wanted === undefined || value.toLowerCase().endsWith(wanted.toLowerCase());
