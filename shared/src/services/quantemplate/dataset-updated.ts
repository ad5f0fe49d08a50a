import * as v from 'valibot';
import { list, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../webhooks/shared-secret-fields.ts';
import { verificationFields } from '../../webhooks/trigger-fields.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { datasetIdFromUrl } from './datasets.ts';
import { directionsFor, exampleOf, isAmong, payloadText, readNotification } from './notifications.ts';

/**
 * Receives the event DatasetUpdated. It contains no organization and no version: later steps download the current content
 * from the organization of the connection.
 * @see https://quantemplate.readme.io/reference-link/events
 */
export const datasetUpdated = defineWebhookTrigger<QuantemplateConnection>()({
  key: 'datasetUpdated',
  name: 'Dataset Updated',
  description: 'Triggers when a dataset that is shared with the whole organisation is updated.',
  input: {
    datasets: v.optional(
      list({
        label: 'Dataset IDs',
        help: 'Datasets to trigger on, one per line: IDs that start with d-, or URLs. Leave empty for all datasets.',
        placeholder: 'd-claims',
        idFromUrl: datasetIdFromUrl,
      }),
    ),
    ...secretLocationFields('header'),
  },
  output: {
    eventId: text({ label: 'Event ID' }),
    datasetId: text({ label: 'Dataset ID' }),
    updatedAt: v.optional(text({ label: 'Updated At' })),
    ...verificationFields,
  },
  sample: {
    eventId: '3f0c9c1e-6c52-4f6e-9b0a-2f5f0c1d7a11',
    datasetId: 'd-claims',
    updatedAt: '2026-11-20T08:00:00.000Z',
    verified: true,
    matchedSecret: 'current',
  },
  verification: verifyBySharedSecret,
  directions: directionsFor('DatasetUpdated', 'datasets'),
  example: (now) => exampleOf('DatasetUpdated', { datasetId: 'd-claims' }, now),
  events(body, input) {
    const notification = readNotification(body);
    const datasetId = notification && payloadText(notification, 'datasetId');
    if (notification?.name !== 'DatasetUpdated' || !datasetId || !isAmong(datasetId, input.datasets)) return [];
    const { id, createdAt } = notification;
    return [{ id, data: { eventId: id, datasetId, ...(createdAt ? { updatedAt: createdAt } : {}) } }];
  },
});
