import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { displayField, displayText } from '../../http/response-schema.ts';
import { list, option, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { runReference, runFields } from '../../runs/report.ts';
import { readRun } from '../../runs/read-run.ts';
import { secretLocationFields, verifyBySharedSecret } from '../../webhooks/shared-secret-fields.ts';
import { problemField, verificationFields } from '../../webhooks/trigger-fields.ts';
import { service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobChoices, jobIdFromUrl } from './jobs.ts';
import { jobRuns, sampleJobRun } from './runs.ts';
import { enterSecret, publish, setupSteps } from '../../webhooks/setup-steps.ts';

/** Event types by choice. */
const eventTypes = {
  finished: ['jobs.on_success', 'jobs.on_failure'],
  succeeded: ['jobs.on_success'],
  failed: ['jobs.on_failure'],
  started: ['jobs.on_start'],
  slow: ['jobs.on_duration_warning_threshold_exceeded'],
  behind: ['jobs.on_streaming_backlog_exceeded'],
  any: undefined,
} as const;

const idShape = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty());

/** A notification, with the fields used here. */
const notificationShape = v.object({
  event_type: v.string(),
  run: v.object({ run_id: idShape }),
  job: v.object({ job_id: idShape, name: displayText }),
  task: displayField(v.object({ task_key: displayText })),
});

/** The fields that identify the run and the reason of an event. */
const eventShape = v.object({
  id: v.string(),
  eventType: v.string(),
  jobId: v.string(),
  taskKey: v.exactOptional(v.string()),
});

/**
 * Handles webhooks from a notification destination and reads the run of each.
 * @see https://docs.databricks.com/aws/en/jobs/notifications
 */
export const jobNotification = defineWebhookTrigger<DatabricksConnection>()({
  key: 'jobNotification',
  name: 'Job Notification Received',
  description: 'Triggers when a job run starts, succeeds, fails or exceeds a threshold.',
  input: {
    jobs: v.optional(
      list({
        label: 'Jobs',
        help: 'Select the jobs to trigger on, or enter their IDs. Leave empty for all jobs that notify this trigger.',
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
          {
            value: 'slow',
            label: 'Duration Warning',
            description: 'The run exceeds the duration threshold of the job',
          },
          {
            value: 'behind',
            label: 'Streaming Backlog',
            description: 'The run exceeds the streaming backlog threshold of the job',
          },
          { value: 'any', label: 'Any' },
        ],
        { label: 'Event', help: 'The event to trigger on. Also enable this notification in the job.' },
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
  directions: setupSteps('Set up the notification once in Databricks.', (terms) => [
    enterSecret(terms),
    terms.copyUrl,
    'As a workspace admin, open Settings > Notifications > Manage in Databricks. Add a destination of type Webhook with this URL, any user name, and the secret as the password.',
    'In the job, add this destination under Job notifications.',
    publish(terms),
  ]),
  events(body, { jobs, when }) {
    const notification = v.safeParse(notificationShape, body);
    if (!notification.success) return [];
    const { event_type: eventType, run, job, task } = notification.output;
    const { run_id: id } = run;
    const { job_id: jobId, name = `job ${jobId}` } = job;
    const wanted: readonly string[] | undefined = eventTypes[when];
    if ((jobs && jobs.length > 0 && !jobs.includes(jobId)) || (wanted && !wanted.includes(eventType))) return [];
    const reported = runReference({ id, service, name, ...statusOf(eventType) });
    const source = withoutUndefined({ eventType, jobId, taskKey: task?.task_key });
    return [{ id: `${id}:${eventType}`, data: { ...reported, ...source } }];
  },
  async enrich({ id, data }, _input, context) {
    const { id: runId, ...source } = v.parse(eventShape, data);
    const run = await readRun(context.host, jobRuns(context), runId);
    return [{ id, data: { ...run, ...source } }];
  },
  example: (now) => ({
    event_type: 'jobs.on_success',
    workspace_id: 1_234_567_890_123_456,
    run: { run_id: now.getTime() },
    job: { job_id: 910, name: 'Monthly report' },
  }),
});

/** The run status that an event type implies. */
function statusOf(eventType: string) {
  if (eventType === 'jobs.on_success') return { status: 'succeeded', vendorStatus: 'SUCCESS' } as const;
  return eventType === 'jobs.on_failure' ? ({ status: 'failed', vendorStatus: 'FAILED' } as const) : {};
}
