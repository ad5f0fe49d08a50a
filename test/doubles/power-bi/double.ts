import { textOf } from '../control/read-body.ts';
import type { AnswerCases } from '../server/answer-cases.ts';
import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import type { Runnable } from '../server/runnable.ts';
import { powerBiAccount } from './account.ts';
import { powerBi } from './power-bi.ts';
import { Refreshes } from './refreshes.ts';
import { semanticModels } from './world.ts';

const { workspaceId: workspace, modelId: model, financeId, ledgerId } = powerBiAccount;
const plan = { service: 'power-bi', name: model };

const find = (refreshes: Refreshes, id: string) => refreshes.all.find((one) => one.id === id);

const models: Runnable<{ refreshes: Refreshes }> = {
  name: 'Power BI',
  service: 'powerBi',
  operation: 'refreshSemanticModel',
  input: { workspace, model },
  plan,
  start: /\/power-bi\/.*\/refreshes$/,
  status: { method: 'GET', path: /\/power-bi\/.*\/refreshes\/[^/]+$/ },
  started: ({ refreshes }) =>
    refreshes.all.filter(({ refreshType }) => refreshType === 'ViaEnhancedApi').map(({ id }) => id),
  cancel({ refreshes }, id) {
    const refresh = find(refreshes, id);
    if (refresh) refreshes.cancel(refresh);
  },
  isCancelled: ({ refreshes }, id) => find(refreshes, id)?.cancelledAt !== undefined,
  canCancel: true,
  oneAtATime: true,
  // With 400, Power BI may only mean that it has no details, so the history is read.
  finalStatus: 403,
  unknownStatus: () => ({ status: 'Unknown', extendedStatus: 'Reticulating' }),
  child: {
    input: { workspace, model, tables: 'Policies\nClaims[2026]' },
    plan,
    message: /failed at “Policies”: The source does not answer/,
  },
};

const answerCases: AnswerCases = {
  service: 'powerBi',
  start: { operation: 'refreshSemanticModel', input: { workspace, model }, plan },
  inputs: ({ failed, running }) => ({
    getRefresh: { workspace, model, run: failed },
    cancelRefresh: { workspace, model, run: running },
    // One refresh of a model is active, so only the plan is tried.
    rerunFailedRun: { workspace, model, run: failed, dryRun: true },
    refreshSemanticModel: { workspace: financeId, model: ledgerId, timeoutMinutes: 10 },
    findSemanticModel: { workspace, name: 'claims' },
    refreshFinished: { workspace, model },
  }),
  status: { asked: /GET .*\/refreshes\/[^/]+$/, path: /^extendedStatus$/ },
};

function addresses(baseUrl: string) {
  return {
    /** Base URL; `/v1.0/myorg` follows. */
    powerBi: `${baseUrl}/power-bi`,
  };
}

/** A Power BI tenant: workspaces, semantic models and their refreshes. */
export const powerBiDouble = {
  account: powerBiAccount,
  addresses,
  connections(baseUrl: string) {
    const { tenantId, clientId, clientSecret } = powerBiAccount;
    const address = addresses(baseUrl).powerBi;
    return { powerBi: { tenantId, clientId, clientSecret, authorityUrl: `${baseUrl}/entra`, address } };
  },
  runnables: [models],
  answerCases: [answerCases],
  start(context: SandboxContext) {
    const refreshes = new Refreshes(context);
    /** Starts a scheduled refresh of a model, found by its name. Returns its ID. */
    function startScheduledRefresh(name: string): string {
      const found = semanticModels.find((one) => one.name === name);
      if (!found) throw new Error(`There is no semantic model ${name}.`);
      return refreshes.start(found, 'Scheduled').id;
    }
    return {
      state: { refreshes },
      vendors: [powerBi(context, refreshes)],
      controls: { startScheduledRefresh },
      controlRoutes: {
        'POST /power-bi/scheduled-refreshes': (body) => ({ id: startScheduledRefresh(textOf(body, 'model')) }),
      },
      runs: () => ({ powerBi: refreshes.all.map((one) => refreshes.showEntry(one)) }),
    };
  },
} satisfies Double;
