import { text } from '../../define/fields.ts';
import type { Host } from '../../host/host.ts';
import { readAllPages } from '../../http/read-pages.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { recentRunChoices } from '../../runs/run-choices.ts';
import type { Run, Step } from '../../runs/run.ts';
import { readActivityRuns } from './activity-runs.ts';
import { service } from './api.ts';
import type { FabricConnection } from './connection-fields.ts';
import { itemKinds, openItem, type Item } from './items.ts';
import { isStartedByCall, jobShape, readJob, type VendorJob } from './job-shapes.ts';
import { fabricCauses } from './known-causes.ts';
import { readPage } from './pages.ts';

/** The path of the jobs of an item, or of one job. */
const jobsPath = ({ path }: Item, id?: string): string =>
  `${path}/jobs/instances${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

/**
 * Reads the jobs of an item: all active ones and about 100 that finished. The order is not documented.
 * @see https://learn.microsoft.com/rest/api/fabric/core/job-scheduler/list-item-job-instances
 */
async function listJobs(item: Item): Promise<VendorJob[]> {
  const list = { path: jobsPath(item), entry: jobShape };
  const jobs = await readAllPages<VendorJob>(service, (page) => readPage(item.api, list, page));
  return jobs.sort((a, b) => (b.startTimeUtc ?? '').localeCompare(a.startTimeUtc ?? ''));
}

/** Jobs of an item as a run provider. */
export interface ItemJobs extends RunProvider {
  recent(): Promise<Run[]>;
  steps(run: Run): Promise<Step[]>;
}

/** Jobs of an item. Only those of a pipeline have steps. */
export function jobsOf(item: Item, host: Host): ItemJobs {
  const { api, name } = item;
  const noun = Object.values(itemKinds).find(({ type }) => type === item.type)?.noun ?? item.type;
  return {
    service,
    namespace: `${api.baseUrl}${item.path}`,
    knownCauses: fabricCauses,
    displayName: `${noun} ${name}`,
    async get(id, { endsAt } = {}) {
      return readJob(await api.json('GET', jobsPath(item, id), jobShape, { endsAt }), item);
    },
    recent: async () => (await listJobs(item)).map((job) => readJob(job, item)),
    startedByCall: async () => (await listJobs(item)).filter(isStartedByCall).map((job) => readJob(job, item)),
    async cancel(id) {
      await api.send('POST', `${jobsPath(item, id)}/cancel`, { effect: 'idempotent', afterStop: true });
    },
    steps: async (run) => (item.type === itemKinds.pipeline.type ? readActivityRuns(item, run, host) : []),
  };
}

/** Field for the Run ID of a job. */
export const runField = text({
  label: 'Run ID',
  help: 'Select a recent run, or enter the Run ID from a previous step.',
  placeholder: '5eb5b4d6-0d7a-4ae6-9d6a-c7d2a9ff4f7c',
  choices: recentRunChoices<FabricConnection>(['workspace', 'item'], async (input, context) =>
    jobsOf(await openItem(String(input['workspace']), String(input['item']), context), context.host).recent(),
  ),
});

/** Sample run for forms and documentation. */
export const sampleJobRun = {
  id: '5eb5b4d6-0d7a-4ae6-9d6a-c7d2a9ff4f7c',
  service,
  name: 'Load claims',
  status: 'succeeded' as const,
  vendorStatus: 'Completed',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:00:04.000Z',
  finishedAt: '2026-11-20T08:02:32.000Z',
  durationSeconds: 148,
  parameters: {},
  steps: [{ name: 'Copy claims', type: 'Copy', status: 'succeeded', durationSeconds: 131 }],
  details: { itemType: 'DataPipeline', jobType: 'Pipeline', invokeType: 'Manual' },
};
