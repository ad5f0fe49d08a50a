import * as v from 'valibot';
import { option, withInfo } from '../../define/fields.ts';
import { defineRunFinished, maxRunDurationMs } from '../../runs/run-finished.ts';
import type { Run } from '../../runs/run.ts';
import { ignoreNotFound, openSite } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentFields, contentKinds, type ContentKind } from './content.ts';
import { contentOf, readJob, readListedJob, type ListedJob } from './job-shapes.ts';
import { listJobsSince, readVendorJob, sampleJob } from './jobs.ts';

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

/**
 * Polls the list of jobs for finished refreshes and flow runs, scheduled ones included. The list does not say what a job is for,
 * so each finished job is read once per poll that finds it.
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
  async runs(input, since, context) {
    const site = await openSite(context);
    const { contentType, ...selected } = input;
    const isSelective = Object.values(selected).some((id) => id !== undefined);
    const isWanted = (content: ReturnType<typeof contentOf>): boolean =>
      (contentType === 'any' || content?.kind === contentType) &&
      (!isSelective || (content !== undefined && selected[content.kind] === content.id));
    const mayHaveFinished = (job: ListedJob): boolean => {
      const { status, finishedAt } = readListedJob(job);
      return status !== 'queued' && status !== 'running' && !(Date.parse(finishedAt ?? '') < since);
    };
    const runs: Run[] = [];
    for (const listed of (await listJobsSince(site, since - maxRunDurationMs)).filter(mayHaveFinished)) {
      const job = await readVendorJob(site, listed.id).catch(ignoreNotFound);
      if (job && isWanted(contentOf(job))) runs.push(readJob(job));
    }
    return runs;
  },
});
