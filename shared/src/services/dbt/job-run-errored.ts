import { defineWebhookTrigger } from '../../define/trigger.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobRunEvents } from './job-run-events.ts';
import { filterFields, sampleNotification } from './notifications.ts';

/**
 * Handles job.run.errored, which dbt sends as soon as a run fails. A job.run.completed of the same failed run counts as a
 * repeat.
 */
export const jobRunErrored = defineWebhookTrigger<DbtConnection>()({
  key: 'jobRunErrored',
  name: 'Job Run Errored',
  description: 'Triggers when a job run fails, possibly before its artifacts are available.',
  input: filterFields,
  sample: { ...sampleNotification, status: 'failed', vendorStatus: 'Errored', statusCode: 20, succeeded: false },
  ...jobRunEvents({
    stage: 'errored',
    eventTypes: ['job.run.errored', 'job.run.completed'],
    isWanted: ({ status }) => status === 'failed',
  }),
});
