import type { Context } from '../../define/context.ts';
import { withInfo } from '../../define/fields.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { whether } from '../../host/wording.ts';
import { unexpectedResponse } from '../../http/response-schema.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runReference, type RunReport } from '../../runs/report.ts';
import type { Run } from '../../runs/run.ts';
import { startFields, startKeyOf, type KeyChoices } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import type { WaitChoices } from '../../runs/wait-fields.ts';
import { service } from './api.ts';
import type { FabricConnection } from './connection-fields.ts';
import { openItem, type Item, type ItemKind } from './items.ts';
import { jobsOf } from './jobs.ts';

/** Input fields of every operation that starts a job. */
export const startJobFields = {
  ...startFields,
  reuseActiveRun: withInfo(startFields.reuseActiveRun, {
    help: whether(
      'use an active run of the item, if there is one, instead of starting another. Fabric does not report the parameters of a run, so a step with parameters always starts one.',
    ),
  }),
};

/** A job to start. */
interface JobStart {
  kind: ItemKind;
  /** Sent as `executionData`; undefined values are omitted. */
  executionData: Record<string, unknown>;
  /** What the user entered for the run. */
  parameters: Record<string, unknown>;
}

/** The ID of an accepted job, from the URL of the job or its own header. */
function readStarted({ headers, status }: HttpResponse, { name, type }: Item): Run {
  const ids = [headers['location']?.split(/[?#]/)[0]?.split('/').pop(), headers['x-ms-job-id']];
  const id = ids.find((one) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(one ?? ''));
  if (id === undefined) throw unexpectedResponse(service, 'Fabric returned no ID of the run.', status);
  const details = { itemType: type };
  return runReference({ id, service, name, status: 'queued', vendorStatus: 'NotStarted', details });
}

/**
 * Sends the request that starts a job.
 * @param executionData undefined values are omitted
 * @see https://learn.microsoft.com/rest/api/fabric/core/job-scheduler/run-on-demand-item-job
 */
export async function sendStart(item: Item, kind: ItemKind, executionData: Record<string, unknown>): Promise<Run> {
  const json = Object.values(executionData).some((value) => value !== undefined) ? { executionData } : {};
  const path = `${item.path}/jobs/${kind.jobType}/instances`;
  return readStarted(await item.api.send('POST', path, { json }), item);
}

/**
 * Starts a job. Fabric accepts no idempotency key and does not report parameters: after a lost response, a run is used only if it is
 * the only one that began since and the step has no parameters.
 */
export async function startJob(
  { kind, executionData, parameters }: JobStart,
  input: WaitChoices & KeyChoices & { workspace: string; item: string; reuseActiveRun: boolean },
  context: Context<FabricConnection>,
): Promise<RunReport> {
  const { host } = context;
  const item = await openItem(input.workspace, input.item, context);
  if (item.type !== kind.type) {
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `“${item.name}” is not a ${kind.noun}; its type is ${item.type}.`,
      hint: `Select a ${kind.noun} from the list.`,
    });
  }
  const provider = jobsOf(item, host);
  const run = await startOnce(host, {
    provider,
    startKey: startKeyOf(host, input),
    reuseActiveRun: input.reuseActiveRun,
    parameters,
    start: () => sendStart(item, kind, executionData),
  });
  return followRun(host, provider, run, input);
}
