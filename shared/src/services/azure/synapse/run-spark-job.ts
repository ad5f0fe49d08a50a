import * as v from 'valibot';
import { PipewrightError } from '../../../host/error.ts';
import { integer, list, option, text, values } from '../../../define/fields.ts';
import { defineAction, type Values } from '../../../define/operation.ts';
import { runBranches } from '../../../runs/branches.ts';
import { runFields, simpleRun } from '../../../runs/report.ts';
import { startFields, startKeyOf } from '../../../runs/start-key.ts';
import { startOnce } from '../../../runs/start-once.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/follow-run.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { findSparkJobByTag, readSparkJob, sampleSparkJob, sparkJobs, startSparkJob } from './spark-jobs.ts';
import { sparkPoolField } from './spark-pool.ts';
import { openWorkspace, service, workspaceField } from './workspace.ts';

/** Cores and memory of the driver and each executor; each size fits a pool node of that size. */
const sizes = {
  small: { cores: 4, memory: '28g' },
  medium: { cores: 8, memory: '56g' },
  large: { cores: 16, memory: '112g' },
} as const;

const job = {
  name: text({
    label: 'Job Name',
    help: 'A name for the job, shown in Synapse Studio.',
    placeholder: 'Daily claims',
  }),
  file: text({
    label: 'Main Definition File',
    help: 'URL of the Python script or JAR file in the data lake: abfss://container@account.dfs.core.windows.net/path.',
    placeholder: 'abfss://data@contosolake.dfs.core.windows.net/jobs/daily-claims.py',
  }),
  className: v.optional(
    text({
      label: 'Main Class',
      help: 'Only for a JAR file: the fully qualified name of the class to run.',
      placeholder: 'com.contoso.DailyClaims',
      advanced: true,
    }),
  ),
  arguments: v.optional(
    list({
      label: 'Arguments',
      help: 'Command-line arguments of the job, one per line.',
      placeholder: '2026-11-20',
      multiline: true,
    }),
  ),
  size: v.optional(
    option(
      [
        { value: 'small', label: 'Small (4 vCores, 28 GB)' },
        { value: 'medium', label: 'Medium (8 vCores, 56 GB)' },
        { value: 'large', label: 'Large (16 vCores, 112 GB)' },
      ],
      {
        label: 'Executor Size',
        help: 'Cores and memory of the driver and each executor. Must not exceed the node size of the pool.',
        advanced: true,
      },
    ),
    'small',
  ),
  executors: v.optional(
    integer({
      label: 'Executors',
      help: 'Number of executors that run in parallel.',
      placeholder: '2',
      minimum: 1,
      maximum: 1000,
      advanced: true,
    }),
    2,
  ),
  pythonFiles: v.optional(
    list({
      label: 'Python Files',
      help: 'URLs of modules that the script imports (.py, .zip or .egg), one per line.',
      placeholder: 'abfss://data@contosolake.dfs.core.windows.net/jobs/claims.zip',
      multiline: true,
      advanced: true,
    }),
  ),
  jars: v.optional(
    list({
      label: 'JAR Files',
      help: 'URLs of additional libraries in the data lake, one per line.',
      placeholder: 'abfss://data@contosolake.dfs.core.windows.net/jars/parser.jar',
      multiline: true,
      advanced: true,
    }),
  ),
  configuration: v.optional(
    values({
      label: 'Spark Configuration',
      help: 'Spark properties and their values.',
      placeholder: '{"spark.sql.shuffle.partitions": "64"}',
      advanced: true,
    }),
  ),
};

/** Rejects the https URL of a data lake file, which browsers show but Spark cannot read. */
function checkFile(file: string): void {
  const page = /^https?:\/\/([^./]+)\.(?:dfs|blob)\.core\.windows\.net\/([^/]+)\/(.+)$/i.exec(file);
  if (!/^https?:/i.test(file)) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: '“Main File” is an https URL, which Spark cannot read.',
    hint: page
      ? `Enter abfss://${page[2]}@${page[1]}.dfs.core.windows.net/${page[3]?.split('?')[0]} instead.`
      : 'Enter it as abfss://container@account.dfs.core.windows.net/path.',
  });
}

function body(input: Values<typeof job>): object {
  const { cores, memory } = sizes[input.size];
  return {
    name: input.name,
    file: input.file,
    className: input.className,
    args: input.arguments ?? [],
    pyFiles: input.pythonFiles,
    jars: input.jars,
    conf:
      input.configuration &&
      Object.fromEntries(Object.entries(input.configuration).map(([name, value]) => [name, String(value)])),
    driverCores: cores,
    driverMemory: memory,
    executorCores: cores,
    executorMemory: memory,
    numExecutors: input.executors,
  };
}

/**
 * Submits a Spark batch job. The state may be success or dead before the result is final, so only the result counts. A tag
 * identifies the job if the response is lost.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch/create-spark-batch-job
 */
export const runSparkJob = defineAction<AzureConnection>()({
  key: 'runSparkJob',
  name: 'Run Spark Job',
  resource: 'Spark Job',
  description: 'Submits a Spark batch job to a pool and optionally waits for it to finish.',
  effect: 'unsafe',
  input: { workspace: workspaceField, pool: sparkPoolField, ...job, ...waitFields, ...startFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleSparkJob,
  async run(input, context) {
    checkFile(input.file);
    const { host } = context;
    const { pool } = input;
    const workspace = await openWorkspace(input.workspace, context);
    const provider = sparkJobs(workspace, pool, input.name);
    const startKey = startKeyOf(host, input, provider.displayName);
    const json = body(input);
    const started = await startOnce(host, {
      provider,
      startKey,
      reuseActiveRun: input.reuseActiveRun,
      parameters: {
        file: input.file,
        className: input.className,
        args: input.arguments?.length ? input.arguments : undefined,
      },
      async start({ tag }) {
        return readSparkJob(await startSparkJob(workspace, pool, json, tag), workspace, pool);
      },
      findByKey: ({ tag }) => findSparkJobByTag(workspace, pool, tag),
    });
    return followRun(host, provider, started, input);
  },
});
