import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { valueAt } from '../../define/filter.ts';
import { integer, json, option, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import type { SchemeName } from '../../define/verification.ts';
import { hmacFields, hmacSettingsOf } from '../../webhooks/hmac-fields.ts';
import { schemeOptions } from '../../webhooks/scheme-options.ts';
import { acceptsUnsigned, verificationFields } from '../../webhooks/trigger-fields.ts';
import { entraFault, entraSenderOf, webhookSecretsOf, type WebhookSecret } from '../../webhooks/webhook-secret.ts';
import { publish, setupSteps } from '../../webhooks/setup-steps.ts';

/** The text or number at a path in a body, as text. */
function textAt(body: unknown, path: string): string | undefined {
  const found = valueAt(body, path.split('.'));
  return (typeof found === 'string' && found !== '') || typeof found === 'number' ? String(found) : undefined;
}

/**
 * The event ID in the signed body of Slack and dbt, which stays the same in retries.
 * @see https://docs.slack.dev/apis/events-api/#callback-field
 * @see https://docs.getdbt.com/docs/deploy/webhooks
 */
function signedId(body: unknown, scheme: string): string | undefined {
  if (scheme === 'slack' && textAt(body, 'type') === 'event_callback') return textAt(body, 'event_id');
  const id = scheme === 'dbt' ? textAt(body, 'eventId') : undefined;
  return id?.startsWith('wev_') ? id : undefined;
}

/** The event type, by the usual property names. */
function typeIn(body: unknown, scheme: string): string | undefined {
  if (scheme === 'slack') return textAt(body, 'event.type') ?? textAt(body, 'type') ?? textAt(body, 'command');
  return textAt(body, 'type') ?? textAt(body, 'event_type') ?? textAt(body, 'eventType');
}

/** Receives signed events from any sender and passes them on unchanged. */
export const eventReceived = defineWebhookTrigger<WebhookSecret>()({
  key: 'eventReceived',
  name: 'Event Received',
  description: 'Triggers when an event with a valid signature or secret is received.',
  input: {
    scheme: v.optional(
      option(schemeOptions, {
        label: 'Verification Method',
        help: "How the sender authenticates its events. See the sender's webhook documentation, often under Verify Signatures.",
      }),
      'standard-webhooks',
    ),
    location: v.optional(
      text({
        label: 'Header or Parameter Name',
        help: 'Name of the header or query parameter that contains the secret. Leave empty to use X-Webhook-Secret (header) or token (query parameter).',
        placeholder: 'X-Webhook-Secret',
        advanced: true,
        shownWhen: { field: 'scheme', is: ['shared-secret-header', 'shared-secret-query'] },
      }),
    ),
    ...hmacFields,
    idField: v.optional(
      text({
        label: 'Event ID Field',
        help: 'Path of the unique event ID in the body, e.g. data.id, used to ignore duplicates. Leave empty to use the delivery ID or, if there is none, the whole body.',
        placeholder: 'data.id',
        advanced: true,
      }),
    ),
    toleranceMinutes: v.optional(
      integer({
        label: 'Timestamp Tolerance (Minutes)',
        help: 'Maximum difference between the signed timestamp and the current time, to prevent replay attacks. Only for senders that sign a timestamp.',
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
    scheme: ({ scheme }) => scheme as SchemeName,
    location: ({ scheme, location }) => location ?? (scheme === 'shared-secret-query' ? 'token' : 'x-webhook-secret'),
    hmac: ({ scheme, ...input }) => hmacSettingsOf(scheme, input),
    secrets: webhookSecretsOf,
    entra: entraSenderOf,
    entraFault,
    toleranceSeconds: ({ toleranceMinutes }) => toleranceMinutes * 60,
    acceptsUnsigned: (input) => input.acceptsUnsigned,
  },
  directions: setupSteps('Set up the sender once.', (terms) => [
    `${terms.copyUrl} Add it as a webhook in the settings of the sender.`,
    `In the ${terms.credential}, enter the signing secret of the sender as Secret.`,
    'In Verification Method, select the method that the sender uses.',
    publish(terms),
  ]),
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
    // GitHub sends a ping when a webhook is created; Slack verifies the URL and its certificate.
    if (scheme === 'github' && eventType === 'ping') return [];
    if (scheme === 'slack' && textAt(body, 'type') === 'url_verification') return [];
    if (scheme === 'slack' && textAt(body, 'ssl_check') !== undefined && textAt(body, 'type') === undefined) return [];
    const idInBody = idField === undefined ? undefined : textAt(body, idField);
    const id = idInBody ?? signedId(body, scheme);
    return [
      {
        id: id ?? repeatKey(),
        data: {
          eventId: id ?? deliveryId ?? bodyHash(),
          ...withoutUndefined({ eventType: eventType ?? typeIn(body, scheme), deliveryId }),
          headers,
          event: body,
        },
      },
    ];
  },
});
