import type { Service } from '../../shared/src/define/service.ts';
import { dataFactory } from '../../shared/src/services/azure/data-factory/service.ts';
import { synapse } from '../../shared/src/services/azure/synapse/service.ts';
import { databricks } from '../../shared/src/services/databricks/service.ts';
import { dbt } from '../../shared/src/services/dbt/service.ts';
import { mode } from '../../shared/src/services/mode/service.ts';
import { quantemplate } from '../../shared/src/services/quantemplate/service.ts';
import { sandboxAccounts } from '../doubles/accounts.ts';
import type { Sandbox } from '../doubles/sandbox.ts';
import type { PipelineEngine } from '../doubles/azure/pipeline-engine.ts';

/** A kind of run at a vendor, and how to control it in the sandbox. */
export interface Vendor {
  name: string;
  service: Service;
  operation: string;
  input: Record<string, string>;
  /** Its name in the sandbox's run plans. */
  plan: { service: string; name: string };
  /** Matches the requests that start a run and read its status. */
  start: RegExp;
  status: { method: string; path: RegExp };
  /** IDs of the started runs, oldest first. */
  started(sandbox: Sandbox): string[];
  /** Cancels a run at the vendor. */
  cancel(sandbox: Sandbox, id: string): void;
  /** Whether cancellation of a run was requested. */
  isCancelled(sandbox: Sandbox, id: string): boolean;
  /** Whether the vendor's API can cancel a run. */
  canCancel: boolean;
  /** A run response with an unknown status. */
  strange(id: string): unknown;
  /** A run that fails in a nested step: input, plan, and the expected message. */
  child?: { input: Record<string, string>; plan: { service: string; name: string }; message: RegExp };
}

const { azure } = sandboxAccounts;

function pipelines(
  name: string,
  service: Service,
  home: Record<string, string>,
  engineOf: (sandbox: Sandbox) => PipelineEngine,
  planned: string,
): Vendor {
  const find = (sandbox: Sandbox, id: string) => engineOf(sandbox).runs.find((run) => run.id === id);
  return {
    name,
    service,
    operation: 'runPipeline',
    input: { ...home, pipeline: 'Load_sources' },
    plan: { service: planned, name: 'Load_sources' },
    start: new RegExp(`/${planned === 'synapse' ? 'synapse' : 'arm'}/.*createRun`),
    status: {
      method: 'GET',
      path: new RegExp(`/${planned === 'synapse' ? 'synapse' : 'arm'}/.*pipelineruns/[^/]+$`, 'i'),
    },
    started: (sandbox) =>
      engineOf(sandbox)
        .runs.filter(({ invokedBy }) => invokedBy.invokedByType === 'Manual')
        .map(({ id }) => id),
    cancel(sandbox, id) {
      const run = find(sandbox, id);
      if (run) engineOf(sandbox).cancel(run, true);
    },
    isCancelled: (sandbox, id) => find(sandbox, id)?.cancelledAt !== undefined,
    canCancel: true,
    strange: (id) => ({ runId: id, pipelineName: 'Load_sources', status: 'Reticulating' }),
    child: {
      input: { ...home, pipeline: 'Nightly_load' },
      plan: { service: planned, name: 'Load_sources' },
      message: /at “Load sources › [^”]+”: The source does not answer/,
    },
  };
}

