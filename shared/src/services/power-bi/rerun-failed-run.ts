import { defineAction } from '../../define/operation.ts';
import { withInfo } from '../../define/fields.ts';
import { PipewrightError } from '../../host/error.ts';
import { rerunBranches } from '../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun } from '../../runs/rerun.ts';
import type { Run } from '../../runs/run.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { service } from './api.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { modelField, openModel } from './models.ts';
import { processingFields, refreshTypes } from './refresh-fields.ts';
import { coversWholeModel, objectName, parseObject, type RefreshObject } from './refresh-shapes.ts';
import { refreshesOf, runField, sampleRefresh } from './refreshes.ts';
import { refreshScope, startRefresh } from './start-refresh.ts';
import { workspaceField } from './workspaces.ts';

const unreported = ' Power BI does not report this setting of the failed refresh.';

function unknownScope(id: string, what: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: `Power BI does not report ${what} of refresh ${id}, so it cannot be repeated.`,
    hint: 'Use Refresh Semantic Model, where you select the tables and the type.',
  });
}

function unclearName(id: string, name: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The table and its partition cannot be told apart in “${name}” of refresh ${id}, so it cannot be repeated.`,
    hint: 'Use Refresh Semantic Model, and select the whole table.',
  });
}

/**
 * The type, tables and partitions of a refresh.
 * @throws PipewrightError `invalid-input` if Power BI does not report them
 */
function settingsOf({ id, parameters, details, steps }: Run): { type: string; objects: RefreshObject[] } {
  const type = refreshTypes.find(({ value }) => value === parameters['type'])?.value;
  if (type === undefined) throw unknownScope(id, 'the type');
  if (coversWholeModel(details?.['refreshType'])) return { type, objects: [] };
  if (steps.length === 0) throw unknownScope(id, 'the tables');
  return {
    type,
    objects: steps.map(({ name, type: kind }) => {
      if (kind === 'Table') return { table: name };
      const object = parseObject(name);
      // A name with brackets or spaces at its ends would become that of another table or partition.
      if (object.partition === undefined || objectName(object.table, object.partition) !== name)
        throw unclearName(id, name);
      return object;
    }),
  };
}

/**
 * Starts an enhanced refresh of the same type, tables and partitions. A refresh is transactional, so all of its tables are
 * refreshed again. A scheduled refresh, and one from the portal, is repeated as a full refresh of the whole model.
 * @see https://learn.microsoft.com/power-bi/connect-data/asynchronous-refresh
 */
export const rerunFailedRun = defineAction<PowerBiConnection>()({
  key: 'rerunFailedRun',
  name: 'Rerun Failed Run',
  resource: 'Refresh',
  description:
    'Starts a refresh again with the type, tables and partitions of a failed one. Requires a Premium, Embedded or Fabric capacity.',
  effect: 'unsafe',
  input: {
    workspace: workspaceField,
    model: modelField,
    run: runField,
    applyRefreshPolicy: withInfo(processingFields.applyRefreshPolicy, {
      help: {
        n8n: `Whether to apply the incremental refresh policies of the tables.${unreported}`,
        zapier: `Apply the incremental refresh policies of the tables.${unreported}`,
      },
    }),
    retryCount: withInfo(processingFields.retryCount, {
      help: `How often Power BI tries again if the refresh fails.${unreported}`,
    }),
    maxParallelism: withInfo(processingFields.maxParallelism, {
      help: `Maximum number of tables and partitions that Power BI refreshes at the same time.${unreported}`,
    }),
    ...rerunFields,
    ...waitFields,
  },
  output: rerunOutput,
  simple: simpleRerun,
  branches: rerunBranches,
  sample: sampleRerun(sampleRefresh, ['Claims']),
  async run(input, context) {
    const { applyRefreshPolicy, retryCount, maxParallelism } = input;
    const model = await openModel(input, context);
    return rerun(context.host, refreshesOf(model), input, async (failed) => {
      const { type, objects } = settingsOf(failed);
      const provider = refreshesOf(model, objects, type);
      const settings = { type, objects, applyRefreshPolicy, retryCount, maxParallelism };
      return {
        provider,
        scope: refreshScope,
        steps: failed.steps.map(({ name }) => name),
        start: () => startRefresh(model, settings, provider),
      };
    });
  },
});
