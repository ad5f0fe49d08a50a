import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { displayField, displayText, filledText, type Parsed } from '../../http/response-schema.ts';
import { parseUtcTimestamp, readStatus, secondsBetween, type Run, type StatusMap } from '../../runs/run.ts';
import { service } from './api.ts';
import type { Item } from './items.ts';

/** A job instance. */
export const jobShape = v.object({
  id: filledText,
  jobType: displayText,
  invokeType: displayText,
  status: filledText,
  startTimeUtc: displayText,
  endTimeUtc: displayText,
  failureReason: displayField(v.object({ errorCode: displayText, message: displayText })),
});

/** A job instance in an API response. */
export type VendorJob = Parsed<typeof jobShape>;

/** Whether an API call or a user may have started a job, as opposed to a schedule. */
export const isStartedByCall = ({ invokeType }: VendorJob): boolean => (invokeType ?? 'Manual') !== 'Scheduled';

/** Status words. Deduped is final: Fabric skipped the job because another one was active. */
const statuses: StatusMap = {
  NotStarted: 'queued',
  InProgress: 'running',
  Completed: 'succeeded',
  Failed: 'failed',
  Deduped: 'cancelled',
};

/** The time of a job that has not begun is 0001-01-01. */
const timeOf = (text: string | undefined): string | undefined =>
  text?.startsWith('0001-') ? undefined : parseUtcTimestamp(text);

function messageOf({ status, failureReason }: VendorJob): string | undefined {
  if (status === 'Deduped') return 'Fabric skipped this run, because another run of the item was active.';
  const { errorCode, message } = failureReason ?? {};
  return [message, errorCode && (message ? `(${errorCode})` : errorCode)].filter(Boolean).join(' ') || undefined;
}

/** Converts a job instance. Fabric does not report the parameters of a job. */
export function readJob(job: VendorJob, { name, type }: Pick<Item, 'name' | 'type'>): Run {
  const startedAt = timeOf(job.startTimeUtc);
  const finishedAt = timeOf(job.endTimeUtc);
  return {
    id: job.id,
    service,
    name,
    status: readStatus(statuses, job.status),
    vendorStatus: job.status,
    parameters: {},
    steps: [],
    ...withoutUndefined({
      startedAt,
      finishedAt,
      durationSeconds: secondsBetween(startedAt, finishedAt),
      message: messageOf(job),
    }),
    details: withoutUndefined({ itemType: type, jobType: job.jobType, invokeType: job.invokeType }),
  };
}
