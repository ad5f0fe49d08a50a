import * as v from 'valibot';
import { valueAt } from '../../define/filter.ts';
import { integer, json, option, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import type { SchemeName } from '../../define/verification.ts';
import { acceptsUnsigned, verificationFields } from '../../webhooks/process-delivery.ts';
import { entraSenderOf, webhookSecretsOf, type WebhookSecret } from '../../webhooks/webhook-secret.ts';

const schemeOptions: { value: SchemeName | 'entra'; label: string }[] = [
  { value: 'standard-webhooks', label: 'Standard Webhooks or Svix' },
  { value: 'github', label: 'GitHub (X-Hub-Signature-256)' },
  { value: 'slack', label: 'Slack (X-Slack-Signature)' },
  { value: 'dbt', label: 'HMAC-SHA256 in Authorization' },
  { value: 'shared-secret-header', label: 'Shared Secret in a Header' },
  { value: 'shared-secret-basic', label: 'Shared Secret as Basic Authentication' },
  { value: 'shared-secret-query', label: 'Shared Secret in the Address' },
  { value: 'entra', label: 'Microsoft Entra (a Token in Authorization)' },
];

/** A text or number at a path in a body; undefined where there is none. */
function textAt(body: unknown, path: string): string | undefined {
  const found = valueAt(body, path.split('.'));
  return (typeof found === 'string' && found !== '') || typeof found === 'number' ? String(found) : undefined;
}

/**
 * The ID that Slack and dbt put into what they sign and repeat with it.
 * @see https://docs.slack.dev/apis/events-api/#callback-field
 * @see https://docs.getdbt.com/docs/deploy/webhooks
 */
function signedId(body: unknown, scheme: string): string | undefined {
  if (scheme === 'slack' && textAt(body, 'type') === 'event_callback') return textAt(body, 'event_id');
  const id = scheme === 'dbt' ? textAt(body, 'eventId') : undefined;
  return id?.startsWith('wev_') ? id : undefined;
}

/** What happened, by the usual names in a body. */
function typeIn(body: unknown, scheme: string): string | undefined {
  if (scheme === 'slack') return textAt(body, 'event.type') ?? textAt(body, 'type') ?? textAt(body, 'command');
  return textAt(body, 'type') ?? textAt(body, 'event_type') ?? textAt(body, 'eventType');
}

/** Accepts a signed event of any sender whose scheme is known, unchanged. */
export const eventReceived = defineWebhookTrigger<WebhookSecret>()({
  key: 'eventReceived',
  name: 'Event Received',
  description: 'Triggers when a sender delivers an event with a valid signature.',
  input: {
    scheme: v.optional(
      option(schemeOptions, {
        label: 'How the Sender Signs',
        help: 'How the sender proves its identity; see its documentation, often under Verify Signatures. A shared secret proves less than a signature: anyone who reads one event can forge others.',
      }),
      'standard-webhooks',
    ),
    location: v.optional(
      text({
        label: 'Name of the Header or Parameter',
        help: 'Empty: the header X-Webhook-Secret, or the parameter token.',
        placeholder: 'X-Webhook-Secret',
        advanced: true,
        shownWhen: { field: 'scheme', is: ['shared-secret-header', 'shared-secret-query'] },
      }),
    ),
    idField: v.optional(
      text({
        label: 'Event ID Field',
        help: 'Field of the event with an ID that is unique to the event, used to ignore repeats; separate nested fields by dots. Leave it empty to use the delivery ID of the sender, or else the whole body.',
        placeholder: 'data.id',
        advanced: true,
      }),
    ),
    toleranceMinutes: v.optional(
      integer({
        label: 'Max Age (Minutes)',
        help: 'Events whose signed timestamp is older than this, or as far in the future, are rejected. Only for senders that sign a timestamp.',
        minimum: 1,
        advanced: true,
      }),
      5,
    ),
    acceptsUnsigned,
  },
  output: {
    eventId: text({ label: 'Event ID' }),
    eventType: v.optional(text({ label: 'Event Type' })),
    deliveryId: v.optional(text({ label: 'Delivery ID' })),
    headers: json({ label: 'Headers' }),
    event: json({ label: 'Event' }),
    ...verificationFields,
  },
  sample: {
    eventId: 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj',
    eventType: 'dataset.ready',
    deliveryId: 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj',
    headers: { 'webhook-id': 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj', 'content-type': 'application/json' },
    event: { id: 'evt_1a2b3c', type: 'dataset.ready', data: { dataset: 'claims', rows: 48_120 } },
    verified: true,
    matchedSecret: 'current',
  },
  verification: {
    scheme: ({ scheme }) => scheme as SchemeName | 'entra',
    location: ({ scheme, location }) => location ?? (scheme === 'shared-secret-query' ? 'token' : 'x-webhook-secret'),
    secrets: webhookSecretsOf,
    entra: entraSenderOf,
    toleranceSeconds: ({ toleranceMinutes }) => toleranceMinutes * 60,
    acceptsUnsigned: (input) => input.acceptsUnsigned,
  },
  directions: [
    'Set up the sender once, by hand.',
    '1. Copy the address of this trigger and add it as a webhook at the sender.',
    '2. Enter the secret that the sender then shows in the connection.',
    '3. Choose here how the sender signs.',
  ].join('\n'),
  example: (now) => ({
    id: `example-${now.getTime()}`,
    type: 'dataset.ready',
    data: { dataset: 'claims', rows: 48_120 },
  }),
  handshake(body, { scheme }) {
    const challenge =
      scheme === 'slack' && textAt(body, 'type') === 'url_verification' ? textAt(body, 'challenge') : undefined;
    return challenge === undefined ? undefined : { answer: { challenge } };
  },
  events(body, { idField, scheme }, _connection, { deliveryId, eventType, headers, repeatKey, bodyHash }) {
    // GitHub sends it when a webhook is created; Slack when it looks whether the address is there.
    if (scheme === 'github' && eventType === 'ping') return [];
    if (scheme === 'slack' && textAt(body, 'type') === 'url_verification') return [];
    if (scheme === 'slack' && textAt(body, 'ssl_check') !== undefined && textAt(body, 'type') === undefined) return [];
    const chosenId = idField === undefined ? undefined : textAt(body, idField);
    const ownId = chosenId ?? signedId(body, scheme);
    const type = eventType ?? typeIn(body, scheme);
    return [
      {
        id: ownId ?? repeatKey(),
        data: {
          eventId: ownId ?? deliveryId ?? bodyHash(),
          ...(type === undefined ? {} : { eventType: type }),
          ...(deliveryId === undefined ? {} : { deliveryId }),
          headers,
          event: body,
        },
      },
    ];
  },
});
