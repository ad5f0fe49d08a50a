import { withInfo } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { whether } from '../../host/wording.ts';
import { runBranches } from '../../runs/branches.ts';
import { followRun } from '../../runs/follow-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { startFields, startKeyOf } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { modelField, openModel } from './models.ts';
import { refreshFields } from './refresh-fields.ts';
import { parseObject } from './refresh-shapes.ts';
import { refreshesOf, sampleRefresh } from './refreshes.ts';
import { refreshScope, startRefresh } from './start-refresh.ts';
import { workspaceField } from './workspaces.ts';

const { reuseActiveRun, ...keyFields } = startFields;

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
    const { type, applyRefreshPolicy, retryCount, maxParallelism, reuseActiveRun: isReusing } = input;
    const settings = { type, objects, applyRefreshPolicy, retryCount, maxParallelism };
    const run = await startOnce(host, {
      provider,
      startKey: startKeyOf(host, input),
      reuseActiveRun: input.reuseActiveRun,
      scope: refreshScope,
      parameters,
      start: () => startRefresh(model, settings, provider, isReusing),
    });
    return followRun(host, provider, run, input);
  },
});
