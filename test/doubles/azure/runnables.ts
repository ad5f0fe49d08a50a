import type { Runnable } from '../server/runnable.ts';
import { azureAccount } from './account.ts';
import type { LivyBatches } from './livy-batches.ts';
import type { PipelineEngine } from './pipeline-engine.ts';

interface State {
  dataFactory: PipelineEngine;
  synapse: PipelineEngine;
  spark: LivyBatches;
}

const { resourceGroup, factory, workspace, sparkPool } = azureAccount;

function pipelines(
  name: string,
  service: string,
  home: Record<string, string>,
  engineOf: (state: State) => PipelineEngine,
  planned: string,
): Runnable<State> {
  const find = (state: State, id: string) => engineOf(state).runs.find((run) => run.id === id);
  const prefix = planned === 'synapse' ? 'synapse' : 'arm';
  return {
    name,
    service,
    operation: 'runPipeline',
    input: { ...home, pipeline: 'Load_sources' },
    plan: { service: planned, name: 'Load_sources' },
    start: new RegExp(`/${prefix}/.*createRun`),
    status: { method: 'GET', path: new RegExp(`/${prefix}/.*pipelineruns/[^/]+$`, 'i') },
    started: (state) =>
      engineOf(state)
        .runs.filter(({ invokedBy }) => invokedBy.invokedByType === 'Manual')
        .map(({ id }) => id),
    cancel(state, id) {
      const run = find(state, id);
      if (run) engineOf(state).cancel(run, true);
    },
    isCancelled: (state, id) => find(state, id)?.cancelledAt !== undefined,
    canCancel: true,
    unknownStatus: (id) => ({ runId: id, pipelineName: 'Load_sources', status: 'Reticulating' }),
    child: {
      input: { ...home, pipeline: 'Nightly_load' },
      plan: { service: planned, name: 'Load_sources' },
      message: /at “Load sources › [^”]+”: The source does not answer/,
    },
  };
}

/** Pipelines of Data Factory and Synapse, and Spark jobs. */
export const runnables: readonly Runnable<State>[] = [
  pipelines(
    'Data Factory',
    'dataFactory',
    { factory: `${resourceGroup}/${factory}` },
    ({ dataFactory }) => dataFactory,
    'data-factory',
  ),
  pipelines('Synapse', 'synapse', { workspace: `${resourceGroup}/${workspace}` }, ({ synapse }) => synapse, 'synapse'),
  {
    name: 'Synapse Spark',
    service: 'synapse',
    operation: 'runSparkJob',
    input: {
      workspace: `${resourceGroup}/${workspace}`,
      pool: sparkPool,
      name: 'Daily',
      file: 'abfss://data@lake.dfs.core.windows.net/daily.py',
    },
    plan: { service: 'spark', name: 'Daily' },
    start: /\/synapse\/.*\/batches$/,
    status: { method: 'GET', path: /\/synapse\/.*\/batches\/\d+$/ },
    started: ({ spark }) => spark.list().map(({ id }) => String(id)),
    cancel: ({ spark }, id) => spark.kill(Number(id)),
    isCancelled: ({ spark }, id) => spark.list().some((job) => String(job['id']) === id && job['state'] === 'killed'),
    canCancel: true,
    unknownStatus: (id) => ({ id: Number(id), name: 'Daily', state: 'reticulating', result: 'Reticulating' }),
  },
];
