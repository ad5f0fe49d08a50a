import * as v from 'valibot';
import { isObject } from '../../host/is-object.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { boolean, integer, list, text } from '../../define/fields.ts';
import type { Values } from '../../define/operation.ts';
import type { Event } from '../../define/trigger.ts';
import { runFields } from '../../runs/report.ts';
import { isFinished, parseTimestamp, type RunStatus } from '../../runs/run.ts';
import { verificationFields } from '../../webhooks/trigger-fields.ts';
import { environmentChoices, jobChoices, jobIdFromUrl } from './jobs.ts';
import { statusNameOf, statusOf, withoutNone } from './statuses.ts';

/** Stages of a run that dbt reports. */
export type JobRunStage = 'started' | 'completed' | 'errored';

/** Input fields of every trigger. */
export const filterFields = {
  jobs: v.optional(
    list({
      label: 'Jobs',
      help: 'Select the jobs to trigger on, or enter their IDs. Leave empty for all jobs in the account.',
      placeholder: '910',
      choices: jobChoices,
      idFromUrl: jobIdFromUrl,
    }),
  ),
  environments: v.optional(
    list({
      label: 'Environments',
      help: 'Select the environments to trigger on, or enter their IDs. Leave empty for all environments.',
      placeholder: '1234',
      choices: environmentChoices,
      advanced: true,
    }),
  ),
};

/** Output fields of every trigger. */
export const notificationFields = {
  eventId: text({ label: 'Event ID' }),
  runId: text({ label: 'Run ID' }),
  jobId: text({ label: 'Job ID' }),
  jobName: v.optional(text({ label: 'Job Name' })),
  status: runFields.status,
  vendorStatus: runFields.vendorStatus,
  statusCode: v.optional(integer({ label: 'Status Code' })),
  succeeded: v.optional(boolean({ label: 'Succeeded', help: 'Empty until the run has finished.' })),
  message: v.optional(text({ label: 'Message' })),
  reason: v.optional(text({ label: 'Run Reason' })),
  startedAt: v.optional(text({ label: 'Started At' })),
  finishedAt: v.optional(text({ label: 'Finished At' })),
  environmentId: v.optional(text({ label: 'Environment ID' })),
  environmentName: v.optional(text({ label: 'Environment Name' })),
  projectId: v.optional(text({ label: 'Project ID' })),
  projectName: v.optional(text({ label: 'Project Name' })),
  dbtVersion: v.optional(text({ label: 'dbt Version' })),
  isTest: boolean({
    label: 'Test Event',
    help: 'Whether this is a test event sent with the “Test endpoint” button in dbt. Test events contain sample values.',
  }),
  ...verificationFields,
};

/** A notification before verification. */
export type RunNotification = Omit<Values<typeof notificationFields>, 'verified' | 'matchedSecret'>;

/** A notification with its event type. */
export interface Notification extends RunNotification {
  eventType: string;
}

/** Text, or a number as text. */
function textOf(value: unknown): string | undefined {
  return withoutNone(typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined);
}

function codeOf(value: unknown): number | undefined {
  const code = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof code === 'number' && Number.isInteger(code) ? code : undefined;
}

const timestampOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? parseTimestamp(value) : undefined;

/**
 * Reads a notification. Early versions have no webhook, project or status code; the status is then derived from its name.
 * @returns undefined for any other body
 * @see https://docs.getdbt.com/docs/deploy/webhooks#validate-a-webhook
 */
