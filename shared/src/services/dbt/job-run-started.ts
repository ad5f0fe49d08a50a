import { defineJobRunTrigger } from './job-run-trigger.ts';
import { sampleNotification } from './notifications.ts';

const { finishedAt: _finishedAt, ...running } = sampleNotification;

/** Takes job.run.started. */
export const jobRunStarted = defineJobRunTrigger({
  key: 'jobRunStarted',
  name: 'Job Run Started',
  description: 'Triggers when a job run has started.',
  stage: 'started',
  input: {},
  sample: { ...running, status: 'running', vendorStatus: 'Running', statusCode: 3, succeeded: false },
  understands: ['job.run.started'],
  wants: () => true,
});
