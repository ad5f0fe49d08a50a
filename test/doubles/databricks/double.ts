import type { AnswerCases } from '../server/answer-cases.ts';
import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import type { Runnable } from '../server/runnable.ts';
import { databricksAccount } from './account.ts';
import { databricks } from './databricks.ts';
import { DatabricksRuns } from './runs.ts';

const { jobId } = databricksAccount;

const jobs: Runnable<{ runs: DatabricksRuns }> = {
  name: 'Databricks',
  service: 'databricks',
  operation: 'runJob',
  input: { job: jobId },
  plan: { service: 'databricks', name: jobId },
  start: /\/databricks\/.*\/run-now$/,
  status: { method: 'GET', path: /\/databricks\/.*\/runs\/get$/ },
  started: ({ runs }) => runs.all.map(({ id }) => id),
  cancel({ runs }, id) {
    const run = runs.all.find((one) => one.id === id);
    if (run) runs.cancel(run);
  },
  isCancelled: ({ runs }, id) => runs.all.find((run) => run.id === id)?.cancelledAt !== undefined,
  canCancel: true,
  unknownStatus: (id) => ({ run_id: id, run_name: 'Monthly report', state: { life_cycle_state: 'RETICULATING' } }),
  child: {
    input: { job: jobId },
    plan: { service: 'databricks', name: jobId },
    message: /failed at “report”: The source does not answer/,
  },
};

const answerCases: AnswerCases = {
  service: 'databricks',
  start: { operation: 'runJob', input: { job: jobId }, plan: { service: 'databricks', name: jobId } },
  inputs: ({ done, failed, running }) => ({
    runJob: { job: jobId, timeoutMinutes: 10, parameters: {} },
    runNotebook: { notebook: '/Workspace/Shared/reports/monthly', timeoutMinutes: 10 },
    getRun: { run: failed },
    getRunOutput: { run: done },
    cancelRun: { run: running },
    rerunFailedRun: { run: failed, timeoutMinutes: 10 },
    findJob: { name: 'monthly' },
    downloadFile: { path: databricksAccount.filePath },
    jobRunFinished: {},
  }),
  status: { asked: /GET .*\/jobs\/runs\/get$/, path: /^state\.(result_state|life_cycle_state)$/ },
};

function addresses(baseUrl: string) {
  return {
    /** Workspace URL. */
    databricks: `${baseUrl}/databricks`,
  };
}

/** A Databricks workspace: jobs, runs and volumes. */
export const databricksDouble = {
  account: databricksAccount,
  addresses,
  connections(baseUrl: string) {
    const workspaceUrl = addresses(baseUrl).databricks;
    return { databricks: { workspaceUrl, token: databricksAccount.token, webhookSecret: 'a-long-secret-of-our-own' } };
  },
  runnables: [jobs],
  answerCases: [answerCases],
  start(context: SandboxContext) {
    const runs = new DatabricksRuns(context);
    return { state: { runs }, vendors: [databricks(context, runs)] };
  },
} satisfies Double;
