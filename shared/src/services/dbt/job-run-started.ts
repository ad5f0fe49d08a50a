import { defineWebhookTrigger } from '../../define/trigger.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobRunEvents } from './job-run-events.ts';
import { filterFields, sampleNotification } from './notifications.ts';

const { finishedAt: _finishedAt, ...running } = sampleNotification;

/** Handles job.run.started. */
export const jobRunStarted = defineWebhookTrigger<DbtConnection>()({
  key: 'jobRunStarted',
  name: 'Job Run Started',
  description: 'Triggers when a job run starts.',
  input: filterFields,
  sample: { ...running, status: 'running', vendorStatus: 'Running', statusCode: 3, succeeded: false },
  ...jobRunEvents({ stage: 'started', eventTypes: ['job.run.started'], isWanted: () => true }),
});
