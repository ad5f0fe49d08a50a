import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { defineAction, type Values } from '../../define/operation.ts';
import { boolean, integer, list, text } from '../../define/fields.ts';
import { runFields } from '../../runs/report.ts';
import type { Run } from '../../runs/run.ts';
import { startFields, startKeyOf } from '../../runs/start-key.ts';
import { startCallbackWait, isCalled, readFinishedRun, waitByField } from '../../runs/callback.ts';
import { isUncertain, startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/wait-for-run.ts';
import { accountPath, callDbt, numericId } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobField } from './jobs.ts';
import { subscribeToRun, unsubscribe } from './subscriptions.ts';
import { jobRuns, readJobRun, runShape, sampleJobRun } from './runs.ts';

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

/** What stands in the reason of a run that was started under a key. */
const mark = (tag: string): string => `[${tag}]`;

/** The reason that dbt shows for the run; by its end this very start can be found again. */
const causeOf = (added: string | undefined, tag: string): string =>
  `Pipewright${added ? `: ${added}` : ''} ${mark(tag)}`;

/** What a run of the same settings shows of them. */
function chosenOverrides(input: Overrides): Record<string, unknown> {
  return Object.fromEntries((Object.keys(overrides) as (keyof Overrides)[]).map((name) => [name, input[name]]));
}

const isMarked = (run: Run, tag: string): boolean => String(run.details?.['cause'] ?? '').endsWith(mark(tag));

/**
 * Starts a run, or finds the one that was started under the same key.
 * @param around does what must come before the start itself
 */
async function startJob(
  input: Overrides & { job: string; cause?: string | undefined; startKey?: string | undefined; reuse: boolean },
  context: Context<DbtConnection>,
  around: (start: () => Promise<Run>) => Promise<Run> = (start) => start(),
): Promise<Run> {
  const { host, connection } = context;
  const job = numericId(input.job, 'Job');
  const provider = jobRuns(context, job);
  const startKey = startKeyOf(host, input.startKey);
  const start = async (): Promise<Run> => {
    const json = body(causeOf(input.cause, startKey.tag), input);
    return readJobRun(
      await callDbt(context, 'POST', `${accountPath(connection)}/jobs/${job}/run/`, runShape, { json }),
      connection,
    );
  };
  return startOnce(host, {
    provider,
    startKey,
    reuse: input.reuse,
    parameters: chosenOverrides(input),
    start: () => around(start),
    findByKey: async () => (await provider.recent()).findLast((run) => isMarked(run, startKey.tag)),
  });
}

/**
 * Triggers a run of a job. dbt has no key against starting twice, so it stands in the reason of the run, by which the run is
 * found again among the newest hundred of the job.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Trigger%20Job%20Run
 */
export const runJob = defineAction<DbtConnection>()({
  key: 'runJob',
  name: 'Run Job',
  resource: 'Job Run',
  description: 'Starts a job and, if wished, waits until it has finished.',
  effect: 'unsafe',
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
    ...waitByField('dbt then makes a webhook for the run, for which the token needs the right to manage webhooks.'),
    ...startFields,
  },
  output: runFields,
  sample: sampleJobRun,
  async run(input, context) {
    return followRun(context.host, jobRuns(context, input.job), await startJob(input, context), input);
  },
  callback: {
    isChosen: isCalled,
    timeoutMinutes: ({ timeoutMinutes }) => timeoutMinutes,
    // dbt tells of every run of the job, and switches a webhook off that refuses too often.
    statusWhileRunning: 200,
    async start(input, context, address) {
      let subscription: string | undefined;
      const run = await startJob(input, context, async (start) => {
        subscription = await subscribeToRun(input.job, address(), input.timeoutMinutes, context);
        try {
          return await start();
        } catch (error) {
          if (!isUncertain(error)) await unsubscribe({ id: subscription }, context);
          throw error;
        }
      });
      const kept = subscription === undefined ? undefined : { job: input.job, run: run.id, subscription };
      return startCallbackWait(context.host, jobRuns(context, input.job), run, kept, input);
    },
    async readFinished({ job, run, subscription }, context) {
      const ended = await readFinishedRun(context.host, jobRuns(context, String(job)), String(run));
      if (ended)
        await unsubscribe({ id: String(subscription) }, context).catch(() =>
          context.host.log.warn('dbt: the webhook that waited for the run could not be removed.'),
        );
      return ended;
    },
  },
});
