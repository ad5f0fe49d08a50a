import * as v from 'valibot';
import type { Host } from '../../host/host.ts';
import { defineAction, type Values } from '../../operations/operation.ts';
import { boolean, integer, list, text } from '../../operations/fields.ts';
import type { Context } from '../../operations/context.ts';
import { runFields, type Run } from '../../runs/run.ts';
import { startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/wait-for-run.ts';
import { accountPath, callDbt, numericId, service } from './api.ts';
import type { DbtConnection } from './connection.ts';
import { jobField } from './jobs.ts';
import { readPage } from './pages.ts';
import { jobRuns, readJobRun, sampleJobRun, type VendorRun } from './runs.ts';

const overrides = {
  gitBranch: v.optional(
    text({
      label: 'Git Branch',
      help: 'Runs this branch instead of the one of the environment.',
      placeholder: 'release',
      advanced: true,
    }),
  ),
  gitSha: v.optional(
    text({ label: 'Git Commit', help: 'Runs this commit: its SHA.', placeholder: '2b5e1f0c', advanced: true }),
  ),
  schema: v.optional(
    text({
      label: 'Schema',
      help: 'Writes into this schema instead of the one of the environment.',
      placeholder: 'dbt_release',
      advanced: true,
    }),
  ),
  dbtVersion: v.optional(
    text({ label: 'dbt Version', help: 'Runs with this version of dbt.', placeholder: 'latest', advanced: true }),
  ),
  threads: v.optional(
    integer({
      label: 'Threads',
      help: 'As many models are built at the same time.',
      placeholder: '8',
      minimum: 1,
      advanced: true,
    }),
  ),
  target: v.optional(
    text({ label: 'Target Name', help: 'What target.name says in the models.', placeholder: 'prod', advanced: true }),
  ),
  steps: v.optional(
    list({
      label: 'Commands',
      help: 'Runs these dbt commands, one a line, instead of those of the job.',
      placeholder: 'dbt build --select staging+',
      multiline: true,
      advanced: true,
    }),
  ),
  generateDocs: v.optional(
    boolean({
      label: 'Generate Docs',
      help: 'Whether documentation is generated. Empty: as the job says.',
      advanced: true,
    }),
  ),
  timeoutSeconds: v.optional(
    integer({
      label: 'Job Time Limit (Seconds)',
      help: 'dbt itself cancels the run after this time. Empty: as the job says.',
      placeholder: '3600',
      minimum: 0,
      advanced: true,
    }),
  ),
};

type Overrides = Values<typeof overrides>;

function body(
  cause: string,
  { gitBranch, gitSha, schema, dbtVersion, threads, target, steps, generateDocs, timeoutSeconds }: Overrides,
): object {
  return {
    cause,
    git_branch: gitBranch,
    git_sha: gitSha,
    schema_override: schema,
    dbt_version_override: dbtVersion,
    threads_override: threads,
    target_name_override: target,
    generate_docs_override: generateDocs,
    timeout_seconds_override: timeoutSeconds,
    steps_override: steps?.length ? steps : undefined,
  };
}

/** The reason that dbt shows for the run, with a key by which this very start can be found again. */
function causeOf(host: Host, added: string | undefined): string {
  const key = Math.floor(host.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  return `Pipewright${added ? `: ${added}` : ''} [${host.now().toString(36)}-${key}]`;
}

async function findByCause(context: Context<DbtConnection>, job: string, cause: string): Promise<Run | undefined> {
  const { entries } = await readPage<VendorRun>(context, 'runs', {
    job_definition_id: job,
    order_by: '-id',
    limit: 20,
    include_related: 'trigger,job',
  });
  const found = entries.find((run) => run.trigger?.['cause'] === cause);
  return found && readJobRun(found, context.connection);
}

/**
 * Triggers a run of a job. dbt has no key against starting twice, so when the answer is lost the run is looked for by its
 * cause.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Trigger%20Job%20Run
 */
export const runJob = defineAction<DbtConnection>()({
  key: 'runJob',
  name: 'Run Job',
  resource: 'Job Run',
  description: 'Starts a job and, if wished, waits until it has finished.',
  effect: 'starts work',
  input: {
    job: jobField,
    cause: v.optional(
      text({
        label: 'Reason',
        help: 'Why the job runs; dbt shows it after the word Pipewright.',
        placeholder: 'New claims have arrived',
      }),
    ),
    ...overrides,
    ...waitFields,
  },
  output: runFields,
  sample: sampleJobRun,
  async run(input, context) {
    const { host, connection } = context;
    const job = numericId(input.job, 'Job');
    const provider = jobRuns(context, `job ${job}`);
    const cause = causeOf(host, input.cause);
    const run = await startOnce(host, {
      service,
      what: provider.what,
      start: async () =>
        readJobRun(
          await callDbt<VendorRun>(context, 'POST', `${accountPath(connection)}/jobs/${job}/run/`, {
            json: body(cause, input),
          }),
          connection,
        ),
      find: () => findByCause(context, job, cause),
    });
    return followRun(host, provider, run, input);
  },
});