export function readNotification(body: unknown): Notification | undefined {
  if (!isObject(body) || !isObject(body['data'])) return undefined;
  const { data } = body;
  const eventId = textOf(body['eventId']);
  const eventType = textOf(body['eventType']);
  const runId = textOf(data['runId']);
  const jobId = textOf(data['jobId']);
  if (!eventId || !eventType || !runId || !jobId) return undefined;
  const statusCode = codeOf(data['runStatusCode']);
  const statusName = textOf(data['runStatus']);
  const read: RunStatus = statusOf(statusCode, statusName);
  const status = read === 'unknown' && eventType === 'job.run.errored' ? 'failed' : read;
  return withoutUndefined({
    eventType,
    eventId,
    runId,
    jobId,
    jobName: textOf(data['jobName']),
    status,
    vendorStatus: statusName ?? statusNameOf(statusCode),
    statusCode,
    succeeded: isFinished(status) ? status === 'succeeded' : undefined,
    message: textOf(data['runStatusMessage']),
    reason: textOf(data['runReason']),
    startedAt: timestampOf(data['runStartedAt']),
    finishedAt: timestampOf(data['runFinishedAt']) ?? timestampOf(data['runErroredAt']),
    environmentId: textOf(data['environmentId']),
    environmentName: textOf(data['environmentName']),
    projectId: textOf(data['projectId']),
    projectName: textOf(data['projectName']),
    dbtVersion: textOf(data['dbtVersion']),
    // Test events have the same values for every account.
    isTest: jobId === '123' && runId === '12345',
  });
}

const isAmong = (id: string | undefined, wanted: readonly string[] | undefined): boolean =>
  !wanted || wanted.length === 0 || (id !== undefined && wanted.includes(id));

/** The jobs and environments that a trigger is limited to. */
export type JobFilter = Values<typeof filterFields>;

/** Whether a run belongs to the chosen jobs and environments. */
export function matchesFilter({ jobId, environmentId }: RunNotification, filter: JobFilter): boolean {
  return isAmong(jobId, filter.jobs) && isAmong(environmentId, filter.environments);
}

/**
 * The notification as an event. Its ID consists of run and stage, because two event types can report the same stage. Test
 * events always have the same run, so they keep their own ID.
 */
export function eventOf({ eventType: _type, ...data }: Notification, stage: JobRunStage): Event<RunNotification> {
  return { id: data.isTest ? data.eventId : `${data.runId}:${stage}`, data };
}

/** A realistic notification. */
export const sampleNotification = {
  eventId: 'wev_2L6ZDoilyiWzKkSA59Gmc2d7FDD',
  runId: '70403103926818',
  jobId: '910',
  jobName: 'Daily Job (dbt build)',
  status: 'succeeded' as const,
  vendorStatus: 'Success',
  statusCode: 10,
  succeeded: true,
  reason: 'Scheduled',
  startedAt: '2026-11-20T08:00:04.000Z',
  finishedAt: '2026-11-20T08:02:32.000Z',
  environmentId: '1234',
  environmentName: 'Production',
  projectId: '678',
  projectName: 'Claims',
  dbtVersion: 'latest',
  isTest: false,
  verified: true,
  matchedSecret: 'current' as const,
};

/** A notification as dbt sends it; IDs are text. */
export function exampleOf(stage: JobRunStage, now: Date): unknown {
  const at = (secondsAgo: number): string => new Date(now.getTime() - secondsAgo * 1000).toISOString();
  const statuses = {
    started: { runStatus: 'Running', runStatusCode: 3 },
    completed: { runStatus: 'Success', runStatusCode: 10, runFinishedAt: at(2) },
    errored: {
      runStatus: 'Errored',
      runStatusCode: 20,
      runErroredAt: at(2),
      runStatusMessage: 'The step dbt build failed.',
    },
  };
  return {
    accountId: 12345,
    webhookId: 'wsu_example',
    eventId: `wev_example_${now.getTime()}`,
    timestamp: now.toISOString(),
    eventType: `job.run.${stage}`,
    webhookName: 'Pipewright',
    data: {
      jobId: sampleNotification.jobId,
      jobName: sampleNotification.jobName,
      runId: String(now.getTime()),
      environmentId: sampleNotification.environmentId,
      environmentName: sampleNotification.environmentName,
      dbtVersion: 'latest',
      projectName: sampleNotification.projectName,
      projectId: sampleNotification.projectId,
      runStatusMessage: 'None',
      runReason: 'Scheduled',
      runStartedAt: at(150),
      ...statuses[stage],
    },
  };
}
