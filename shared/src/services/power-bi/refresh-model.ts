import * as v from 'valibot';
import { boolean, integer, list, option, withInfo } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { whether } from '../../host/wording.ts';
import { unexpectedResponse } from '../../http/response-schema.ts';
import { runBranches } from '../../runs/branches.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runFields, runReference, simpleRun } from '../../runs/report.ts';
import { isFinished, type Run } from '../../runs/run.ts';
import { startFields, startKeyOf } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { service } from './api.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { modelField, openModel, type Model } from './models.ts';
import { parseObject } from './refresh-shapes.ts';
import { refreshesOf, refreshesPath, sampleRefresh } from './refreshes.ts';
import { workspaceField } from './workspaces.ts';

const { reuseActiveRun, ...keyFields } = startFields;

const refreshFields = {
  tables: v.optional(
    list({
      label: 'Tables',
      help: 'Names of the tables to refresh, one per line; Claims[2026] is the partition 2026 of the table Claims. Leave empty to refresh the whole semantic model.',
      placeholder: 'Claims',
      multiline: true,
    }),
  ),
  type: v.optional(
    option(
      [
        { value: 'full', label: 'Full', description: 'Load all data again and recalculate' },
        { value: 'automatic', label: 'Automatic', description: 'Load and recalculate only what is not up to date' },
        { value: 'dataOnly', label: 'Data Only', description: 'Load all data again, without recalculating' },
        { value: 'calculate', label: 'Calculate', description: 'Recalculate without loading data' },
        { value: 'clearValues', label: 'Clear Values', description: 'Delete the data' },
        { value: 'defragment', label: 'Defragment', description: 'Compact the dictionaries of the columns' },
      ],
      { label: 'Refresh Type', help: 'How Power BI processes the tables.', advanced: true },
    ),
    'full',
  ),
  applyRefreshPolicy: v.optional(
    boolean({
      label: 'Apply Refresh Policy',
      help: whether(
        'apply the incremental refresh policies of the tables. Otherwise all existing partitions are refreshed.',
      ),
      advanced: true,
    }),
    true,
  ),
  retryCount: v.optional(
    integer({
      label: 'Retry Count',
      help: 'How often Power BI tries again if the refresh fails.',
      minimum: 0,
      maximum: 10,
      advanced: true,
    }),
    0,
  ),
  maxParallelism: v.optional(
    integer({
      label: 'Max Parallelism',
      help: 'Maximum number of tables and partitions that Power BI refreshes at the same time.',
      minimum: 1,
      maximum: 100,
      advanced: true,
    }),
    10,
  ),
};

/** The refresh ID in the Location of an accepted start; Power BI sends none if the model is not on a capacity. */
function readStarted({ headers, status }: HttpResponse, { name, url }: Model): Run {
  const id = /\/refreshes\/([0-9a-f-]{36})\/?$/i.exec(headers['location'] ?? '')?.[1];
  if (id === undefined) throw unexpectedResponse(service, 'Power BI returned no ID of the refresh.', status);
  return runReference({ id, service, name, url, status: 'queued', vendorStatus: 'NotStarted' });
}

/** The error for a model that is being refreshed already. */
function busyModel({ name }: Model, active: Run | undefined, isReusing: boolean): PipewrightError {
  const { refreshType } = active?.details ?? {};
  const since = active?.startedAt ? ` since ${active.startedAt}` : '';
  const which = active ? ` (${active.id}${refreshType ? `, ${String(refreshType)}` : ''}${since})` : '';
  return new PipewrightError({
    code: 'conflict',
    service,
    message: `Power BI did not start the refresh, because another refresh of semantic model ${name} is active${which}.`,
    hint: isReusing
      ? 'The active refresh has another type or covers other tables, so it was not used. Run this step again when it has finished.'
      : 'Run this step again when it has finished, or turn on Reuse Active Run to use the active refresh.',
  });
}

/**
 * Starts an enhanced refresh, which requires a workspace on a capacity. Power BI accepts no idempotency key and refreshes a model
 * once at a time; a start while another refresh is active is rejected.
 * @see https://learn.microsoft.com/power-bi/connect-data/asynchronous-refresh
 */
export const refreshSemanticModel = defineAction<PowerBiConnection>()({
  key: 'refreshSemanticModel',
  name: 'Refresh Semantic Model',
  resource: 'Refresh',
  description:
    'Refreshes a semantic model or some of its tables and optionally waits for it to finish. Requires a Premium, Embedded or Fabric capacity.',
  effect: 'unsafe',
  input: {
    workspace: workspaceField,
    model: modelField,
    ...refreshFields,
    ...waitFields,
    ...keyFields,
    reuseActiveRun: withInfo(reuseActiveRun, {
      help: whether(
        'use an active refresh of the same type that covers the tables, instead of failing: Power BI refreshes a model once at a time. Power BI does not report whether an active refresh covers the whole model.',
      ),
    }),
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleRefresh,
  async run(input, context) {
    const { host } = context;
    const model = await openModel(input, context);
    const objects = (input.tables ?? []).map(parseObject);
    const provider = refreshesOf(model, objects, input.type);
    const parameters = { type: input.type };
    const start = async (): Promise<Run> => {
      const { type, applyRefreshPolicy, retryCount, maxParallelism } = input;
      const json = {
        type,
        commitMode: 'transactional',
        applyRefreshPolicy,
        retryCount,
        maxParallelism,
        objects: objects.length > 0 ? objects : undefined,
      };
      try {
        return readStarted(await model.api.send('POST', refreshesPath(model), { json }), model);
      } catch (error) {
        if (!(error instanceof PipewrightError && error.code === 'conflict')) throw error;
        const active = (await provider.recent()).filter(({ status }) => !isFinished(status));
        const usable = input.reuseActiveRun ? active.find((run) => run.parameters['type'] === type) : undefined;
        if (usable) return { ...usable, reused: true };
        throw busyModel(model, active[0], input.reuseActiveRun);
      }
    };
    const run = await startOnce(host, {
      provider,
      startKey: startKeyOf(host, input),
      reuseActiveRun: input.reuseActiveRun,
      // A refresh of the whole model is not told apart from one of some tables, so all starts of a model are rivals.
      scope: 'semantic model',
      parameters,
      start,
    });
    return followRun(host, provider, run, input);
  },
});
