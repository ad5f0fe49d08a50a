import type { Context } from '../../define/context.ts';
import { longestRun } from '../../runs/run-finished.ts';
import { isFinished, parseTimestamp } from '../../runs/run.ts';
import { readPages } from '../../http/read-pages.ts';
import { service } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { known, passes, type Notification } from './notifications.ts';
import { listOf, readPage } from './pages.ts';
import { readJobRun, runShape, type VendorRun } from './runs.ts';

/** As many of the newest runs are looked through for those that pass the filter. */
const looked = 50;

/** The newest runs as if dbt had just told of them, so that a form can show a real one. */
export async function recentNotifications(
  filter: { jobs?: string[] | undefined; environments?: string[] | undefined },
  context: Context<DbtConnection>,
): Promise<Notification[]> {
  const job = filter.jobs?.length === 1 ? filter.jobs[0] : undefined;
  const query = { limit: looked, order_by: '-id', include_related: 'trigger,job', job_definition_id: job };
  const { entries } = await readPage(context, listOf(context, 'runs', runShape, query));
  return entries
    .map((run) => asNotification(run, context.connection))
    .filter((notification) => passes(notification, filter));
}

/**
 * Every run of a job, or of any, that may have come to some stage since a moment, newest first.
 * @param since milliseconds since 1970
 */
export async function runsSince(
  job: string | undefined,
  since: number,
  context: Context<DbtConnection>,
): Promise<VendorRun[]> {
  const found: VendorRun[] = [];
  const reaches = (run: VendorRun | undefined): boolean =>
    Date.parse(parseTimestamp(run?.created_at) ?? '') < since - longestRun;
  const list = listOf(context, 'runs', runShape, {
    order_by: '-id',
    include_related: 'trigger,job',
    job_definition_id: job,
  });
  for await (const entries of readPages<VendorRun>(service, (offset) => readPage(context, list, offset))) {
    found.push(...entries);
    if (reaches(found.at(-1))) break;
  }
  return found;
}

/** Every run that may have come to some stage since a moment, oldest first, as if dbt had just told of it. */
export async function notificationsSince(
  filter: { jobs?: string[] | undefined; environments?: string[] | undefined },
  since: Date,
  context: Context<DbtConnection>,
): Promise<Notification[]> {
  return (await runsSince(undefined, since.getTime(), context))
    .reverse()
    .map((run) => asNotification(run, context.connection))
    .filter((notification) => passes(notification, filter));
}

function asNotification(run: VendorRun, connection: DbtConnection): Notification {
  const { id, name, status, vendorStatus, startedAt, finishedAt, message, details = {} } = readJobRun(run, connection);
  return known<Notification>({
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
    reason: typeof details['cause'] === 'string' ? details['cause'] : undefined,
    startedAt,
    finishedAt,
    environmentId: details['environmentId'] as string | undefined,
    environmentName: undefined,
    projectId: details['projectId'] as string | undefined,
    projectName: undefined,
    dbtVersion: details['dbtVersion'] as string | undefined,
    isTest: false,
  });
}
