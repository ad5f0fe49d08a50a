import * as v from 'valibot';
import { runIdShape } from '../../http/answer-shape.ts';
import type { Context } from '../../define/context.ts';
import type { RunReport } from '../../runs/report.ts';
import { pointedToRun } from '../../runs/report.ts';
import type { Run } from '../../runs/run.ts';
import { startKeyOf } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import type { WaitChoices } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/wait-for-run.ts';
import { openDatabricks, service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobRuns } from './runs.ts';

const startedShape = v.object({ run_id: runIdShape });

/** What is started, and how. */
interface DatabricksStart {
  /** For messages: `job 910`. */
  what: string;
  path: string;
  body: Record<string, unknown>;
  /** The job, where it is one. */
  job?: string;
  startKey: string | undefined;
  reuse?: boolean;
  parameters: Record<string, string>;
  choices: WaitChoices;
}

/**
 * Starts a run with a token of at most 64 characters: Databricks gives back the run that a token started before, so that a
 * start whose answer was lost is simply sent again.
 * @see https://docs.databricks.com/api/workspace/jobs/runnow
 */
export async function startDatabricksRun(
  { what, path, body, job, startKey: typed, reuse, parameters, choices }: DatabricksStart,
  context: Context<DatabricksConnection>,
): Promise<RunReport> {
  const { host } = context;
  const provider = jobRuns(context, what, { job });
  const startKey = startKeyOf(host, typed, what);
  const start = async (): Promise<Run> => {
    const json = { ...body, idempotency_token: `pipewright-${startKey.tag}` };
    const { run_id: id } = await openDatabricks(context).json('POST', path, startedShape, {
      json,
      effect: 'idempotent',
    });
    return pointedToRun({ id, service, name: what, status: 'queued', vendorStatus: 'PENDING' });
  };
  const run = await startOnce(host, {
    provider,
    startKey,
    reuse,
    parameters,
    start,
    // The token makes a second start return the run of the first one.
    findLost: start,
  });
  return followRun(host, provider, run, choices);
}
