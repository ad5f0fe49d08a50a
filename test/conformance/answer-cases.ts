import type { Service } from '../../shared/src/define/service.ts';
import { dataFactory } from '../../shared/src/services/azure/data-factory/service.ts';
import { synapse } from '../../shared/src/services/azure/synapse/service.ts';
import { databricks } from '../../shared/src/services/databricks/service.ts';
import { dbt } from '../../shared/src/services/dbt/service.ts';
import { mode } from '../../shared/src/services/mode/service.ts';
import { quantemplate } from '../../shared/src/services/quantemplate/service.ts';
import { slack } from '../../shared/src/services/slack/service.ts';
import { sandboxAccounts } from '../doubles/accounts.ts';
import type { Sandbox } from '../doubles/sandbox.ts';

/** A service with inputs that let each of its operations and polling triggers ask the vendor. */
export interface AnswerCases {
  service: Service;
  /** What is planned for the next run: `fails` makes runs that can be rerun and explained. */
  plan: { service: string; name: string };
  /** An operation that starts a run, whose ID the others get. */
  start?: { operation: string; input: Record<string, unknown> };
  /** Inputs by the keys of operations and polling triggers; `ids` are of a run that succeeded, of one that failed and of one that is running. */
  inputs(ids: { done: string; failed: string; running: string }): Record<string, Record<string, unknown>>;
  /** Places of the status that decides, by a pattern of the address. */
  status?: { asked: RegExp; path: RegExp };
  /** Answers that other tests hold: downloads of a website, drawings without a vendor. */
  without?: readonly string[];
  /** What the sandbox needs first. */
  prepare?(sandbox: Sandbox): void;
}

const { azure } = sandboxAccounts;

function pipelines(
  service: Service,
  home: Record<string, string>,
  planned: string,
  more: Record<string, Record<string, unknown>>,
): AnswerCases {
  return {
    service,
    plan: { service: planned, name: 'Load_sources' },
    start: { operation: 'runPipeline', input: { ...home, pipeline: 'Load_sources' } },
    inputs: ({ done, failed, running }) => ({
      runPipeline: { ...home, pipeline: 'Load_sources', timeoutMinutes: 10 },
      getPipelineRun: { ...home, run: failed },
      cancelPipelineRun: { ...home, run: running },
      rerunFailedRun: { ...home, run: failed, timeoutMinutes: 10 },
      findPipeline: { ...home, name: 'load' },
      pipelineRunFinished: { ...home },
      ...Object.fromEntries(
        Object.entries(more).map(([key, input]) => [
          key,
          { ...input, ...(key === 'getSparkJob' ? { job: done } : {}) },
        ]),
      ),
    }),
    status: { asked: /GET .*\/pipelineruns\/[^/]+$/i, path: /^status$/ },
  };
}

const factory = { factory: `${azure.resourceGroup}/${azure.factory}` };
const workspace = { workspace: `${azure.resourceGroup}/${azure.workspace}` };
const pool = { ...workspace, pool: azure.sparkPool };
const spark = { ...pool, name: 'Daily', file: 'abfss://data@lake.dfs.core.windows.net/daily.py' };
const { jobId } = sandboxAccounts.databricks;
const dbtJob = String(sandboxAccounts.dbt.jobId);
const report = sandboxAccounts.mode.reportToken;
const channel = sandboxAccounts.slack.dataChannelId;
const run = { id: '1', service: 'dbt', name: 'Daily Job', status: 'failed', explanation: 'It failed.', steps: [] };

