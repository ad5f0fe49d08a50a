import * as v from 'valibot';
import { json, list, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { verificationFields } from '../../webhooks/trigger-fields.ts';
import type { WebhookSecret } from '../../webhooks/webhook-secret.ts';
import { beginsWith, directionsFor, endsWith, proofFields, readEvents, readHandshake, verification } from './events.ts';

/** Takes events of any type: those of a topic of one's own, and those of Azure's services. */
export const eventReceived = defineWebhookTrigger<WebhookSecret>()({
  key: 'eventReceived',
  name: 'Event Received',
  description: 'Triggers when Event Grid delivers an event of any type, such as one of a topic of your own.',
  input: {
    eventTypes: v.optional(
      list({
        label: 'Event Types',
        help: 'Only events of these types, one a line. Empty: all.',
        placeholder: 'Contoso.Dataset.Ready',
      }),
    ),
    subjectBegins: v.optional(
      text({ label: 'Subject Begins With', help: 'The start of the subject.', placeholder: '/datasets/claims' }),
    ),
    subjectEnds: v.optional(text({ label: 'Subject Ends With', help: 'The end of the subject.', placeholder: '.csv' })),
    ...proofFields,
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
  directions: directionsFor('the topic', 'the event types that you want'),
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
        // Publishers choose their IDs, so that one is unique to its topic or source only.
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
