import * as v from 'valibot';
import { list, option, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { pointedToRun, runFields } from '../../runs/report.ts';
import { readRun } from '../../runs/wait-for-run.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../webhooks/shared-secret-fields.ts';
import { problemField, verificationFields } from '../../webhooks/trigger-fields.ts';
import { service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobChoices, jobIdFromUrl } from './jobs.ts';
import { jobRuns, sampleJobRun } from './runs.ts';

/** What Databricks tells of a run, by what a person wants to hear of. */
const kinds = {
  finished: ['jobs.on_success', 'jobs.on_failure'],
  succeeded: ['jobs.on_success'],
  failed: ['jobs.on_failure'],
  started: ['jobs.on_start'],
  slow: ['jobs.on_duration_warning_threshold_exceeded'],
  behind: ['jobs.on_streaming_backlog_exceeded'],
  any: undefined,
} as const;

const idOf = (value: unknown): string | undefined =>
  typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

interface Told {
  eventType: string;
  jobId: string;
  taskKey?: string;
}

/**
 * Takes the notifications of a notification destination, and reads the run that they are about.
 * @see https://docs.databricks.com/aws/en/jobs/notifications
 */
export const jobNotification = defineWebhookTrigger<DatabricksConnection>()({
  key: 'jobNotification',
  name: 'Job Notification',
  description: 'Triggers when a run of a job starts, succeeds, fails or takes too long.',
  input: {
    jobs: v.optional(
      list({
        label: 'Jobs',
        help: 'Only runs of these jobs. Empty: all that notify this address.',
        placeholder: '910',
        choices: jobChoices,
        idFromUrl: jobIdFromUrl,
      }),
    ),
    when: v.optional(
      option(
        [
          { value: 'finished', label: 'Succeeded or Failed' },
          { value: 'succeeded', label: 'Succeeded' },
          { value: 'failed', label: 'Failed' },
          { value: 'started', label: 'Started' },
          { value: 'slow', label: 'Takes Longer Than Expected' },
          { value: 'behind', label: 'Streaming Falls Behind' },
          { value: 'any', label: 'Any' },
        ],
        { label: 'When', help: 'Only notifications of this kind. The job must be set up to send them.' },
      ),
      'finished',
    ),
    ...secretLocationFields('basic'),
  },
  output: {
    ...runFields,
    eventType: text({ label: 'Event Type' }),
    jobId: text({ label: 'Job ID' }),
    taskKey: v.optional(text({ label: 'Task' })),
    problem: problemField,
    ...verificationFields,
  },
  sample: {
    ...sampleJobRun,
    eventType: 'jobs.on_success',
    jobId: '910',
    verified: true,
    matchedSecret: 'current',
  },
  verification: verifyBySharedSecret,
  directions: [
    'Databricks is told once, by hand, to call the address of this trigger.',
    '1. Fill in Webhook Secret in the connection: a long random text of your own.',
    '2. In Databricks, an administrator opens Settings, Notifications, Manage, and adds a destination of the type Webhook: the address of this trigger, any user name, and the secret as its password.',
    '3. Add this destination to the job, under Job notifications.',
    '4. Publish the workflow.',
  ].join('\n'),
  events(body, { jobs, when }) {
    const { event_type: eventType, run, job, task } = asObject(body);
    const id = idOf(asObject(run)['run_id']);
    const jobId = idOf(asObject(job)['job_id']);
    const taskKey = asObject(task)['task_key'];
    const kind: readonly string[] | undefined = kinds[when];
    if (typeof eventType !== 'string' || !id || !jobId) return [];
    if ((jobs && jobs.length > 0 && !jobs.includes(jobId)) || (kind && !kind.includes(eventType))) return [];
    const name = asObject(job)['name'];
    const told: Told = { eventType, jobId, ...(typeof taskKey === 'string' ? { taskKey } : {}) };
    const reported = pointedToRun({
      id,
      service,
      name: typeof name === 'string' ? name : `job ${jobId}`,
      ...endOf(eventType),
    });
    return [{ id: `${id}:${eventType}`, data: { ...reported, ...told } }];
  },
  async enrich({ id, data }, _input, context) {
    const { eventType, jobId, taskKey, id: runId } = data as unknown as Told & { id: string };
    const run = await readRun(context.host, jobRuns(context), runId);
    return [{ id, data: { ...run, eventType, jobId, ...(taskKey === undefined ? {} : { taskKey }) } }];
  },
  example: (now) => ({
    event_type: 'jobs.on_success',
    workspace_id: 1_234_567_890_123_456,
    run: { run_id: now.getTime() },
    job: { job_id: 910, name: 'Monthly report' },
  }),
});

/** What the kind of a notification already says about the run. */
function endOf(eventType: string) {
  if (eventType === 'jobs.on_success') return { status: 'succeeded', vendorStatus: 'SUCCESS' } as const;
  return eventType === 'jobs.on_failure' ? ({ status: 'failed', vendorStatus: 'FAILED' } as const) : {};
}
