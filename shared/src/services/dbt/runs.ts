import * as v from 'valibot';
import {
  filledText,
  optionalField,
  idShape,
  runIdShape,
  displayField,
  displayText,
  valuesShape,
  type Parsed,
} from '../../http/response-schema.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { text } from '../../define/fields.ts';
import type { Context } from '../../define/context.ts';
import type { KnownCause } from '../../runs/known-causes.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { recentRunChoices } from '../../runs/run-choices.ts';
import { isFinished, parseTimestamp, secondsBetween, type Run, type Step } from '../../runs/run.ts';
import { accessUrl, accountPath, callDbt, numericId, openDbt, service } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { failedNodes } from './failed-nodes.ts';
import { listOf, readPage } from './pages.ts';
import { statusNameOf, statusOf, withoutNone } from './statuses.ts';
import { readFailure } from './step-failure.ts';

const stepShape = v.object({
  index: optionalField(v.number()),
  name: filledText,
  status: optionalField(v.number()),
  status_humanized: optionalField(v.string()),
  logs: displayText,
  truncated_debug_logs: displayText,
  started_at: optionalField(v.string()),
  finished_at: optionalField(v.string()),
});

/** A run in an API response. Timestamps look like `2026-11-20 08:00:04.653171+00:00`. */
export const runShape = v.pipe(
  v.object({
    id: runIdShape,
    job_definition_id: optionalField(idShape),
    project_id: optionalField(idShape),
    environment_id: optionalField(idShape),
    status: optionalField(v.number()),
    status_humanized: optionalField(v.string()),
    status_message: displayText,
    dbt_version: displayText,
    git_branch: displayText,
    git_sha: displayText,
    created_at: optionalField(v.string()),
    started_at: optionalField(v.string()),
    finished_at: optionalField(v.string()),
    href: displayText,
    job: displayField(v.object({ name: displayText })),
    trigger: optionalField(valuesShape),
    /** The failed run that this run retries. */
    retrying_run_id: optionalField(idShape),
    run_steps: optionalField(v.array(stepShape)),
  }),
  v.check(({ status, status_humanized: name }) => status !== undefined || Boolean(name), 'The run has no status.'),
);

/** A run, with the fields used here. */
export type VendorRun = Parsed<typeof runShape>;

type VendorStep = Parsed<typeof stepShape>;

/** Selects a run. */
export const runField = text({
  label: 'Run ID',
  help: 'Select a recent run, or enter the Run ID from a previous step or trigger or the URL of the run in dbt.',
  placeholder: '70403103926818',
  choices: recentRunChoices<DbtConnection>([], async (_input, context) => jobRuns(context).recent()),
  idFromUrl: {
    pattern: /\/runs\/(\d+)/,
    example: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/70403103926818',
  },
});

/** Drops undefined, null and empty values. */
const filled = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );

/** dbt uses 0 for a missing ID. */
const idOf = (id: string | undefined): string | undefined => (id === '0' ? undefined : id);

/** The overrides that the run was started with. */
function readOverrides(trigger: Record<string, unknown>): Record<string, unknown> {
  return filled({
    gitBranch: trigger['git_branch'],
    gitSha: trigger['git_sha'],
    schema: trigger['schema_override'],
    dbtVersion: trigger['dbt_version_override'],
    threads: trigger['threads_override'],
    target: trigger['target_name_override'],
    generateDocs: trigger['generate_docs_override'],
    timeoutSeconds: trigger['timeout_seconds_override'],
    steps: trigger['steps_override'],
  });
}

