import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { list, option, text } from '../../define/fields.ts';
import { defineWebhookTrigger, type Subscription } from '../../define/trigger.ts';
import type { Secrets } from '../../define/verification.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { reportRun, runFields } from '../../runs/report.ts';
import { parseUtcTimestamp, type Run } from '../../runs/run.ts';
import { problemField, verificationFields } from '../../webhooks/trigger-fields.ts';
import { ignoreNotFound } from '../../http/ignore-not-found.ts';
import { openSite } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentOf, readJob, type ListedJob } from './job-shapes.ts';
import { listJobsSince, readVendorJob, sampleJob } from './jobs.ts';
import { tableauCauses } from './known-causes.ts';
import { isSubscribed, refreshEvents, secretParameter, subscribe, unsubscribe, type RefreshEvent } from './webhooks.ts';

const isRefreshEvent = (type: unknown): type is RefreshEvent =>
  typeof type === 'string' && Object.hasOwn(refreshEvents, type);

const input = {
  contentType: v.optional(
    option(
      [
        { value: 'any', label: 'Any' },
        { value: 'workbook', label: 'Workbook', description: 'Refreshes of the extracts of workbooks' },
        { value: 'dataSource', label: 'Data Source', description: 'Refreshes of published data sources' },
      ],
      { label: 'Content', help: 'What was refreshed. The user of the token must be a site administrator.' },
    ),
    'any',
  ),
  content: v.optional(
    list({
      label: 'Content IDs',
      help: 'IDs of the workbooks and data sources to trigger on, one per line, as Find Workbook and Find Data Source return them. Leave empty for all.',
      placeholder: '1f951daf-4061-451a-9df1-69a8062664f2',
    }),
  ),
  outcome: v.optional(
    option(
      [
        { value: 'any', label: 'Any' },
        { value: 'succeeded', label: 'Succeeded' },
        { value: 'failed', label: 'Failed' },
      ],
      { label: 'Outcome', help: 'Trigger only for refreshes with this outcome. Tableau reports no canceled ones.' },
    ),
    'any',
  ),
};

/** The input, as far as it selects events. */
interface Selection {
  contentType: 'any' | 'workbook' | 'dataSource';
  content?: string[] | undefined;
  outcome: 'any' | 'succeeded' | 'failed';
}

/** The events that the input selects. */
const eventsOf = ({ contentType, outcome }: Selection): RefreshEvent[] =>
  Object.keys(refreshEvents)
    .filter(isRefreshEvent)
    .filter((event) => contentType === 'any' || refreshEvents[event].kind === contentType)
    .filter((event) => outcome === 'any' || refreshEvents[event].status === outcome);

const shape = v.object({
  event_type: v.custom<RefreshEvent>(isRefreshEvent),
  resource_luid: v.pipe(v.string(), v.nonEmpty()),
  resource_name: v.optional(v.string(), ''),
  site_luid: v.optional(v.string(), ''),
  created_at: v.pipe(v.string(), v.nonEmpty()),
});

/** How far the end of a job may be from the time of its event, in milliseconds. */
const nearMs = 10 * 60_000;

/** The longest refresh whose job is searched, in milliseconds. */
const maxRefreshMs = 24 * 3_600_000;

/** The most jobs whose details are read to find that of an event. */
const maxDetails = 20;

/** The data of an event before its job is found. */
const eventShape = v.object({
  eventId: v.string(),
  contentType: v.picklist(['workbook', 'dataSource']),
  contentId: v.string(),
  name: v.string(),
  status: v.picklist(['succeeded', 'failed']),
  occurredAt: v.string(),
});

/** The job that an event reports: the refresh of that content with that outcome that ended closest to the event. */
async function findJob(
  event: v.InferOutput<typeof eventShape>,
  context: Context<TableauConnection>,
): Promise<Run | undefined> {
  const at = Date.parse(event.occurredAt);
  if (Number.isNaN(at)) return undefined;
  const distance = ({ endedAt }: ListedJob): number => Math.abs(Date.parse(parseUtcTimestamp(endedAt) ?? '') - at);
  const site = await openSite(context);
  const near = (await listJobsSince(site, at - maxRefreshMs)).filter((job) => distance(job) <= nearMs);
  const named = near.filter(({ title }) => title?.includes(event.name));
  const candidates = (named.length > 0 ? named : near).toSorted((a, b) => distance(a) - distance(b));
  for (const { id } of candidates.slice(0, maxDetails)) {
    const job = await readVendorJob(site, id).catch(ignoreNotFound);
    const content = job && contentOf(job);
    if (!job || content?.kind !== event.contentType || content.id !== event.contentId) continue;
    const run = readJob(job, { name: event.name });
    if (run.status === event.status) return run;
  }
  return undefined;
}

