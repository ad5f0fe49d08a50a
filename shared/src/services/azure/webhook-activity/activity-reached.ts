import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { isObject } from '../../../host/is-object.ts';
import { json, text } from '../../../define/fields.ts';
import { defineWebhookTrigger } from '../../../define/trigger.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../../webhooks/shared-secret-fields.ts';
import { verificationFields } from '../../../webhooks/trigger-fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { sealHandle } from './handle.ts';
import { enterSecret, publish, setupSteps, urlWithSecret } from '../../../webhooks/setup-steps.ts';

/**
 * Receives the request of a WebHook activity, which then waits until it is completed or times out.
 * @see https://learn.microsoft.com/azure/data-factory/control-flow-webhook-activity
 */
export const activityReached = defineWebhookTrigger<AzureConnection>()({
  key: 'activityReached',
  name: 'WebHook Activity Reached',
  description:
    'Triggers when a Data Factory or Synapse pipeline reaches a WebHook activity and waits for the callback.',
  input: secretLocationFields('query'),
  output: {
    eventId: text({ label: 'Event ID' }),
    callbackId: text({ label: 'Callback ID' }),
    body: v.optional(json({ label: 'Body' })),
    ...verificationFields,
  },
  sample: {
    eventId: '5b0f2f7c9d3e4a61',
    callbackId: 'Qk0xc2VhbGVk…',
    body: { pipeline: 'Publish_figures', question: 'Publish the figures?' },
    verified: true,
    matchedSecret: 'current',
  },
  verification: verifyBySharedSecret,
  // Azure waits up to one minute for this response, then until the timeout of the activity.
  acceptedStatus: 202,
  directions: setupSteps('Set up the pipeline once.', (terms) => [
    enterSecret(terms),
    urlWithSecret(terms),
    'Add a WebHook activity to the pipeline with this URL, the method POST and a JSON body.',
    'Set the timeout of the activity, and select Report status on callback and Secure input.',
    `In the ${terms.workflow}, add a Complete WebHook Activity step to continue or fail the pipeline.`,
    publish(terms),
  ]),
  events(body, _input, connection) {
    if (!isObject(body)) return [];
    const { callBackUri, ...rest } = body;
    if (typeof callBackUri !== 'string' || callBackUri === '') return [];
    const eventId = createHash('sha256').update(callBackUri).digest('hex').slice(0, 16);
    return [
      {
        id: eventId,
        data: {
          eventId,
          callbackId: sealHandle(callBackUri, connection),
          ...(Object.keys(rest).length > 0 ? { body: rest } : {}),
        },
      },
    ];
  },
  example: (now) => ({
    callBackUri: `https://example.svc.datafactory.azure.com/dataplane/workflow/callback/${now.getTime()}`,
    pipeline: 'Publish_figures',
    question: 'Publish the figures?',
  }),
});
