import { defineWebhookTrigger } from '../../define/trigger.ts';
import { finishedFilter, type OutcomeFilter } from '../../runs/finished-filter.ts';
import { isFinished } from '../../runs/run.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobRunEvents } from './job-run-events.ts';
import { filterFields, sampleNotification, type JobFilter } from './notifications.ts';

/**
 * Handles job.run.completed, which dbt sends for every finished run once its artifacts are available. Ignores the
 * job.run.errored that may precede it, because artifacts may still be missing then.
 */
export const jobRunCompleted = defineWebhookTrigger<DbtConnection>()({
  key: 'jobRunCompleted',
  name: 'Job Run Completed',
  description: 'Triggers when a job run succeeds, fails or is canceled, and its artifacts are available.',
  input: { ...filterFields, ...finishedFilter },
  sample: sampleNotification,
  ...jobRunEvents<JobFilter & OutcomeFilter>({
    stage: 'completed',
    eventTypes: ['job.run.completed'],
    isWanted: ({ status }, { outcome }) =>
      outcome === 'any' ? isFinished(status) || status === 'unknown' : outcome === status,
  }),
});
