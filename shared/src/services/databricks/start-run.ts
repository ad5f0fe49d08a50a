import * as v from 'valibot';
import { runIdShape } from '../../http/response-schema.ts';
import type { Context } from '../../define/context.ts';
import { runReference, type RunReport } from '../../runs/report.ts';
import type { Run } from '../../runs/run.ts';
import { startKeyOf, type KeyChoices, type StartKey } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import type { WaitChoices } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/follow-run.ts';
import { openDatabricks, service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobRuns } from './runs.ts';

const startedShape = v.object({ run_id: runIdShape });

/** A run to start. */
interface DatabricksStart {
  /** For messages: `job 910`. */
  what: string;
  path: string;
  body: Record<string, unknown>;
  /** The job ID, for job runs. */
  job?: string;
  keyChoices: KeyChoices;
  reuseActiveRun?: boolean;
  parameters: Record<string, string>;
  choices: WaitChoices;
}

/**
 * Starts a run with an idempotency token (up to 64 characters). Databricks returns the existing run for a repeated token, so
 * an unconfirmed start is simply sent again.
 * @see https://docs.databricks.com/api/workspace/jobs/runnow
 */
export async function startDatabricksRun(
  { what, path, body, job, keyChoices, reuseActiveRun, parameters, choices }: DatabricksStart,
  context: Context<DatabricksConnection>,
): Promise<RunReport> {
  const { host } = context;
  const provider = jobRuns(context, what, { job });
  const startKey = startKeyOf(host, keyChoices, what);
  const start = async ({ tag }: StartKey): Promise<Run> => {
    const json = { ...body, idempotency_token: `pipewright-${tag}` };
    const { run_id: id } = await openDatabricks(context).json('POST', path, startedShape, {
      json,
      effect: 'idempotent',
    });
    return runReference({ id, service, name: what, status: 'queued', vendorStatus: 'PENDING' });
  };
  const run = await startOnce(host, {
    provider,
    startKey,
    reuseActiveRun,
    parameters,
    start,
    isIdempotent: true,
    // A repeated token returns the run of the first start.
    findLost: start,
  });
  return followRun(host, provider, run, { ...choices, startKey: keyChoices.startKey });
}
