import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { unexpectedResponse } from '../../http/response-schema.ts';
import { runReference } from '../../runs/report.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { service } from './api.ts';
import type { Model } from './models.ts';
import type { RefreshObject } from './refresh-shapes.ts';
import { refreshesPath, type Refreshes } from './refreshes.ts';

/** A refresh to start. */
export interface RefreshStart {
  type: string;
  /** Empty: the whole model. */
  objects: readonly RefreshObject[];
  applyRefreshPolicy: boolean;
  retryCount: number;
  maxParallelism: number;
}

/** What is refreshed, for all starts of a model: a refresh of the whole model is not told apart from one of some tables. */
export const refreshScope = 'semantic model';

/** The refresh ID in the Location of an accepted start; Power BI sends none if the model is not on a capacity. */
function readStarted({ headers, status }: HttpResponse, { name, url }: Model): Run {
  const id = /\/refreshes\/([0-9a-f-]{36})\/?$/i.exec(headers['location'] ?? '')?.[1];
  if (id === undefined) throw unexpectedResponse(service, 'Power BI returned no ID of the refresh.', status);
  return runReference({ id, service, name, url, status: 'queued', vendorStatus: 'NotStarted' });
}

/** The error for a model that is being refreshed already. */
function busyModel({ name }: Model, active: Run | undefined, isReusing?: boolean): PipewrightError {
  const { refreshType } = active?.details ?? {};
  const since = active?.startedAt ? ` since ${active.startedAt}` : '';
  const which = active ? ` (${active.id}${refreshType ? `, ${String(refreshType)}` : ''}${since})` : '';
  return new PipewrightError({
    code: 'conflict',
    service,
    message: `Power BI did not start the refresh, because another refresh of semantic model ${name} is active${which}.`,
    hint: isReusing
      ? 'The active refresh has another type or covers other tables, so it was not used. Run this step again when it has finished.'
      : `Run this step again when it has finished${isReusing === undefined ? '.' : ', or turn on Reuse Active Run to use the active refresh.'}`,
  });
}

/**
 * Starts an enhanced refresh of a model, or uses the active one.
 * @param provider the refreshes of the model
 * @param isReusing whether an active refresh of the same type is used; undefined if the step has no such field
 * @throws PipewrightError `conflict` if another refresh is active
 */
export async function startRefresh(
  model: Model,
  { objects, ...settings }: RefreshStart,
  provider: Refreshes,
  isReusing?: boolean,
): Promise<Run> {
  const json = { ...settings, commitMode: 'transactional', objects: objects.length > 0 ? objects : undefined };
  try {
    return readStarted(await model.api.send('POST', refreshesPath(model), { json }), model);
  } catch (error) {
    if (!(error instanceof PipewrightError && error.code === 'conflict')) throw error;
    const active = (await provider.recent()).filter(({ status }) => !isFinished(status));
    const usable = isReusing ? active.find((run) => run.parameters['type'] === settings.type) : undefined;
    if (usable) return { ...usable, reused: true };
    throw busyModel(model, active[0], isReusing);
  }
}
