import { defineJobRunTrigger } from './job-run-trigger.ts';
import { sampleNotification } from './notifications.ts';

/**
 * Takes job.run.errored, which comes at once. Where a job.run.completed of the same failed run reaches the address too,
 * it counts as a repeat.
 */
export const jobRunErrored = defineJobRunTrigger({
  key: 'jobRunErrored',
  name: 'Job Run Errored',
  description: 'Triggers when a job run has failed; its artifacts may come a little later.',
  stage: 'errored',
  input: {},
  sample: { ...sampleNotification, status: 'failed', vendorStatus: 'Errored', statusCode: 20, succeeded: false },
  understands: ['job.run.errored', 'job.run.completed'],
  wants: ({ status }) => status === 'failed',
});
