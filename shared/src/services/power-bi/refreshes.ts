import * as v from 'valibot';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { PipewrightError } from '../../host/error.ts';
import type { RunProvider } from '../../runs/provider.ts';
import { recentRunChoices } from '../../runs/run-choices.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { isSameRunId } from '../../runs/same-run-id.ts';
import { service } from './api.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { powerBiCauses } from './known-causes.ts';
import { openModel, type Model } from './models.ts';
import {
  covers,
  historyEntryShape,
  isEnhanced,
  isStartedByCall,
  objectName,
  readDetails,
  readHistoryEntry,
  refreshDetailsShape,
  type RefreshObject,
  type VendorRefresh,
} from './refresh-shapes.ts';

/** The most entries that Power BI keeps in the history of a model. */
const maxHistory = 60;

/** The path of the refreshes of a model, or of one refresh. */
export function refreshesPath({ path }: Model, id?: string): string {
  return `${path}/refreshes${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}

/**
 * Reads the refresh history of a model, newest first.
 * @see https://learn.microsoft.com/rest/api/power-bi/datasets/get-refresh-history-in-group
 */
export async function readHistory(model: Model, endsAt?: number): Promise<VendorRefresh[]> {
  const shape = v.object({ value: v.array(historyEntryShape) });
  const { value } = await model.api.json('GET', refreshesPath(model), shape, { query: { $top: maxHistory }, endsAt });
  return value;
}

/**
 * Reads an enhanced refresh with its tables and partitions.
 * @see https://learn.microsoft.com/rest/api/power-bi/datasets/get-refresh-execution-details-in-group
 */
export async function readEnhanced(model: Model, id: string, endsAt?: number): Promise<Run> {
  return readDetails(id, await model.api.json('GET', refreshesPath(model, id), refreshDetailsShape, { endsAt }), model);
}

/** Whether the API may have no details of a refresh, because it is not an enhanced one. */
const hasNoDetails = (error: unknown): boolean =>
  error instanceof PipewrightError && (error.code === 'not-found' || error.code === 'invalid-input');

/** Refreshes of a model as a run provider. */
export interface Refreshes extends RunProvider {
  recent(): Promise<Run[]>;
}

/**
 * The refreshes of a model. The history does not contain their parameters, so the details of the newest and of active enhanced
 * refreshes are read; Power BI refreshes a model once at a time.
 * @param requested the tables of the refresh to start; a refresh that covers them counts as one with these parameters
 * @param type the type of the refresh to start
 */
export function refreshesOf(model: Model, requested: readonly RefreshObject[] = [], type = 'full'): Refreshes {
  // Other tables or another type are another job, although the model is the same.
  const part = [
    ...requested.map(({ table, partition }) => objectName(table, partition)),
    ...(type === 'full' ? [] : [type]),
  ];
  const withParameters = (run: Run): Run =>
    covers(run, requested) ? run : { ...run, parameters: { ...run.parameters, type: undefined } };
  const read = async (entry: VendorRefresh, index: number): Promise<Run> => {
    const run = readHistoryEntry(entry, model);
    if (!isEnhanced(entry) || (index > 0 && isFinished(run.status))) return run;
    return readEnhanced(model, entry.requestId).catch(() => run);
  };
  const readAll = async (entries: VendorRefresh[]): Promise<Run[]> =>
    (await Promise.all(entries.map(read))).map(withParameters);
  return {
    service,
    namespace: `${model.api.baseUrl}${model.path}`,
    knownCauses: powerBiCauses,
    displayName: `semantic model ${model.name}${part.length > 0 ? ` (${part.join(', ')})` : ''}`,
    async get(id, { endsAt } = {}) {
      try {
        return await readEnhanced(model, id, endsAt);
      } catch (error) {
        if (!hasNoDetails(error)) throw error;
        const entry = (await readHistory(model, endsAt)).find(({ requestId }) => isSameRunId(requestId, id));
        if (!entry) throw error;
        return readHistoryEntry(entry, model);
      }
    },
    recent: async () => readAll(await readHistory(model)),
    startedByCall: async () => readAll((await readHistory(model)).filter(isStartedByCall)),
    async cancel(id) {
      await model.api.send('DELETE', refreshesPath(model, id), { effect: 'idempotent', afterStop: true });
    },
  };
}

/** Field for the Run ID of a refresh. */
export const runField = text({
  label: 'Run ID',
  help: 'Select a recent refresh, or enter the Run ID from a previous step.',
  placeholder: '1344a272-7893-4afa-a4b3-3fb87222fdac',
  choices: recentRunChoices<PowerBiConnection>(
    ['workspace', 'model'],
    async (input, context: Context<PowerBiConnection>) => {
      const model = await openModel({ workspace: String(input['workspace']), model: String(input['model']) }, context);
      return (await readHistory(model)).map((entry) => readHistoryEntry(entry, model));
    },
  ),
});

/** Sample refresh for forms and documentation. */
export const sampleRefresh = {
  id: '1344a272-7893-4afa-a4b3-3fb87222fdac',
  service,
  name: 'Claims overview',
  status: 'succeeded' as const,
  vendorStatus: 'Completed',
  finished: true,
  succeeded: true,
  startedAt: '2026-11-20T08:05:00.000Z',
  finishedAt: '2026-11-20T08:09:12.000Z',
  durationSeconds: 252,
  url: 'https://app.powerbi.com/groups/f089354e-8366-4e18-aea3-4cb4a3a50b48/datasets/cfafbeb1-8037-4d0c-896e-a46fb27ff229/details',
  parameters: { type: 'full' },
  steps: [{ name: 'Claims', type: 'Table', status: 'succeeded' }],
  details: { refreshType: 'ViaEnhancedApi' },
};
