import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Context } from '../../define/context.ts';
import { maxRunDurationMs } from '../../runs/run-finished.ts';
import { isFinished, parseTimestamp } from '../../runs/run.ts';
import { readPages } from '../../http/read-pages.ts';
import { service } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { matchesFilter, type JobFilter, type Notification } from './notifications.ts';
import { listOf, readPage } from './pages.ts';
import { readJobRun, runShape, type VendorRun } from './runs.ts';

/** Maximum number of recent runs to filter. */
const maxRecent = 50;

/** The most recent runs as notifications, newest first, for real samples in a form. */
export async function recentNotifications(filter: JobFilter, context: Context<DbtConnection>): Promise<Notification[]> {
  const job = filter.jobs?.length === 1 ? filter.jobs[0] : undefined;
  const query = { limit: maxRecent, order_by: '-id', include_related: 'trigger,job', job_definition_id: job };
  const { entries } = await readPage(context, listOf(context, 'runs', runShape, query));
  return entries
    .map((run) => asNotification(run, context.connection))
    .filter((notification) => matchesFilter(notification, filter));
}

/**
 * The runs of one job or of all jobs that may have reached a stage since a time, newest first.
 * @param since milliseconds since 1970
 */
export async function runsSince(
  job: string | undefined,
  since: number,
  context: Context<DbtConnection>,
): Promise<VendorRun[]> {
  const found: VendorRun[] = [];
  const isTooOld = (run: VendorRun | undefined): boolean =>
    Date.parse(parseTimestamp(run?.created_at) ?? '') < since - maxRunDurationMs;
  const list = listOf(context, 'runs', runShape, {
    order_by: '-id',
    include_related: 'trigger,job',
    job_definition_id: job,
  });
  for await (const entries of readPages<VendorRun>(service, (offset) => readPage(context, list, offset))) {
    found.push(...entries);
    if (isTooOld(found.at(-1))) break;
  }
  return found;
}

/** The runs that may have reached a stage since a time as notifications, oldest first. */
export async function notificationsSince(
  filter: JobFilter,
  since: Date,
  context: Context<DbtConnection>,
): Promise<Notification[]> {
  return (await runsSince(undefined, since.getTime(), context))
    .reverse()
    .map((run) => asNotification(run, context.connection))
    .filter((notification) => matchesFilter(notification, filter));
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function asNotification(run: VendorRun, connection: DbtConnection): Notification {
  const { id, name, status, vendorStatus, startedAt, finishedAt, message, details = {} } = readJobRun(run, connection);
  return withoutUndefined({
    eventType: '',
    eventId: `run-${id}`,
    runId: id,
    jobId: String(details['jobId'] ?? ''),
    jobName: run.job?.name ? name : undefined,
    status,
    vendorStatus,
    statusCode: run.status,
    succeeded: isFinished(status) ? status === 'succeeded' : undefined,
    message,
    reason: textOf(details['cause']),
    startedAt,
    finishedAt,
    environmentId: textOf(details['environmentId']),
    projectId: textOf(details['projectId']),
    dbtVersion: textOf(details['dbtVersion']),
    isTest: false,
  });
}
