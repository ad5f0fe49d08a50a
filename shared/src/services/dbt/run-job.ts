import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { defineAction, type Values } from '../../define/operation.ts';
import { boolean, integer, list, text } from '../../define/fields.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { Run } from '../../runs/run.ts';
import { startFields, startKeyOf, type KeyChoices, type StartKey } from '../../runs/start-key.ts';
import { completionMethodField, readFinishedRun, startCallbackWait, usesCallback } from '../../runs/callback.ts';
import { isUncertain, startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/follow-run.ts';
import { accountPath, callDbt, numericId } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobField } from './jobs.ts';
import { subscribeToRun, unsubscribe } from './subscriptions.ts';
import { jobRuns, readJobRun, runShape, sampleJobRun } from './runs.ts';
import { whether } from '../../host/wording.ts';

const overrides = {
  gitBranch: v.optional(
    text({
      label: 'Git Branch',
      help: "The Git branch to check out instead of the environment's branch.",
      placeholder: 'release',
      advanced: true,
    }),
  ),
  gitSha: v.optional(
    text({ label: 'Git SHA', help: 'The SHA of the commit to check out.', placeholder: '2b5e1f0c', advanced: true }),
  ),
  schema: v.optional(
    text({
      label: 'Schema Override',
      help: "The schema to build in, overriding the environment's schema.",
      placeholder: 'dbt_release',
      advanced: true,
    }),
  ),
  dbtVersion: v.optional(
    text({ label: 'dbt Version', help: 'The dbt version to use for this run.', placeholder: 'latest', advanced: true }),
  ),
  threads: v.optional(
    integer({
      label: 'Threads',
      help: 'The number of models to build in parallel.',
      placeholder: '8',
      minimum: 1,
      advanced: true,
    }),
  ),
  target: v.optional(
    text({
      label: 'Target Name',
      help: 'The target name for this run, available to models as target.name.',
      placeholder: 'prod',
      advanced: true,
    }),
  ),
  steps: v.optional(
    list({
      label: 'Commands',
      help: "The dbt commands to run instead of the job's commands, one per line.",
      placeholder: 'dbt build --select staging+',
      multiline: true,
      advanced: true,
    }),
  ),
  generateDocs: v.optional(
    boolean({
      label: 'Generate Docs',
      help: whether('generate documentation. Leave empty to use the job setting.'),
      advanced: true,
    }),
  ),
  timeoutSeconds: v.optional(
    integer({
      label: 'Run Timeout (Seconds)',
      help: 'The time after which dbt cancels the run. Leave empty to use the job setting.',
      placeholder: '3600',
      minimum: 0,
      advanced: true,
    }),
  ),
};

const overridesSchema = v.object(overrides);

type Overrides = Values<typeof overrides>;

function requestBody(
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

/** Zapier pauses a step for up to 30 days, whatever its timeout. */
const longestPauseMinutes = 30 * 24 * 60;

/** How long a callback may be awaited. */
const maxWaitMinutes = ({ timeoutMinutes }: { timeoutMinutes: number }, { host }: Context<DbtConnection>): number =>
  host.maxWaitSeconds === undefined ? timeoutMinutes : longestPauseMinutes;

/** Marks the cause of a run with the tag of its start. */
const mark = (tag: string): string => `[${tag}]`;

/** The cause that dbt shows for the run; ends with the mark, so that the run can be found again. */
const causeOf = (input: string | undefined, tag: string): string =>
  `Pipewright${input ? `: ${input}` : ''} ${mark(tag)}`;

/** The overrides as they appear in the parameters of the run. */
function chosenOverrides(input: Overrides): Record<string, unknown> {
  return v.parse(overridesSchema, input);
}

const isMarked = (run: Run, tag: string): boolean => String(run.details?.['cause'] ?? '').endsWith(mark(tag));

/**
 * Starts a run, or finds the run that was started under the same key.
 * @param around wraps the start, for work before and after it
 */
async function startJob(
  input: Overrides &
    KeyChoices & {
      job: string;
      cause?: string | undefined;
      reuseActiveRun: boolean;
    },
  context: Context<DbtConnection>,
  around: (start: () => Promise<Run>) => Promise<Run> = (start) => start(),
): Promise<Run> {
  const { host, connection } = context;
  const job = numericId(input.job, 'Job');
  const provider = jobRuns(context, job);
  const startKey = startKeyOf(host, input);
  const start = async ({ tag }: StartKey): Promise<Run> => {
    const json = requestBody(causeOf(input.cause, tag), input);
    return readJobRun(
      await callDbt(context, 'POST', `${accountPath(connection)}/jobs/${job}/run/`, runShape, { json }),
      connection,
    );
  };
  return startOnce(host, {
    provider,
    startKey,
    reuseActiveRun: input.reuseActiveRun,
    parameters: chosenOverrides(input),
    start: (key) => around(() => start(key)),
    findByKey: async ({ tag }) => (await provider.recent()).findLast((run) => isMarked(run, tag)),
  });
}

/**
 * Triggers a job run. dbt has no idempotency key, so the cause of the run contains a tag of the start key, which identifies
 * the run among the newest 100 runs of the job.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Trigger%20Job%20Run
 */
export const runJob = defineAction<DbtConnection>()({
  key: 'runJob',
  name: 'Run Job',
  resource: 'Job Run',
  description: 'Starts a job run and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    job: jobField,
    cause: v.optional(
      text({
        label: 'Cause',
        help: 'The reason for the run, shown in the dbt run history.',
        placeholder: 'New claims have arrived',
      }),
    ),
    ...overrides,
    ...waitFields,
    ...completionMethodField('A callback requires permission to manage webhooks in dbt.', true),
    ...startFields,
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJobRun,
  async run(input, context) {
    return followRun(context.host, jobRuns(context, input.job), await startJob(input, context), input);
  },
  callback: {
    isChosen: usesCallback,
    timeoutMinutes: ({ timeoutMinutes }) => timeoutMinutes,
    // The webhook reports every run of the job, and dbt deactivates webhooks that answer with too many errors.
    statusWhileRunning: 200,
    async start(input, context, address) {
      let subscription: string | undefined;
      const run = await startJob(input, context, async (start) => {
        subscription = await subscribeToRun(input.job, address(), maxWaitMinutes(input, context), context);
        try {
          return await start();
        } catch (error) {
          if (!isUncertain(error)) await unsubscribe({ id: subscription }, context);
          throw error;
        }
      });
      const kept = subscription === undefined ? undefined : { job: input.job, run: run.id, subscription };
      return startCallbackWait(context.host, jobRuns(context, input.job), { started: run, kept, choices: input });
    },
    async readFinished({ job, run, subscription }, context) {
      const finished = await readFinishedRun(context.host, jobRuns(context, String(job)), String(run));
      if (finished)
        await unsubscribe({ id: String(subscription) }, context).catch(() =>
          context.host.log.warn('dbt: could not delete the webhook of the run.'),
        );
      return finished;
    },
  },
});