/**
 * Receives the webhooks for finished refreshes, which Pipewright creates. Tableau signs nothing, so their URL contains a secret,
 * and their payload names no job, so the job is searched in the list of jobs.
 * @see https://help.tableau.com/current/developer/webhooks/en-us/docs/webhooks-events-payload.html
 */
export const refreshFinished = defineWebhookTrigger<TableauConnection>()({
  key: 'refreshFinished',
  name: 'Refresh Finished',
  description: 'Triggers when the refresh of a workbook or data source succeeds or fails.',
  input,
  output: {
    eventId: text({ label: 'Event ID' }),
    contentType: text({ label: 'Content' }),
    contentId: text({ label: 'Content ID' }),
    name: runFields.name,
    status: runFields.status,
    occurredAt: text({ label: 'Occurred At' }),
    run: v.optional(text({ label: 'Run ID', help: 'Empty if the job was not found in the list of jobs.' })),
    startedAt: runFields.startedAt,
    finishedAt: runFields.finishedAt,
    durationSeconds: runFields.durationSeconds,
    message: runFields.message,
    explanation: runFields.explanation,
    problem: problemField,
    ...verificationFields,
  },
  sample: {
    eventId: 'WorkbookRefreshSucceeded:1f951daf-4061-451a-9df1-69a8062664f2:2026-11-20T08:09:12.000Z',
    contentType: 'workbook',
    contentId: sampleJob.details.contentId,
    name: sampleJob.name,
    status: 'succeeded',
    occurredAt: sampleJob.finishedAt,
    run: sampleJob.id,
    startedAt: sampleJob.startedAt,
    finishedAt: sampleJob.finishedAt,
    durationSeconds: sampleJob.durationSeconds,
    verified: true,
    matchedSecret: 'current',
  },
  verification: {
    scheme: () => 'shared-secret-query',
    location: () => secretParameter,
    secrets: (_connection: TableauConnection, subscription: Subscription | undefined): Secrets =>
      subscription?.secret ? { current: subscription.secret } : {},
  },
  subscriber: {
    subscribe: (selection, url, context) => subscribe(eventsOf(selection), url, context),
    isSubscribed,
    unsubscribe,
  },
  events(body, selection, _connection, facts) {
    const result = v.safeParse(shape, body);
    if (!result.success) return [];
    const { event_type: type, resource_luid: contentId, resource_name: name, created_at: createdAt } = result.output;
    const isWanted = !selection.content || selection.content.length === 0 || selection.content.includes(contentId);
    if (!isWanted || !eventsOf(selection).includes(type)) return [];
    const { kind, status } = refreshEvents[type];
    const occurredAt = parseUtcTimestamp(createdAt) ?? createdAt;
    const data = {
      eventId: `${type}:${contentId}:${occurredAt}`,
      contentType: kind,
      contentId,
      name: name || contentId,
      status,
      occurredAt,
    };
    // Tableau may send an event several times, with the same body.
    return [{ id: facts.bodyHash(), data }];
  },
  async enrich({ id, data }, _selection, context) {
    const event = v.parse(eventShape, data);
    const found = await findJob(event, context);
    const { explanation, startedAt, finishedAt, durationSeconds, message } = found
      ? reportRun(found, tableauCauses)
      : {};
    const details = { run: found?.id, startedAt, finishedAt, durationSeconds, message, explanation };
    const problem = found ? undefined : 'The job of this refresh was not found in the list of jobs.';
    return [{ id, data: { ...event, ...withoutUndefined({ ...details, problem }) } }];
  },
  example: (now) => ({
    resource: 'EXTRACTS',
    event_type: 'WorkbookRefreshSucceeded',
    resource_name: sampleJob.name,
    site_luid: 'c7493f57-619e-4096-a2f4-6c82d22ba084',
    resource_luid: sampleJob.details.contentId,
    created_at: now.toISOString(),
  }),
});
