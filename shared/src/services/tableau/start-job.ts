import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { option, withInfo } from '../../define/fields.ts';
import type { Values } from '../../define/operation.ts';
import { PipewrightError } from '../../host/error.ts';
import { whether } from '../../host/wording.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runReference, type RunReport } from '../../runs/report.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { startFields, startKeyOf } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { openSite, requireVersion, service } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentKinds, contentPath, readContent, type Content, type ContentKind } from './content.ts';
import { jobShape, type RefreshType } from './job-shapes.ts';
import { jobsOf } from './jobs.ts';

const { reuseActiveRun, ...keyFields } = startFields;

/** Input fields of every operation that starts a job. */
export const startJobFields = {
  refreshType: v.optional(
    option(
      [
        { value: 'full', label: 'Full', description: 'Load all data again' },
        {
          value: 'incremental',
          label: 'Incremental',
          description: 'Load only new rows, where Tableau is set up for it',
        },
      ],
      {
        label: 'Refresh Type',
        help: 'What Tableau loads. Incremental requires Tableau Cloud or a server with version 3.25 of the REST API.',
        advanced: true,
      },
    ),
    'full',
  ),
  ...waitFields,
  ...keyFields,
  reuseActiveRun: withInfo(reuseActiveRun, {
    help: whether(
      'use a job of the same type that is already queued or running, instead of failing: Tableau queues one at a time. Requires a site administrator.',
    ),
  }),
};

/** The checked values of `startJobFields`. */
export type StartJobInput = Values<typeof startJobFields>;

/** How a kind of content is started. */
interface StartJob {
  kind: ContentKind;
  /** Name of the action in the path of the API. */
  action: 'refresh' | 'run';
  /** The body of the request. */
  body(id: string, refreshType: RefreshType): object;
}

/** The body that refreshes the extracts of a workbook or data source. */
export const refreshBody = (_id: string, refreshType: RefreshType): object =>
  refreshType === 'incremental' ? { extractRefresh: { incremental: true } } : {};

/** The error for content with an active job. */
function busy({ kind, name }: Content, active: Run | undefined, isReusing: boolean): PipewrightError {
  const which = active ? ` (${active.id}, queued at ${active.startedAt ?? 'an unknown time'})` : '';
  const reuse = 'or turn on Reuse Active Run to use the active job, which requires a site administrator.';
  return new PipewrightError({
    code: 'conflict',
    service,
    message: `Tableau did not start the job, because another one for the ${contentKinds[kind].noun} ${name} is queued or running${which}.`,
    hint: isReusing
      ? 'The active job was not found in the list of jobs, or has another refresh type, so it was not used. Run this step again when it has finished.'
      : `Run this step again when it has finished, ${reuse}`,
  });
}

/**
 * Starts a job and optionally waits for it. Tableau accepts no idempotency key; while a job for the same content is queued, it
 * answers 409093 without the ID of that job, which is then searched in the list of jobs.
 */
export async function startJob(
  { kind, action, body }: StartJob,
  id: string,
  input: StartJobInput,
  context: Context<TableauConnection>,
): Promise<RunReport> {
  const { host } = context;
  const site = await openSite(context);
  const { refreshType } = input;
  if (refreshType === 'incremental') requireVersion(site, '3.25', 'Refresh Type “Incremental”');
  const content = await readContent(site, kind, id);
  const provider = jobsOf(site, content, refreshType, () => host.now());
  const parameters = kind === 'flow' ? {} : { refreshType };
  const start = async (): Promise<Run> => {
    const { name, url } = content;
    try {
      const json = body(id, refreshType);
      const { job } = await site.api.json('POST', contentPath(kind, id, action), jobShape, { json });
      return runReference({
        id: job.id,
        service,
        name,
        status: 'queued',
        vendorStatus: 'Pending',
        ...(url ? { url } : {}),
      });
    } catch (error) {
      if (!(error instanceof PipewrightError && error.code === 'conflict')) throw error;
      const isReusing = input.reuseActiveRun;
      // Without Reuse Active Run, the ID only completes the message, and the user may not be allowed to list jobs.
      const recent = await provider.recent().catch((reason: unknown) => {
        if (isReusing) throw reason;
        return [];
      });
      const active = recent.filter(({ status }) => !isFinished(status));
      const usable = isReusing
        ? active.find((run) => kind === 'flow' || run.parameters['refreshType'] === refreshType)
        : undefined;
      if (usable) return { ...usable, reused: true };
      throw busy(content, active[0], isReusing);
    }
  };
  const run = await startOnce(host, {
    provider,
    startKey: startKeyOf(host, input),
    reuseActiveRun: input.reuseActiveRun,
    scope: `${kind} ${content.id}`,
    parameters,
    start,
  });
  // The durations of recent jobs would cost more requests than they save.
  const { recent: _recent, ...waited } = provider;
  return followRun(host, waited, run, input);
}
