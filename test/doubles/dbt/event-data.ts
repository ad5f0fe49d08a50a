import { iso } from '../server/context.ts';
import type { DbtRun } from './dbt-run.ts';
import { dbtEnvironment, dbtProject } from './world.ts';

const second = (milliseconds: number): string => iso(milliseconds).replace(/\.\d+Z/, 'Z');

/** Data of a dbt event about a run. */
export function runData(type: string, run: DbtRun, code: number): Record<string, unknown> {
  const finished = run.finishedAt === undefined ? undefined : second(run.finishedAt);
  const status: Record<number, string> = { 3: 'Running', 10: 'Success', 20: 'Errored', 30: 'Cancelled' };
  return {
    jobId: String(run.job.id),
    jobName: run.job.name,
    runId: String(run.id),
    environmentId: String(dbtEnvironment.id),
    environmentName: dbtEnvironment.name,
    dbtVersion: '1.9.0',
    projectName: dbtProject.name,
    projectId: String(dbtProject.id),
    runStatus: status[code],
    runStatusCode: code,
    runStatusMessage: (code === 20 && run.plan.failure?.message) || 'None',
    runReason: String(run.trigger['cause'] ?? ''),
    runStartedAt: second(run.startedAt ?? run.createdAt),
    ...(finished && type === 'job.run.completed' ? { runFinishedAt: finished } : {}),
    ...(finished && type === 'job.run.errored' ? { runErroredAt: finished } : {}),
  };
}

/** Fixed values of dbt's test event. */
export const sampleData = {
  jobId: '123',
  jobName: 'Daily Job (dbt build)',
  runId: '12345',
  environmentId: '1234',
  environmentName: 'Production',
  dbtVersion: '1.0.0',
  projectName: 'Snowflake Github Demo',
  projectId: '167194',
  runStatus: 'Running',
  runStatusCode: 3,
  runStatusMessage: 'None',
  runReason: 'Kicked off from the UI by test@test.com',
  runStartedAt: '2023-01-31T19:28:07Z',
};