function urlOf(run: VendorRun, connection: DbtConnection): string | undefined {
  if (run.href && /^https:\/\//.test(run.href)) return run.href;
  return run.project_id
    ? `${accessUrl(connection)}/deploy/${connection.accountId}/projects/${run.project_id}/runs/${run.id}`
    : undefined;
}

/** Converts a run. */
export function readJobRun(run: VendorRun, connection: DbtConnection): Run {
  const startedAt = parseTimestamp(run.started_at);
  const finishedAt = parseTimestamp(run.finished_at);
  return {
    id: run.id,
    service,
    name: run.job?.name || `job ${run.job_definition_id ?? ''}`.trim(),
    status: statusOf(run.status, run.status_humanized),
    vendorStatus: run.status_humanized || statusNameOf(run.status),
    parameters: readOverrides(run.trigger ?? {}),
    steps: [],
    ...withoutUndefined({
      startedAt,
      finishedAt,
      durationSeconds: secondsBetween(startedAt, finishedAt),
      message: withoutNone(run.status_message),
      url: urlOf(run, connection),
    }),
    details: filled({
      jobId: idOf(run.job_definition_id),
      projectId: idOf(run.project_id),
      environmentId: idOf(run.environment_id),
      dbtVersion: run.dbt_version,
      gitBranch: run.git_branch,
      gitSha: run.git_sha,
      cause: run.trigger?.['cause'],
      retryOf: idOf(run.retrying_run_id),
    }),
  };
}

function readStep(step: VendorStep): Step {
  const status = statusOf(step.status, step.status_humanized);
  const startedAt = parseTimestamp(step.started_at);
  const finishedAt = parseTimestamp(step.finished_at);
  return withoutUndefined({
    name: step.name,
    status,
    startedAt,
    finishedAt,
    durationSeconds: secondsBetween(startedAt, finishedAt),
    message: status === 'failed' ? (readFailure(step.logs) ?? readFailure(step.truncated_debug_logs)) : undefined,
  });
}

const dbtCauses: readonly KnownCause[] = [
  {
    pattern: /(another|previous|other) run|already (running|in progress)|over-?scheduled|skipped because/i,
    advice:
      'The job was already running, so dbt skipped this run. Start the job less often, or wait for the active run.',
  },
  {
    pattern: /newer (commit|run)|superseded/i,
    advice: 'dbt canceled this run because a newer run replaced it. Check the newer run instead.',
  },
  {
    pattern: /failure in test|got \d+ results?,? configured to/i,
    advice: 'The data failed a test. Check the rows that the test returns, then their source.',
  },
  {
    pattern: /compilation error/i,
    advice: 'The project does not compile. Correct the model or macro in the message.',
  },
  {
    pattern: /database error/i,
    advice: 'The database rejected the SQL of the model. Run the compiled SQL in the database to see why.',
  },
];

/** The runs of a job or of all jobs of the account. Steps have long logs, so they are read only once the run has finished. */
export function jobRuns(context: Context<DbtConnection>, job?: string): RunProvider & { recent(): Promise<Run[]> } {
  const { connection } = context;
  const path = (id: string): string => `${accountPath(connection)}/runs/${numericId(id, 'Run ID')}/`;
  const read = (id: string, related: string, endsAt?: number): Promise<VendorRun> =>
    callDbt(context, 'GET', path(id), runShape, { query: { include_related: related }, endsAt });
  const get: RunProvider['get'] = async (id, { endsAt } = {}) =>
    readJobRun(await read(id, 'job,trigger', endsAt), connection);
  return {
    service,
    namespace: `${accessUrl(connection)}/${connection.accountId}`,
    knownCauses: dbtCauses,
    displayName: job === undefined ? `the account ${connection.accountId}` : `job ${job}`,
    get,
    async recent() {
      const query = { job_definition_id: job, order_by: '-id', include_related: 'trigger,job' };
      const { entries } = await readPage(context, listOf(context, 'runs', runShape, query));
      return entries.map((run) => readJobRun(run, connection));
    },
    async cancel(id) {
      try {
        await openDbt(context).send('POST', `${path(id)}cancel/`, { effect: 'idempotent', afterStop: true });
      } catch (error) {
        // dbt rejects the cancellation of a run that has just finished.
        const run = await get(id).catch(() => undefined);
        if (!run || !isFinished(run.status)) throw error;
      }
    },
    async steps(run) {
      const { run_steps: steps = [] } = await read(run.id, 'run_steps');
      const ordered = steps.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0)).map(readStep);
      if (run.status !== 'failed') return ordered;
      // Failed models and tests precede the command that ran them, so that the first failure is the cause.
      const index = ordered.findIndex(({ status }) => status === 'failed');
      return ordered.toSpliced(index < 0 ? ordered.length : index, 0, ...(await failedNodes(run.id, context)));
    },
  };
}

/** A realistic run, for forms and documentation. */
export const sampleJobRun = {
  id: '70403103926818',
  service,
  name: 'Daily Job (dbt build)',
  status: 'succeeded' as const,
  vendorStatus: 'Success',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:00:04.653Z',
  finishedAt: '2026-11-20T08:02:32.653Z',
  durationSeconds: 148,
  url: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/70403103926818',
  parameters: { gitBranch: 'main' },
  steps: [{ name: 'Invoke dbt with `dbt build`', status: 'succeeded', durationSeconds: 131 }],
  details: {
    jobId: '910',
    projectId: '678',
    environmentId: '1234',
    dbtVersion: 'latest',
    gitBranch: 'main',
    cause: 'Pipewright',
  },
};
