import * as v from 'valibot';
import { json, list, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { verificationFields } from '../../webhooks/trigger-fields.ts';
import type { WebhookSecret } from '../../webhooks/webhook-secret.ts';
import {
  beginsWith,
  directionsFor,
  endsWith,
  readEvents,
  readHandshake,
  verification,
  verificationMethodFields,
} from './events.ts';

/** Receives events of any type, from custom topics and from Azure services. */
export const eventReceived = defineWebhookTrigger<WebhookSecret>()({
  key: 'eventReceived',
  name: 'Event Received',
  description: 'Triggers when Event Grid delivers an event of any type, for example from a custom topic.',
  input: {
    eventTypes: v.optional(
      list({
        label: 'Event Types',
        help: 'Types of the events, one per line. Leave empty for all types.',
        placeholder: 'Contoso.Dataset.Ready',
      }),
    ),
    subjectBegins: v.optional(
      text({ label: 'Subject Begins With', help: 'Start of the event subject.', placeholder: '/datasets/claims' }),
    ),
    subjectEnds: v.optional(
      text({ label: 'Subject Ends With', help: 'End of the event subject.', placeholder: '.csv' }),
    ),
    ...verificationMethodFields,
  },
  output: {
    eventId: text({ label: 'Event ID' }),
    eventType: text({ label: 'Event Type' }),
    subject: text({ label: 'Subject' }),
    topic: text({ label: 'Topic' }),
    occurredAt: v.optional(text({ label: 'Occurred At' })),
    data: json({ label: 'Data' }),
    ...verificationFields,
  },
  sample: {
    eventId: '1807a4c1-0f5d-4b0c-9d6d-0f4f3f6b2c11',
    eventType: 'Contoso.Dataset.Ready',
    subject: '/datasets/claims',
    topic:
      '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/data-platform/providers/Microsoft.EventGrid/topics/datasets',
    occurredAt: '2026-11-20T08:00:00.000Z',
    data: { dataset: 'claims', rows: 48_120 },
    verified: true,
    matchedSecret: 'current',
  },
  verification,
  directions: directionsFor('the topic', 'the required event types'),
  handshake: readHandshake,
  events(body, { eventTypes, subjectBegins, subjectEnds }) {
    return (
      readEvents(body)
        .filter(
          ({ type, subject }) =>
            (!eventTypes || eventTypes.length === 0 || eventTypes.includes(type)) &&
            beginsWith(subject, subjectBegins) &&
            endsWith(subject, subjectEnds),
        )
        // Publishers choose event IDs, so an ID is only unique within its topic or source.
        .map(({ id, type, ...rest }) => ({
          id: `${rest.topic} ${id}`,
          data: { eventId: id, eventType: type, ...rest },
        }))
    );
  },
  example: (now) => [
    {
      id: `example-${now.getTime()}`,
      topic:
        '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/data-platform/providers/Microsoft.EventGrid/topics/datasets',
      subject: '/datasets/claims',
      eventType: 'Contoso.Dataset.Ready',
      eventTime: now.toISOString(),
      data: { dataset: 'claims', rows: 48_120 },
      dataVersion: '1.0',
      metadataVersion: '1',
    },
  ],
});
