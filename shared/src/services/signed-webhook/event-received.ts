import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { valueAt } from '../../operations/conditions.ts';
import { integer, json, option, text } from '../../operations/fields.ts';
import { defineWebhookTrigger } from '../../operations/trigger.ts';
import type { SchemeName } from '../../webhooks/scheme.ts';
import { acceptsUnsigned, verificationFields } from '../../webhooks/take-delivery.ts';
import { entraSenderOf, webhookSecretsOf, type WebhookSecret } from '../../webhooks/webhook-secret.ts';

const schemeOptions: { value: SchemeName | 'entra'; label: string }[] = [
  { value: 'standard-webhooks', label: 'Standard Webhooks or Svix' },
  { value: 'github', label: 'GitHub (X-Hub-Signature-256)' },
  { value: 'slack', label: 'Slack (X-Slack-Signature)' },
  { value: 'dbt', label: 'HMAC-SHA256 in Authorization' },
  { value: 'shared-secret-header', label: 'Shared Secret in a Header' },
  { value: 'shared-secret-basic', label: 'Shared Secret as a Basic Log-In' },
  { value: 'shared-secret-query', label: 'Shared Secret in the Address' },
  { value: 'entra', label: 'Microsoft Entra (a Token in Authorization)' },
];

/** Where senders usually put the ID of an event. */
const usualIds = ['id', 'eventId', 'event_id', 'delivery_id', 'uuid'];

/** The ID of an event; without one, the body itself tells repeats apart. */
function idOf(body: unknown, field: string | undefined): string {
  const paths = field === undefined ? usualIds.map((name) => [name]) : [field.split('.')];
  const found = paths.map((path) => valueAt(body, path)).find((value) => (typeof value === 'string' && value !== '') || typeof value === 'number');
  return found === undefined ? createHash('sha256').update(JSON.stringify(body)).digest('hex') : String(found);
}

/** Takes a signed event of any sender whose scheme is known, as it comes. */
export const eventReceived = defineWebhookTrigger<WebhookSecret>()({
  key: 'eventReceived',
  name: 'Event Received',
  description: 'Triggers when a sender delivers an event whose signature is right.',
  input: {
    scheme: v.optional(
      option(schemeOptions, {
        label: 'How the Sender Signs',
        help: 'The documentation of the sender tells it, often under Verify Signatures. A shared secret proves less than a signature: who reads one event can make others.',
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
        label: 'Field With the Event ID',
        help: 'By its ID an event that comes twice is known, with dots where it lies deeper. Empty: id, eventId or event_id, and without those the whole body.',
        placeholder: 'data.id',
        advanced: true,
      }),
    ),
    toleranceMinutes: v.optional(
      integer({
        label: 'Oldest Event in Minutes',
        help: 'A signed event that is older, or as far in the future, is refused: somebody may have recorded it. Only for senders that sign the moment.',
        minimum: 1,
        advanced: true,
      }),
      5,
    ),
    acceptsUnsigned,
  },
  output: {
    eventId: text({ label: 'Event ID' }),
    event: json({ label: 'Event' }),
    ...verificationFields,
  },
  sample: {
    eventId: 'evt_1a2b3c',
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
    'The sender is told once, by hand, to call the address of this trigger.',
    '1. Copy the address of this trigger and add it as a webhook at the sender.',
    '2. Fill in the secret that the sender then shows in the connection.',
    '3. Choose here how the sender signs.',
  ].join('\n'),
  example: (now) => ({ id: `example-${now.getTime()}`, type: 'dataset.ready', data: { dataset: 'claims', rows: 48_120 } }),
  events(body, { idField }) {
    const eventId = idOf(body, idField);
    return [{ id: eventId, data: { eventId, event: body } }];
  },
});