/** Every kind of run that Pipewright can start. */
export const vendors: Vendor[] = [
  pipelines(
    'Data Factory',
    dataFactory,
    { factory: `${azure.resourceGroup}/${azure.factory}` },
    ({ world }) => world.azure.dataFactory,
    'data-factory',
  ),
  pipelines(
    'Synapse',
    synapse,
    { workspace: `${azure.resourceGroup}/${azure.workspace}` },
    ({ world }) => world.azure.synapse,
    'synapse',
  ),
  {
    name: 'Synapse Spark',
    service: synapse,
    operation: 'runSparkJob',
    input: {
      workspace: `${azure.resourceGroup}/${azure.workspace}`,
      pool: azure.sparkPool,
      name: 'Daily',
      file: 'abfss://data@lake.dfs.core.windows.net/daily.py',
    },
    plan: { service: 'spark', name: 'Daily' },
    start: /\/synapse\/.*\/batches$/,
    status: { method: 'GET', path: /\/synapse\/.*\/batches\/\d+$/ },
    started: ({ world }) => world.azure.spark.list().map(({ id }) => String(id)),
    cancel: ({ world }, id) => world.azure.spark.kill(Number(id)),
    isCancelled: ({ world }, id) =>
      world.azure.spark.list().some((job) => String(job['id']) === id && job['state'] === 'killed'),
    canCancel: true,
    strange: (id) => ({ id: Number(id), name: 'Daily', state: 'reticulating', result: 'Reticulating' }),
  },
  {
    name: 'dbt',
    service: dbt,
    operation: 'runJob',
    input: { job: String(sandboxAccounts.dbt.jobId) },
    plan: { service: 'dbt', name: String(sandboxAccounts.dbt.jobId) },
    start: /\/dbt\/.*\/run\/$/,
    status: { method: 'GET', path: /\/dbt\/.*\/runs\/\d+\/$/ },
    started: ({ world }) => world.dbt.runs.all.map(({ id }) => String(id)),
    cancel: ({ world }, id) => void world.dbt.runs.finish(Number(id), 'cancelled'),
    isCancelled: ({ world }, id) => world.dbt.runs.find(Number(id)).outcome === 'cancelled',
    canCancel: true,
    strange: (id) => ({
      data: { id: Number(id), status: 99, status_humanized: 'Reticulating' },
      status: { code: 200, is_success: true },
    }),
    child: {
      input: { job: String(sandboxAccounts.dbt.jobId) },
      plan: { service: 'dbt', name: String(sandboxAccounts.dbt.jobId) },
      message: /failed at “\w+”: .*The source does not answer/,
    },
  },
  {
    name: 'Databricks',
    service: databricks,
    operation: 'runJob',
    input: { job: sandboxAccounts.databricks.jobId },
    plan: { service: 'databricks', name: sandboxAccounts.databricks.jobId },
    start: /\/databricks\/.*\/run-now$/,
    status: { method: 'GET', path: /\/databricks\/.*\/runs\/get$/ },
    started: ({ world }) => world.databricks.runs.all.map(({ id }) => id),
    cancel({ world }, id) {
      const run = world.databricks.runs.all.find((one) => one.id === id);
      if (run) world.databricks.runs.cancel(run);
    },
    isCancelled: ({ world }, id) => world.databricks.runs.all.find((run) => run.id === id)?.cancelledAt !== undefined,
    canCancel: true,
    strange: (id) => ({ run_id: id, run_name: 'Monthly report', state: { life_cycle_state: 'RETICULATING' } }),
    child: {
      input: { job: sandboxAccounts.databricks.jobId },
      plan: { service: 'databricks', name: sandboxAccounts.databricks.jobId },
      message: /failed at “report”: The source does not answer/,
    },
  },
  {
    name: 'Mode',
    service: mode,
    operation: 'runReport',
    input: { report: sandboxAccounts.mode.reportToken },
    plan: { service: 'mode', name: sandboxAccounts.mode.reportToken },
    start: /\/mode\/.*\/runs$/,
    status: { method: 'GET', path: /\/mode\/.*\/runs\/\w+$/ },
    started: ({ world }) => world.mode.runs.all.map(({ token }) => token),
    cancel({ world }, id) {
      const run = world.mode.runs.all.find(({ token }) => token === id);
      if (run) world.mode.runs.cancel(run);
    },
    isCancelled: ({ world }, id) => world.mode.runs.all.find(({ token }) => token === id)?.cancelledAt !== undefined,
    canCancel: false,
    strange: (id) => ({ token: id, state: 'reticulating' }),
    child: {
      input: { report: sandboxAccounts.mode.reportToken },
      plan: { service: 'mode', name: sandboxAccounts.mode.reportToken },
      message: /failed at “[^”]+”: The source does not answer/,
    },
  },
  {
    name: 'Quantemplate',
    service: quantemplate,
    operation: 'runPipeline',
    input: { pipeline: 'p-premiums' },
    plan: { service: 'quantemplate', name: 'p-premiums' },
    start: /\/quantemplate\/.*\/executions$/,
    status: { method: 'GET', path: /\/quantemplate\/.*\/executions$/ },
    started: ({ world }) => world.quantemplate.executions.all.map(({ id }) => id),
    cancel({ world }, id) {
      const run = world.quantemplate.executions.all.find((one) => one.id === id);
      if (run) world.quantemplate.executions.cancel(run);
    },
    isCancelled: ({ world }, id) =>
      world.quantemplate.executions.all.find((one) => one.id === id)?.cancelledAt !== undefined,
    canCancel: false,
    strange: (id) => [{ id, status: 'Reticulating' }],
  },
];
