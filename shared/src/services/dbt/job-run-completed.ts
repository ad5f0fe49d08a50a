import { finishedFilter } from '../../runs/finished-filter.ts';
import { defineJobRunTrigger } from './job-run-trigger.ts';
import { sampleNotification } from './notifications.ts';

/**
 * Takes job.run.completed, which dbt sends for every end of a run once its artifacts are there. A job.run.errored of the
 * same run is left alone: it comes before, when artifacts may still be missing.
 */
export const jobRunCompleted = defineJobRunTrigger({
  key: 'jobRunCompleted',
  name: 'Job Run Completed',
  description: 'Triggers when a job run has ended and its artifacts are there, whether it succeeded or not.',
  stage: 'completed',
  input: finishedFilter,
  sample: sampleNotification,
  understands: ['job.run.completed'],
  wants: ({ status }, { outcome }) =>
    outcome === 'any' ? status !== 'queued' && status !== 'running' : outcome === status,
});
