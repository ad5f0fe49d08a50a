import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { readAllPages } from '../../http/read-pages.ts';
import type { CallLimits, RunProvider } from '../../runs/provider.ts';
import { recentRunChoices } from '../../runs/run-choices.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { ignoreNotFound } from '../../http/ignore-not-found.ts';
import { openSite, service, type Site } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentKinds, contentPath, type Content } from './content.ts';
import {
  contentOf,
  isContentJob,
  jobShape,
  listedJobShape,
  readJob,
  readListedJob,
  type ListedJob,
  type RefreshType,
  type VendorJob,
} from './job-shapes.ts';
import { tableauCauses } from './known-causes.ts';
import { readPage } from './pages.ts';

/** Path of a job. */
const jobPath = (id: string): string => `/jobs/${encodeURIComponent(id)}`;

/**
 * Reads a job. Tableau Cloud answers 20,000 of these requests per site and day.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_job
 */
export async function readVendorJob({ api }: Site, id: string, { endsAt }: CallLimits = {}): Promise<VendorJob> {
  return (await api.json('GET', jobPath(id), jobShape, { endsAt })).job;
}

/** A timestamp as filters take it. */
const filterTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * Lists the refreshes and flow runs that a filter finds, newest first. Only site administrators may list jobs.
 * @param filter an expression of the API: `status:eq:Pending`
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_jobs
 */
async function listJobs(site: Site, filter: string): Promise<ListedJob[]> {
  const list = {
    path: '/jobs',
    names: ['backgroundJobs', 'backgroundJob'],
    entry: listedJobShape,
    query: { filter },
  } as const;
  const jobs = await readAllPages(service, (page) => readPage(site, list, page));
  return jobs.filter(isContentJob).toSorted((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
}

/** Lists the refreshes and flow runs that were created since a time, in milliseconds since 1970; see `listJobs`. */
export const listJobsSince = (site: Site, since: number): Promise<ListedJob[]> =>
  listJobs(site, `createdAt:gte:${filterTime(since)}`);

/** How far back `recent` searches for finished jobs, in milliseconds. */
const recentMs = 15 * 60_000;

/** The most jobs whose details `recent` reads. */
const maxDetails = 50;

/** The active jobs and the newest ones, without duplicates. */
async function listRecent(site: Site, now: number): Promise<ListedJob[]> {
  const lists = await Promise.all([
    listJobs(site, 'status:eq:Pending'),
    listJobs(site, 'status:eq:InProgress'),
    listJobsSince(site, now - recentMs),
  ]);
  return [...new Map(lists.flat().map((job) => [job.id, job])).values()];
}

/** Jobs of a workbook, data source or flow as a run provider. */
export interface Jobs extends RunProvider {
  recent(): Promise<Run[]>;
}

/**
 * The jobs of a workbook, data source or flow. The job list does not contain its ID, so the details of the jobs are read whose
 * title contains its name or, if there are none, of all.
 * @param refreshType the type of the refresh to start; others are another job
 */
export function jobsOf(site: Site, content: Content, refreshType: RefreshType, now: () => number): Jobs {
  const { noun } = contentKinds[content.kind];
  const readOwn = async ({ id, createdAt }: ListedJob): Promise<Run[]> => {
    const job = await readVendorJob(site, id).catch(ignoreNotFound);
    const found = job && contentOf(job);
    if (!job || found?.kind !== content.kind || found.id !== content.id) return [];
    const run = readJob({ ...job, createdAt: job.createdAt ?? createdAt }, content);
    // A start is found by the time at which the job was queued.
    const queuedAt = run.details?.['queuedAt'];
    return [typeof queuedAt === 'string' ? { ...run, startedAt: queuedAt } : run];
  };
  return {
    ...anyJob(site),
    // Workbooks in different projects may have the same name.
    namespace: `${site.api.baseUrl}${contentPath(content.kind, content.id)}`,
    displayName: `${noun} ${content.name}${refreshType === 'incremental' ? ' (incremental)' : ''}`,
    get: async (id, limits) => readJob(await readVendorJob(site, id, limits), content),
    async recent() {
      const listed = await listRecent(site, now());
      const named = listed.filter(({ title }) => title?.toLowerCase().includes(content.name.toLowerCase()));
      const runs: Run[] = [];
      for (const job of (named.length > 0 ? named : listed).slice(0, maxDetails)) runs.push(...(await readOwn(job)));
      return runs;
    },
  };
}

/** All jobs of a site as a run provider. */
export function anyJob(site: Site): RunProvider {
  return {
    service,
    namespace: site.api.baseUrl,
    displayName: 'the job',
    knownCauses: tableauCauses,
    get: async (id, limits) => readJob(await readVendorJob(site, id, limits)),
    async cancel(id) {
      try {
        await site.api.send('PUT', jobPath(id), { effect: 'idempotent', afterStop: true });
      } catch (error) {
        // Tableau refuses to cancel a job that has finished in the meantime.
        const job = await readVendorJob(site, id).catch(() => undefined);
        if (!job || !isFinished(readJob(job).status)) throw error;
      }
    },
  };
}

/** How far back the list of Run IDs reaches, in milliseconds. */
const choicesMs = 24 * 3_600_000;

/** Field for the Run ID of a job. */
export const runField = text({
  label: 'Run ID',
  help: 'Select a job of the last 24 hours, which only site administrators can list, or enter the Run ID from a previous step.',
  placeholder: '4a62c3d1-0e0d-4f4b-8d4d-6a3d4a3f5f10',
  choices: recentRunChoices<TableauConnection>([], async (_input, context: Context<TableauConnection>) => {
    const site = await openSite(context);
    return (await listJobsSince(site, context.host.now() - choicesMs)).map(readListedJob);
  }),
});

/** Sample job for forms and documentation. */
export const sampleJob = {
  id: '4a62c3d1-0e0d-4f4b-8d4d-6a3d4a3f5f10',
  service,
  name: 'Claims overview',
  status: 'succeeded' as const,
  vendorStatus: 'Success',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:05:00.000Z',
  finishedAt: '2026-11-20T08:09:12.000Z',
  durationSeconds: 252,
  url: 'https://10ax.online.tableau.com/#/site/contoso/workbooks/1042',
  parameters: { refreshType: 'full' },
  steps: [],
  details: {
    jobType: 'RefreshExtract',
    progress: '100',
    contentType: 'workbook',
    contentId: '1f951daf-4061-451a-9df1-69a8062664f2',
    queuedAt: '2026-11-20T08:04:58.000Z',
  },
};
