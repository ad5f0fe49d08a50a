import * as v from 'valibot';
import { withoutUndefined } from '../../../host/without-undefined.ts';
import { optionalField, displayField, displayText, type Parsed } from '../../../http/response-schema.ts';
import { defineChoices, search } from '../../../define/choice-list.ts';
import { text } from '../../../define/fields.ts';
import type { Context } from '../../../define/context.ts';
import type { KnownCause } from '../../../runs/known-causes.ts';
import type { RunProvider } from '../../../runs/provider.ts';
import { parseTimestamp, readStatus, secondsBetween, type Run, type StatusMap } from '../../../runs/run.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { openWorkspace, service, type Workspace } from './workspace.ts';

/** Response with a Spark batch job; timestamps are only included in detailed responses. */
export const sparkJobShape = v.object({
  id: v.pipe(v.number(), v.integer()),
  name: optionalField(v.string()),
  /** Livy state: not_started, starting, running, success, dead, killed and others. */
  state: optionalField(v.string()),
  /** Uncertain until the job is final, then Succeeded, Failed or Cancelled. */
  result: optionalField(v.string()),
  appId: displayText,
  tags: displayField(v.record(v.string(), v.string())),
  errorInfo: displayField(v.array(v.object({ message: displayText, errorCode: displayText, source: displayText }))),
  livyInfo: optionalField(
    v.object({
      runningAt: displayText,
      jobCreationRequest: optionalField(
        v.looseObject({
          file: optionalField(v.string()),
          className: optionalField(v.string()),
          args: optionalField(v.array(v.string())),
        }),
      ),
    }),
  ),
  schedulerInfo: optionalField(v.object({ scheduledAt: displayText, endedAt: displayText })),
});

/** A Spark batch job in an API response. */
export type VendorSparkJob = Parsed<typeof sparkJobShape>;

const sparkJobPageShape = v.object({
  total: v.pipe(v.number(), v.integer()),
  sessions: optionalField(v.array(sparkJobShape)),
});

/** One page of jobs. */
export type SparkJobPage = Parsed<typeof sparkJobPageShape>;

/** Final results. */
const results: StatusMap = { Succeeded: 'succeeded', Failed: 'failed', Cancelled: 'cancelled' };

/** Livy states while the result is Uncertain. Even `success` and `dead` are not final. */
const states: StatusMap = {
  not_started: 'queued',
  starting: 'queued',
  idle: 'running',
  busy: 'running',
  running: 'running',
  recovering: 'running',
  shutting_down: 'running',
  success: 'running',
  error: 'running',
  dead: 'running',
  killed: 'running',
};

function statusOf({ state, result }: VendorSparkJob): Run['status'] {
  const end = readStatus(results, result);
  return end === 'unknown' ? readStatus(states, state) : end;
}

/** Path of the batch jobs of a pool. */
export function batchesPath(pool: string): string {
  return `/livyApi/versions/2019-11-01-preview/sparkPools/${encodeURIComponent(pool)}/batches`;
}

/** Converts a Spark job. */
export function readSparkJob(job: VendorSparkJob, workspace: Workspace, pool: string): Run {
  const { schedulerInfo = {}, livyInfo = {}, errorInfo, appId } = job;
  const status = statusOf(job);
  const startedAt = parseTimestamp(livyInfo.runningAt ?? schedulerInfo.scheduledAt);
  const finishedAt = results[job.result ?? ''] === undefined ? undefined : parseTimestamp(schedulerInfo.endedAt);
  const durationSeconds = secondsBetween(startedAt, finishedAt);
  const [error] = errorInfo ?? [];
  const message = error?.message ?? error?.errorCode;
  const { file, className, args } = livyInfo.jobCreationRequest ?? {};
  const name = job.name || `job ${job.id}`;
  const url = workspace.page(`monitoring/sparkapplication/${encodeURIComponent(name)}`, {
    livyId: String(job.id),
    sparkPoolName: pool,
  });
  return {
    id: String(job.id),
    service,
    name,
    status,
    vendorStatus: job.result && job.result !== 'Uncertain' ? job.result : (job.state ?? ''),
    parameters: { ...(file ? { file } : {}), ...(className ? { className } : {}), ...(args?.length ? { args } : {}) },
    steps: [],
    ...withoutUndefined({ startedAt, finishedAt, durationSeconds, message: message || undefined, url }),
    details: withoutUndefined({
      pool,
      state: job.state || undefined,
      applicationId: appId || undefined,
      errorCode: error?.errorCode || undefined,
      errorSource: error?.source || undefined,
    }),
  };
}

/** @see https://learn.microsoft.com/azure/synapse-analytics/spark/apache-spark-handle-livy-error */
const sparkCauses: readonly KnownCause[] = [
  {
    pattern: /capacity_exceeded|vcores|quota/i,
    advice:
      'The workspace or pool has no free vCores. Wait until other jobs have finished, or request fewer executors.',
  },
  {
    pattern: /LIVY_JOB_STATE_DEAD|exit code 1\b|exitCode 1\b|user class threw/i,
    advice: 'The code of the job failed. Check the driver log (stderr) on the page of the job.',
  },
];

/** The first and last jobs of a pool, newest first: the sort order of the API is not documented. */
async function firstAndLastJobs(workspace: Workspace, pool: string): Promise<VendorSparkJob[]> {
  const first = await listSparkJobs(workspace, pool);
  const count = first.sessions?.length ?? 0;
  const last =
    first.total > count ? await listSparkJobs(workspace, pool, Math.max(count, first.total - 50)) : undefined;
  return [...(first.sessions ?? []), ...(last?.sessions ?? [])].sort((a, b) => b.id - a.id);
}