/** Every service whose vendor the sandbox plays. */
export const answerCases: readonly AnswerCases[] = [
  pipelines(dataFactory, factory, 'data-factory', {
    listTriggers: factory,
    startTrigger: { ...factory, trigger: 'Every morning' },
    stopTrigger: { ...factory, trigger: 'Every morning' },
  }),
  {
    ...pipelines(synapse, workspace, 'synapse', { getWorkspace: { workspace: azure.workspace } }),
    without: ['runSparkJob', 'getSparkJob', 'rerunFailedJob', 'sparkJobFinished'],
  },
  {
    service: synapse,
    plan: { service: 'spark', name: 'Daily' },
    start: { operation: 'runSparkJob', input: spark },
    inputs: ({ done, failed }) => ({
      runSparkJob: { ...spark, timeoutMinutes: 10 },
      getSparkJob: { ...pool, job: done },
      rerunFailedJob: { ...pool, job: failed, timeoutMinutes: 10 },
      sparkJobFinished: pool,
    }),
    status: { asked: /GET .*\/batches\/\d+$/, path: /^result$/ },
    without: [
      'runPipeline',
      'getPipelineRun',
      'cancelPipelineRun',
      'rerunFailedRun',
      'findPipeline',
      'pipelineRunFinished',
      'getWorkspace',
    ],
  },
  {
    service: databricks,
    plan: { service: 'databricks', name: jobId },
    start: { operation: 'runJob', input: { job: jobId } },
    inputs: ({ done, failed, running }) => ({
      runJob: { job: jobId, timeoutMinutes: 10, parameters: {} },
      runNotebook: { notebook: '/Workspace/Shared/reports/monthly', timeoutMinutes: 10 },
      getRun: { run: failed },
      getRunOutput: { run: done },
      cancelRun: { run: running },
      rerunFailedRun: { run: failed, timeoutMinutes: 10 },
      findJob: { name: 'monthly' },
      downloadFile: { path: sandboxAccounts.databricks.filePath },
      jobRunFinished: {},
    }),
    status: { asked: /GET .*\/jobs\/runs\/get$/, path: /^state\.(result_state|life_cycle_state)$/ },
  },
  {
    service: dbt,
    plan: { service: 'dbt', name: dbtJob },
    start: { operation: 'runJob', input: { job: dbtJob } },
    inputs: ({ done, failed, running }) => ({
      runJob: { job: dbtJob, timeoutMinutes: 10 },
      getJobRun: { run: failed },
      cancelJobRun: { run: running },
      rerunFailedRun: { run: failed, timeoutMinutes: 10 },
      findJob: { name: 'daily' },
      downloadArtifact: { run: done, artifact: 'run_results.json' },
      jobRunFinished: {},
    }),
    // Without its number, the word for the status counts as well.
    status: { asked: /GET .*\/runs\/\d+\/$/, path: /^data\.status$/ },
  },
  {
    service: mode,
    plan: { service: 'mode', name: report },
    start: { operation: 'runReport', input: { report } },
    inputs: ({ done, failed }) => ({
      runReport: { report, timeoutMinutes: 10 },
      getReportRun: { report, run: failed },
      rerunFailedRun: { report, run: failed, timeoutMinutes: 10 },
      findReport: { name: 'claims' },
      downloadResults: { report, run: done },
      reportRunEnded: { report },
    }),
    status: { asked: /GET .*\/runs\/\w+$/, path: /^state$/ },
  },
  {
    service: quantemplate,
    plan: { service: 'quantemplate', name: 'p-premiums' },
    start: { operation: 'runPipeline', input: { pipeline: 'p-premiums' } },
    inputs: ({ done, failed }) => ({
      runPipeline: { pipeline: 'p-premiums', timeoutMinutes: 10 },
      getPipelineRun: { pipeline: 'p-premiums', execution: failed },
      rerunFailedRun: { pipeline: 'p-premiums', execution: failed, timeoutMinutes: 10 },
      downloadPipelineOutput: { pipeline: 'p-premiums', execution: done, output: 'Premiums' },
      downloadDataset: { dataset: sandboxAccounts.quantemplate.claimsDatasetId },
      uploadDataset: { dataset: sandboxAccounts.quantemplate.claimsDatasetId, file: 'policy,paid\n1,2\n' },
      pipelineRunFinished: { pipeline: 'p-premiums' },
    }),
  },
  {
    service: slack,
    plan: { service: '', name: '' },
    inputs: () => ({
      sendMessage: { channel: 'data-team', text: 'Loaded.' },
      uploadFile: { channel: sandboxAccounts.slack.userId, from: 'text', content: 'a,b\n1,2\n', fileName: 'a.csv' },
      downloadFile: { file: sandboxAccounts.slack.fileId },
      postRunCard: { channel, run },
      drawRunTimeline: { run },
      findChannel: { name: 'data' },
      findUserByEmail: { email: sandboxAccounts.slack.userEmail },
    }),
  },
];
