import type { AnswerCases } from '../server/answer-cases.ts';
import { azureAccount } from './account.ts';

const { resourceGroup, factory: factoryName, workspace: workspaceName, sparkPool } = azureAccount;

function pipelines(
  service: string,
  home: Record<string, string>,
  planned: string,
  more: Record<string, Record<string, unknown>>,
): AnswerCases {
  return {
    service,
    start: {
      operation: 'runPipeline',
      input: { ...home, pipeline: 'Load_sources' },
      plan: { service: planned, name: 'Load_sources' },
    },
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

const factory = { factory: `${resourceGroup}/${factoryName}` };
const workspace = { workspace: `${resourceGroup}/${workspaceName}` };
const pool = { ...workspace, pool: sparkPool };
const spark = { ...pool, name: 'Daily', file: 'abfss://data@lake.dfs.core.windows.net/daily.py' };
/** Data Factory and Synapse. */
export const answerCases: readonly AnswerCases[] = [
  pipelines('dataFactory', factory, 'data-factory', {
    findTrigger: factory,
    startTrigger: { ...factory, trigger: 'Every morning' },
    stopTrigger: { ...factory, trigger: 'Every morning' },
  }),
  {
    ...pipelines('synapse', workspace, 'synapse', { getWorkspace: { workspace: workspaceName } }),
    without: ['runSparkJob', 'getSparkJob', 'rerunFailedJob', 'sparkJobFinished'],
  },
  {
    service: 'synapse',
    start: { operation: 'runSparkJob', input: spark, plan: { service: 'spark', name: 'Daily' } },
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
];