/** Jobs of one page. */
const pageSize = 50;

/**
 * The jobs of a pool that were submitted since a time; may include others. The order of the API is not documented, so it is read
 * from the IDs of the first page, which grow; pages are read from the newest job on.
 * @param since milliseconds since 1970
 */
export async function sparkJobsSince(workspace: Workspace, pool: string, since: number): Promise<Run[]> {
  const { sessions: first = [], total } = await listSparkJobs(workspace, pool, 0, pageSize);
  const runsOf = (jobs: readonly VendorSparkJob[]): Run[] => jobs.map((job) => readSparkJob(job, workspace, pool));
  const isAscending = (first[0]?.id ?? 0) < (first.at(-1)?.id ?? 0);
  const isOld = (runs: readonly Run[]): boolean => runs.some(({ startedAt }) => Date.parse(startedAt ?? '') < since);
  const found = runsOf(first);
  if (!isAscending && isOld(found)) return found;
  // The pages after the first one: from the end if the newest jobs are there.
  const starts = Array.from(
    { length: Math.max(0, Math.ceil((total - first.length) / pageSize)) },
    (_, page) => first.length + page * pageSize,
  );
  for (const from of isAscending ? starts.toReversed() : starts) {
    const { sessions = [] } = await listSparkJobs(workspace, pool, from, pageSize);
    const runs = runsOf(sessions);
    found.push(...runs);
    if (isOld(runs)) break;
  }
  return found;
}

/** Submits a job with a tag that identifies it if the response is lost. */
export function startSparkJob(
  workspace: Workspace,
  pool: string,
  request: object,
  tag: string,
): Promise<VendorSparkJob> {
  const json = { ...request, tags: { pipewright: tag } };
  return workspace.api.json('POST', batchesPath(pool), sparkJobShape, { query: { detailed: true }, json });
}

/** Finds a job by tag. */
export async function findSparkJobByTag(workspace: Workspace, pool: string, tag: string): Promise<Run | undefined> {
  const found = (await firstAndLastJobs(workspace, pool)).find(({ tags }) => tags?.['pipewright'] === tag);
  return found && readSparkJob(found, workspace, pool);
}

/** Spark jobs of a pool, optionally with one name. */
export function sparkJobs(
  workspace: Workspace,
  pool: string,
  name?: string,
): RunProvider & { recent(): Promise<Run[]> } {
  const path = (id: string): string => `${batchesPath(pool)}/${encodeURIComponent(id)}`;
  return {
    service,
    namespace: `${workspace.api.baseUrl}${batchesPath(pool)}`,
    knownCauses: sparkCauses,
    displayName: name === undefined ? `the Spark pool ${pool}` : `Spark job ${name}`,
    async recent() {
      const jobs = (await firstAndLastJobs(workspace, pool)).map((job) => readSparkJob(job, workspace, pool));
      return name === undefined ? jobs : jobs.filter((job) => job.name === name);
    },
    async get(id, { endsAt } = {}) {
      const job = await workspace.api.json('GET', path(id), sparkJobShape, { query: { detailed: true }, endsAt });
      return readSparkJob(job, workspace, pool);
    },
    async cancel(id) {
      await workspace.api.send('DELETE', path(id), { effect: 'idempotent', afterStop: true });
    },
  };
}

/** Reads one page of the jobs of a pool. */
function listSparkJobs({ api }: Workspace, pool: string, from = 0, size = 50): Promise<SparkJobPage> {
  return api.json('GET', batchesPath(pool), sparkJobPageShape, { query: { from, size, detailed: true } });
}

const sparkJobChoices = defineChoices<AzureConnection>({
  key: 'sparkJobs',
  needs: ['workspace', 'pool'],
  async load({ input, search: wanted, page }, context: Context<AzureConnection>) {
    const workspace = await openWorkspace(String(input['workspace'] ?? ''), context);
    const from = Number(page ?? 0) || 0;
    const { sessions = [], total } = await listSparkJobs(workspace, String(input['pool'] ?? ''), from);
    const next = from + sessions.length;
    const choices = sessions.map((job) => ({
      value: String(job.id),
      label: `${job.name ?? 'Job'} (${job.id}, ${statusOf(job)})`,
    }));
    return {
      choices: search(choices, wanted),
      ...(sessions.length > 0 && next < total ? { nextPage: String(next) } : {}),
    };
  },
});

/** Field for the Spark job. */
export const sparkJobField = text({
  label: 'Job ID',
  help: 'Select the job, or enter the ID from a Run Spark Job step. Synapse Studio calls it Livy ID.',
  placeholder: '42',
  choices: sparkJobChoices,
  idFromUrl: {
    pattern: /[?&]livyId=(\d+)/,
    example:
      'https://web.azuresynapse.net/en/monitoring/sparkapplication/daily?workspace=…&livyId=42&sparkPoolName=sparkpool',
  },
});

/** Sample job for forms and documentation. */
export const sampleSparkJob = {
  id: '42',
  service,
  name: 'Daily claims',
  status: 'succeeded' as const,
  vendorStatus: 'Succeeded',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:01:10.000Z',
  finishedAt: '2026-11-20T08:04:32.000Z',
  durationSeconds: 202,
  parameters: { file: 'abfss://data@contosolake.dfs.core.windows.net/jobs/daily-claims.py', args: ['2026-11-20'] },
  steps: [],
  details: { pool: 'sparkpool', state: 'success', applicationId: 'application_1763625600000_0042' },
};
