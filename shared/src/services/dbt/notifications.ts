import * as v from 'valibot';
import { boolean, integer, list, text } from '../../define/fields.ts';
import type { Values } from '../../define/operation.ts';
import type { Event } from '../../define/trigger.ts';
import { runFields } from '../../runs/report.ts';
import { isFinished, parseTimestamp, type RunStatus } from '../../runs/run.ts';
import { verificationFields } from '../../webhooks/trigger-fields.ts';
import { environmentChoices, jobChoices, jobIdFromUrl } from './jobs.ts';
import { said, statusOf, wordOf } from './statuses.ts';

/** Input fields of every trigger. */
export const filterFields = {
  jobs: v.optional(
    list({
      label: 'Jobs',
      help: 'Only runs of these jobs. Empty: all jobs of the account.',
      placeholder: '910',
      choices: jobChoices,
      idFromUrl: jobIdFromUrl,
    }),
  ),
  environments: v.optional(
    list({
      label: 'Environments',
      help: 'Only runs in these environments. Empty: all.',
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
  succeeded: v.optional(boolean({ label: 'Succeeded', help: 'Empty while the run has not finished.' })),
  message: v.optional(text({ label: 'Message' })),
  reason: v.optional(text({ label: 'Reason' })),
  startedAt: v.optional(text({ label: 'Started At' })),
  finishedAt: v.optional(text({ label: 'Finished At' })),
  environmentId: v.optional(text({ label: 'Environment ID' })),
  environmentName: v.optional(text({ label: 'Environment' })),
  projectId: v.optional(text({ label: 'Project ID' })),
  projectName: v.optional(text({ label: 'Project' })),
  dbtVersion: v.optional(text({ label: 'dbt Version' })),
  isTest: boolean({
    label: 'Is a Test',
    help: 'Whether dbt sent it because somebody pressed Test Endpoint; its values are invented.',
  }),
  ...verificationFields,
};

/** What a notification tells, before it is verified. */
export type RunNotification = Omit<Values<typeof notificationFields>, 'verified' | 'matchedSecret'>;

/** A notification with its kind. */
export interface Notification extends RunNotification {
  eventType: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Entries of a notification as text, whether dbt sends text or a number. */
function textOf(value: unknown): string | undefined {
  return said(typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined);
}

function codeOf(value: unknown): number | undefined {
  const code = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof code === 'number' && Number.isInteger(code) ? code : undefined;
}

const moment = (value: unknown): string | undefined => (typeof value === 'string' ? parseTimestamp(value) : undefined);

/** Leaves out what is not known. */
export function known<T extends object>(record: { [K in keyof T]: T[K] | undefined }): T {
  const kept: Partial<T> = {};
  for (const name of Object.keys(record) as (keyof T)[]) {
    const value = record[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept as T;
}

/**
 * Reads a notification; early ones lack the webhook, the project and the status code, which is then read from the word.
 * @returns undefined for a body that is none
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
  const word = textOf(data['runStatus']);
  const read: RunStatus = statusOf(statusCode, word);
  const status = read === 'unknown' && eventType === 'job.run.errored' ? 'failed' : read;
  return known<Notification>({
    eventType,
    eventId,
    runId,
    jobId,
    jobName: textOf(data['jobName']),
    status,
    vendorStatus: word ?? wordOf(statusCode),
    statusCode,
    succeeded: isFinished(status) ? status === 'succeeded' : undefined,
    message: textOf(data['runStatusMessage']),
    reason: textOf(data['runReason']),
    startedAt: moment(data['runStartedAt']),
    finishedAt: moment(data['runFinishedAt']) ?? moment(data['runErroredAt']),
    environmentId: textOf(data['environmentId']),
    environmentName: textOf(data['environmentName']),
    projectId: textOf(data['projectId']),
    projectName: textOf(data['projectName']),
    dbtVersion: textOf(data['dbtVersion']),
    // The values of a test are the same for every account.
    isTest: jobId === '123' && runId === '12345',
  });
}

const isAmong = (id: string | undefined, wanted: readonly string[] | undefined): boolean =>
  !wanted || wanted.length === 0 || (id !== undefined && wanted.includes(id));

/** Whether the jobs and environments that a person chose include those of the run. */
export function passes(
  { jobId, environmentId }: RunNotification,
  filter: { jobs?: string[] | undefined; environments?: string[] | undefined },
): boolean {
  return isAmong(jobId, filter.jobs) && isAmong(environmentId, filter.environments);
}

/**
 * The notification as an event. A run reaches each stage once, so stage and run tell repeats apart, even where two kinds
 * of notification say the same; a test has always the same run and is known by its own ID.
 */
export function eventOf(
  { eventType: _type, ...data }: Notification,
  stage: 'started' | 'completed' | 'errored',
): Event<RunNotification> {
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

/** A notification as dbt sends it when a run has come to a stage; IDs are texts. */
export function exampleOf(stage: 'started' | 'completed' | 'errored', now: Date): unknown {
  const at = (secondsAgo: number): string => new Date(now.getTime() - secondsAgo * 1000).toISOString();
  const ends = {
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
      ...ends[stage],
    },
  };
}
