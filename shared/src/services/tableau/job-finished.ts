import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { option, withInfo } from '../../define/fields.ts';
import { PipewrightError } from '../../host/error.ts';
import { defineRunFinished, maxRunDurationMs } from '../../runs/run-finished.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { ignoreNotFound } from '../../http/ignore-not-found.ts';
import { openSite, service, type Site } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentFields, contentKinds, type ContentKind } from './content.ts';
import { contentOf, jobShape, readJob, readListedJob, type ListedJob, type VendorJob } from './job-shapes.ts';
import { listJobsSince, readVendorJob, sampleJob } from './jobs.ts';
import { serverUrl } from './session.ts';

const kinds = [
  { value: 'workbook', label: 'Workbook', description: 'Refreshes of the extracts of workbooks' },
  { value: 'dataSource', label: 'Data Source', description: 'Refreshes of published data sources' },
  { value: 'flow', label: 'Flow', description: 'Runs of Tableau Prep flows' },
] as const satisfies readonly { value: ContentKind; label: string; description: string }[];

/** A field that selects the only content of its kind to trigger on. */
const only = <K extends ContentKind>(kind: K) =>
  v.optional(
    withInfo(contentFields[kind], {
      help: `Trigger only for this ${contentKinds[kind].noun}. Leave Workbook, Data Source and Flow empty for all.`,
    }),
  );

/** The error for content that the field Content excludes, so that the trigger would ignore it. */
function excluded(contentType: ContentKind, kind: ContentKind): PipewrightError {
  const { label } = contentKinds[kind];
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: `Content is “${contentKinds[contentType].label}”, but ${label} is filled in as well.`,
    hint: `Set Content to “Any” or “${label}”, or empty ${label}.`,
  });
}

/** How many finished jobs are remembered, and for how many seconds: longer than a poll reaches back. */
const maxRemembered = 500;
const rememberedSeconds = 2 * 24 * 3600;

/** How many jobs a test in the editor reads, which needs only an example: more if none of them is wanted. */
const maxReadInTest = { found: 20, notFound: 200 };

const rememberedShape = v.array(jobShape.entries.job);

/** Reads jobs. Each finished job is read only once, because polls overlap and Tableau limits these requests. */
async function openReader(site: Site, { connection, host }: Context<TableauConnection>) {
  const place = createHash('sha256')
    .update(JSON.stringify([site.api.baseUrl, connection.patName]))
    .digest('hex');
  const key = `finished-jobs:${place.slice(0, 40)}`;
  const stored = v.safeParse(rememberedShape, await host.cache.get(key));
  const known = new Map((stored.success ? stored.output : []).map((job) => [job.id, job]));
  const used: VendorJob[] = [];
  let asked = 0;
  return {
    /** Number of jobs that Tableau was asked for. */
    get asked() {
      return asked;
    },
    /** The job; undefined if it no longer exists. */
    async read(id: string): Promise<VendorJob | undefined> {
      const remembered = known.get(id);
      if (!remembered) asked += 1;
      const job = remembered ?? (await readVendorJob(site, id).catch(ignoreNotFound));
      if (job && isFinished(readJob(job).status)) used.push(job);
      return job;
    },
    /** Remembers the finished jobs, those of this poll first, which may not have read all of them. */
    async remember(): Promise<void> {
      if (asked === 0) return;
      const jobs = new Map([...used, ...known.values()].map((job) => [job.id, job]));
      await host.cache.set(key, [...jobs.values()].slice(0, maxRemembered), rememberedSeconds);
    },
  };
}

/** Newest first; jobs without an end time come before the others. */
const byEnd = (a: ListedJob, b: ListedJob): number => (b.endedAt ?? '9').localeCompare(a.endedAt ?? '9');

/**
 * Polls the list of jobs for finished refreshes and flow runs, scheduled ones included. The list does not say what a job is for,
 * so each finished job is read.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_jobs
 */
export const jobFinished = defineRunFinished<TableauConnection>()({
  key: 'jobFinished',
  name: 'Job Finished (Polling)',
  description:
    'Triggers when an extract refresh or a flow run finishes, also a scheduled one; polls Tableau, so no webhook is required.',
  input: {
    contentType: v.optional(
      option([{ value: 'any', label: 'Any' }, ...kinds], {
        label: 'Content',
        help: 'What the finished job refreshed or ran. The user of the token must be a site administrator.',
      }),
      'any',
    ),
    workbook: only('workbook'),
    dataSource: only('dataSource'),
    flow: only('flow'),
  },
  sample: sampleJob,
  account: (connection) => `${serverUrl(connection)}\n${connection.site ?? ''}`,
  async runs(input, since, context) {
    const { contentType, ...selected } = input;
    for (const { value: kind } of kinds) {
      if (selected[kind] !== undefined && contentType !== 'any' && contentType !== kind)
        throw excluded(contentType, kind);
    }
    const site = await openSite(context);
    const isSelective = Object.values(selected).some((id) => id !== undefined);
    const isWanted = (content: ReturnType<typeof contentOf>): boolean =>
      (contentType === 'any' || content?.kind === contentType) &&
      (!isSelective || (content !== undefined && selected[content.kind] === content.id));
    const mayHaveFinished = (job: ListedJob): boolean => {
      const { status, finishedAt } = readListedJob(job);
      return status !== 'queued' && status !== 'running' && !(Date.parse(finishedAt ?? '') < since);
    };
    const listed = (await listJobsSince(site, since - maxRunDurationMs)).filter(mayHaveFinished).toSorted(byEnd);
    const reader = await openReader(site, context);
    const runs: Run[] = [];
    try {
      for (const { id } of listed) {
        const { found, notFound } = maxReadInTest;
        if (context.host.isTest && reader.asked >= (runs.length > 0 ? found : notFound)) break;
        const job = await reader.read(id);
        if (job && isWanted(contentOf(job))) runs.push(readJob(job));
      }
    } finally {
      await reader.remember();
    }
    return runs;
  },
});
