import * as v from 'valibot';
import { PipewrightError } from '../../../host/error.ts';
import { integer, list, option, text, values } from '../../../define/fields.ts';
import { defineAction, type Values } from '../../../define/operation.ts';
import { runFields } from '../../../runs/report.ts';
import { startFields, startKeyOf } from '../../../runs/start-key.ts';
import { startOnce } from '../../../runs/start-once.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/follow-run.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { findSparkJobByTag, readSparkJob, sampleSparkJob, sparkJobs, startSparkJob } from './spark-jobs.ts';
import { sparkPoolField } from './spark-pool.ts';
import { openWorkspace, service, workspaceField } from './workspace.ts';

/** Cores and memory of the driver and of every executor; each fits into the node of a pool of that size. */
const sizes = {
  small: { cores: 4, memory: '28g' },
  medium: { cores: 8, memory: '56g' },
  large: { cores: 16, memory: '112g' },
} as const;

const job = {
  name: text({
    label: 'Job Name',
    help: 'Under this name the job is shown in Synapse Studio.',
    placeholder: 'Daily claims',
  }),
  file: text({
    label: 'Main File',
    help: 'The Python script or JAR in the data lake, as abfss://container@account.dfs.core.windows.net/path.',
    placeholder: 'abfss://data@contosolake.dfs.core.windows.net/jobs/daily-claims.py',
  }),
  className: v.optional(
    text({
      label: 'Main Class',
      help: 'Only for a JAR: the class that is run, with its package.',
      placeholder: 'com.contoso.DailyClaims',
    }),
  ),
  arguments: v.optional(
    list({
      label: 'Arguments',
      help: 'What the job is called with, one a line.',
      placeholder: '2026-11-20',
      multiline: true,
    }),
  ),
  size: v.optional(
    option(
      [
        { value: 'small', label: 'Small (4 Cores, 28 GB)' },
        { value: 'medium', label: 'Medium (8 Cores, 56 GB)' },
        { value: 'large', label: 'Large (16 Cores, 112 GB)' },
      ],
      {
        label: 'Executor Size',
        help: 'Cores and memory of the driver and of every executor; not more than a node of the pool has.',
        advanced: true,
      },
    ),
    'small',
  ),
  executors: v.optional(
    integer({
      label: 'Executors',
      help: 'As many executors work at the same time.',
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
      help: 'Modules that the script imports: .py, .zip or .egg in the data lake, one a line.',
      placeholder: 'abfss://data@contosolake.dfs.core.windows.net/jobs/claims.zip',
      multiline: true,
      advanced: true,
    }),
  ),
  jars: v.optional(
    list({
      label: 'JAR Files',
      help: 'Further libraries in the data lake, one a line.',
      placeholder: 'abfss://data@contosolake.dfs.core.windows.net/jars/parser.jar',
      multiline: true,
      advanced: true,
    }),
  ),
  configuration: v.optional(
    values({
      label: 'Spark Configuration',
      help: 'Spark properties with their values.',
      placeholder: '{"spark.sql.shuffle.partitions": "64"}',
      advanced: true,
    }),
  ),
};

/** Browsers show files of a data lake under an address that Spark does not read. */
function checkFile(file: string): void {
  const page = /^https?:\/\/([^./]+)\.(?:dfs|blob)\.core\.windows\.net\/([^/]+)\/(.+)$/i.exec(file);
  if (!/^https?:/i.test(file)) return;
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: '“Main File” is a web address, which Spark does not read.',
    hint: page
      ? `Type abfss://${page[2]}@${page[1]}.dfs.core.windows.net/${page[3]?.split('?')[0]} instead.`
      : 'Type it as abfss://container@account.dfs.core.windows.net/path.',
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
 * Submits a Spark batch job. Its state says success or dead before Synapse is certain of its result, so only the result
 * counts as an end. A tag with a key of its own lets the job be found again when the answer is lost.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch/create-spark-batch-job
 */
export const runSparkJob = defineAction<AzureConnection>()({
  key: 'runSparkJob',
  name: 'Run Spark Job',
  resource: 'Spark Job',
  description: 'Submits a Spark batch job to a pool and, if wished, waits until it has finished.',
  effect: 'unsafe',
  input: { workspace: workspaceField, pool: sparkPoolField, ...job, ...waitFields, ...startFields },
  output: runFields,
  sample: sampleSparkJob,
  async run(input, context) {
    checkFile(input.file);
    const { host } = context;
    const { pool } = input;
    const workspace = await openWorkspace(input.workspace, context);
    const provider = sparkJobs(workspace, pool, input.name);
    const startKey = startKeyOf(host, input.startKey, provider.what);
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
      async start() {
        return readSparkJob(await startSparkJob(workspace, pool, json, startKey.tag), workspace, pool);
      },
      findByKey: () => findSparkJobByTag(workspace, pool, startKey.tag),
    });
    return followRun(host, provider, started, input);
  },
});
