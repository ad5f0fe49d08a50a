import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { json, text } from '../../../define/fields.ts';
import { defineWebhookTrigger } from '../../../define/trigger.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../../webhooks/shared-secret-fields.ts';
import { verificationFields } from '../../../webhooks/trigger-fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { sealHandle } from './handle.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Takes the call of a WebHook activity, which then waits until it is completed or its time is over.
 * @see https://learn.microsoft.com/azure/data-factory/control-flow-webhook-activity
 */
export const activityReached = defineWebhookTrigger<AzureConnection>()({
  key: 'activityReached',
  name: 'WebHook Activity Reached',
  description: 'Triggers when a pipeline of Data Factory or Synapse comes to a WebHook activity and waits there.',
  input: secretLocationFields('query'),
  output: {
    eventId: text({ label: 'Event ID' }),
    handle: text({ label: 'Handle' }),
    body: v.optional(json({ label: 'What the Pipeline Says' })),
    ...verificationFields,
  },
  sample: {
    eventId: '5b0f2f7c9d3e4a61',
    handle: 'Qk0xc2VhbGVk…',
    body: { pipeline: 'Publish_figures', question: 'May the figures be published?' },
    verified: true,
    matchedSecret: 'current',
  },
  verification: verifyBySharedSecret,
  // Azure waits a minute at most for this answer, and then for as long as the activity says to be completed.
  acceptedStatus: 202,
  directions: [
    'The pipeline is told once, by hand, to call the address of this trigger.',
    '1. Fill in Webhook Secret in the connection: a long random text of your own.',
    '2. Copy the address of this trigger, and add ?token= with the secret to its end.',
    '3. In the pipeline add a WebHook activity with this address, the method POST and a body in JSON that says what is asked.',
    '4. Set its timeout to as long as somebody may take, tick Report status on callback, and Secure input, for the address is a secret.',
    '5. End the workflow with Complete WebHook Activity.',
  ].join('\n'),
  events(body, _input, connection) {
    if (!isObject(body)) return [];
    const { callBackUri, ...said } = body;
    if (typeof callBackUri !== 'string' || callBackUri === '') return [];
    const eventId = createHash('sha256').update(callBackUri).digest('hex').slice(0, 16);
    return [
      {
        id: eventId,
        data: {
          eventId,
          handle: sealHandle(callBackUri, connection),
          ...(Object.keys(said).length > 0 ? { body: said } : {}),
        },
      },
    ];
  },
  example: (now) => ({
    callBackUri: `https://example.svc.datafactory.azure.com/dataplane/workflow/callback/${now.getTime()}`,
    pipeline: 'Publish_figures',
    question: 'May the figures be published?',
  }),
});
