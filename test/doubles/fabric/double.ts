import type { AnswerCases } from '../server/answer-cases.ts';
import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import type { Runnable } from '../server/runnable.ts';
import { fabricAccount } from './account.ts';
import { fabric } from './fabric.ts';
import { FabricJobs } from './jobs.ts';

const { workspaceId: workspace, pipelineId, notebookId, sparkJobId } = fabricAccount;

const find = (jobs: FabricJobs, id: string) => jobs.all.find((job) => job.id === id);

function runnable(name: string, operation: string, item: string, child?: RegExp): Runnable<{ jobs: FabricJobs }> {
  const input = { workspace, item };
  const plan = { service: 'fabric', name: item };
  return {
    name,
    service: 'fabric',
    operation,
    input,
    plan,
    start: /\/fabric\/.*\/jobs\/\w+\/instances$/,
    status: { method: 'GET', path: /\/fabric\/.*\/jobs\/instances\/[^/]+$/ },
    started: ({ jobs }) => jobs.all.map(({ id }) => id),
    cancel({ jobs }, id) {
      const job = find(jobs, id);
      if (job) jobs.cancel(job);
    },
    isCancelled: ({ jobs }, id) => find(jobs, id)?.cancelledAt !== undefined,
    canCancel: true,
    rerunInput: { parametersOfRun: 'none' },
    hasSteps: child !== undefined,
    unknownStatus: (id) => ({ id, jobType: 'Pipeline', status: 'Reticulating' }),
    ...(child ? { child: { input, plan, message: child } } : {}),
  };
}

const answerCases: AnswerCases = {
  service: 'fabric',
  start: {
    operation: 'runPipeline',
    input: { workspace, item: pipelineId },
    plan: { service: 'fabric', name: pipelineId },
  },
  inputs: ({ failed, running }) => ({
    runPipeline: { workspace, item: pipelineId, timeoutMinutes: 10 },
    runNotebook: { workspace, item: notebookId, timeoutMinutes: 10, parameters: { reportDate: '2026-11-20' } },
    runSparkJob: { workspace, item: sparkJobId, timeoutMinutes: 10 },
    getJobRun: { workspace, item: pipelineId, run: failed },
    cancelJobRun: { workspace, item: pipelineId, run: running },
    rerunFailedRun: { workspace, item: pipelineId, run: failed, parametersOfRun: 'none', timeoutMinutes: 10 },
    findItem: { workspace, name: 'claims' },
    jobRunFinished: { workspace, item: pipelineId },
  }),
  status: { asked: /GET .*\/jobs\/instances\/[^/]+$/, path: /^status$/ },
};

function addresses(baseUrl: string) {
  return {
    /** Base URL; `/v1` follows. */
    fabric: `${baseUrl}/fabric`,
  };
}

/** A Fabric tenant: workspaces, items and their jobs. */
export const fabricDouble = {
  account: fabricAccount,
  addresses,
  connections(baseUrl: string) {
    const { tenantId, clientId, clientSecret } = fabricAccount;
    const address = addresses(baseUrl).fabric;
    return { fabric: { tenantId, clientId, clientSecret, authorityUrl: `${baseUrl}/entra`, address } };
  },
  runnables: [
    runnable('Fabric pipelines', 'runPipeline', pipelineId, /failed at “Check rows”: The source does not answer/),
    runnable('Fabric notebooks', 'runNotebook', notebookId),
  ],
  answerCases: [answerCases],
  start(context: SandboxContext) {
    const jobs = new FabricJobs(context);
    return {
      state: { jobs },
      vendors: [fabric(context, jobs)],
      runs: () => ({ fabric: jobs.all.map((job) => jobs.show(job)) }),
    };
  },
} satisfies Double;
