import { azureAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { empty, json } from '../server/reply.ts';
import { parameter, type SandboxRequest } from '../server/request.ts';
import type { Answer, Vendor } from '../server/vendor.ts';
import { admitAzure, checkVersion } from './admit.ts';
import type { PipelineEngine } from './pipeline-engine.ts';
import { pipelineRoutes } from './pipeline-routes.ts';
import { azureRefusal } from './refusal.ts';
import type { TriggerEngine } from './trigger-engine.ts';
import { factoryPath, groupPath, workspacePath } from './world.ts';

const account = azureAccount;
const factoryVersions = ['2018-06-01'];
const synapseVersions = ['2021-06-01', '2021-06-01-preview'];

/** Rate limit headers of Azure: for reads and for writes. */
const startAllowance = { reads: 250, writes: 200 };

const factoryResource = {
  id: factoryPath,
  name: account.factory,
  type: 'Microsoft.DataFactory/factories',
  location: 'westeurope',
  tags: {},
  properties: { provisioningState: 'Succeeded', createTime: '2025-01-01T00:00:00Z', version: '2018-06-01' },
};

/**
 * Azure Resource Manager: subscriptions, Data Factory, and the workspaces and pools of Synapse.
 * @see https://learn.microsoft.com/rest/api/datafactory
 * @see https://learn.microsoft.com/rest/api/synapse/resourcemanager
 */
export function resourceManager(context: SandboxContext, engine: PipelineEngine, triggers: TriggerEngine): Vendor {
  const subscription = '/subscriptions/{subscriptionId}';
  const group = `${subscription}/resourceGroups/{resourceGroupName}`;
  const factory = `${group}/providers/Microsoft.DataFactory/factories/{factoryName}`;
  const allowance = { ...startAllowance };

  const link = (request: SandboxRequest, query: Record<string, string>) =>
    `${context.baseUrl()}${request.path}?${new URLSearchParams(query)}`;

  function versioned(versions: string[], routes: Record<string, Answer>): Record<string, Answer> {
    const checked = Object.entries(routes).map(([route, answer]): [string, Answer] => [
      route,
      (request) => {
        checkVersion(request, versions);
        return answer(request);
      },
    ]);
    return Object.fromEntries(checked);
  }

  function checkScope({ parameters }: SandboxRequest): void {
    const differs = (given: string | undefined, ours: string) => given !== undefined && given.toLowerCase() !== ours;
    if (differs(parameters['subscriptionId'], account.subscriptionId)) {
      throw azureRefusal(
        404,
        'SubscriptionNotFound',
        `The subscription '${parameters['subscriptionId']}' could not be found.`,
      );
    }
    if (differs(parameters['resourceGroupName'], account.resourceGroup)) {
      throw azureRefusal(
        404,
        'ResourceGroupNotFound',
        `Resource group '${parameters['resourceGroupName']}' could not be found.`,
      );
    }
    const type = differs(parameters['factoryName'], account.factory)
      ? 'Microsoft.DataFactory/factories'
      : 'Microsoft.Synapse/workspaces';
    if (
      differs(parameters['factoryName'], account.factory) ||
      differs(parameters['workspaceName'], account.workspace)
    ) {
      const name = parameters['factoryName'] ?? parameters['workspaceName'];
      throw azureRefusal(
        404,
        'ResourceNotFound',
        `The Resource '${type}/${name}' under resource group '${account.resourceGroup}' was not found.`,
      );
    }
  }

  function scoped(routes: Record<string, Answer>): Record<string, Answer> {
    const checked = Object.entries(routes).map(([route, answer]): [string, Answer] => [
      route,
      (request) => {
        checkScope(request);
        return answer(request);
      },
    ]);
    return Object.fromEntries(checked);
  }

  const subscriptionResource = {
    id: `/subscriptions/${account.subscriptionId}`,
    subscriptionId: account.subscriptionId,
    tenantId: account.tenantId,
    displayName: 'Contoso Production',
    state: 'Enabled',
  };
  const factories: Answer = () => json(200, { value: [factoryResource] });

  return {
    name: 'azure',
    prefix: '/arm',
    ignoreCase: true,
    admit: (request) => admitAzure(context, 'management', request),
    headers(request) {
      const id = context.identifiers.uuid();
      const kind = request.method === 'GET' ? 'reads' : 'writes';
      allowance[kind] = allowance[kind] > 1 ? allowance[kind] - 1 : startAllowance[kind];
      return {
        'x-ms-request-id': id,
        'x-ms-correlation-request-id': id,
        [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(allowance[kind]),
        'x-content-type-options': 'nosniff',
      };
    },
    unknown: () => json(404, { error: { code: 'NotFound', message: 'The requested resource does not exist.' } }),
    routes: scoped({
      'GET /subscriptions': () => json(200, { value: [subscriptionResource] }),
      [`GET ${subscription}`]: () => json(200, subscriptionResource),
      [`GET ${subscription}/resourceGroups`]: () =>
        json(200, {
          value: [
            {
              id: groupPath,
              name: account.resourceGroup,
              location: 'westeurope',
              properties: { provisioningState: 'Succeeded' },
            },
          ],
        }),
      ...versioned(factoryVersions, {
        [`GET ${subscription}/providers/Microsoft.DataFactory/factories`]: factories,
        [`GET ${group}/providers/Microsoft.DataFactory/factories`]: factories,
        [`GET ${factory}`]: () => json(200, factoryResource),
        ...pipelineRoutes({
          context,
          engine,
          triggers,
          link,
          start: factory,
          resource: factoryPath,
          types: {
            pipeline: 'Microsoft.DataFactory/factories/pipelines',
            trigger: 'Microsoft.DataFactory/factories/triggers',
          },
          startedStatus: 200,
          startsFromFailure: true,
          activitiesRoute: '/pipelineruns/{runId}/queryActivityruns',
        }),
      }),
      ...versioned(synapseVersions, synapseResources(context, group, subscription)),
    }),
  };
}

/** Synapse in Azure Resource Manager: workspaces and pools. */
function synapseResources(context: SandboxContext, group: string, subscription: string): Record<string, Answer> {
  const workspaces = '/providers/Microsoft.Synapse/workspaces';
  const workspace = `${group}${workspaces}/{workspaceName}`;
  let sqlStatus = 'Paused';

  const workspaceResource = () => ({
    id: workspacePath,
    name: account.workspace,
    type: 'Microsoft.Synapse/workspaces',
    location: 'westeurope',
    identity: { type: 'SystemAssigned', tenantId: account.tenantId },
    properties: {
      provisioningState: 'Succeeded',
      defaultDataLakeStorage: { accountUrl: 'https://contosolake.dfs.core.windows.net', filesystem: 'data' },
      connectivityEndpoints: {
        dev: `${context.baseUrl()}/synapse/${account.workspace}`,
        sql: `${account.workspace}.sql.azuresynapse.net`,
        web: `https://web.azuresynapse.net?workspace=${encodeURIComponent(workspacePath)}`,
      },
    },
  });
  const sparkPool = {
    id: `${workspacePath}/bigDataPools/${account.sparkPool}`,
    name: account.sparkPool,
    type: 'Microsoft.Synapse/workspaces/bigDataPools',
    location: 'westeurope',
    properties: {
      provisioningState: 'Succeeded',
      sparkVersion: '3.4',
      nodeCount: 3,
      nodeSize: 'Small',
      nodeSizeFamily: 'MemoryOptimized',
      autoScale: { enabled: true, minNodeCount: 3, maxNodeCount: 10 },
      autoPause: { enabled: true, delayInMinutes: 15 },
    },
  };
  const sqlPool = () => ({
    id: `${workspacePath}/sqlPools/${account.sqlPool}`,
    name: account.sqlPool,
    type: 'Microsoft.Synapse/workspaces/sqlPools',
    location: 'westeurope',
    sku: { name: 'DW100c', capacity: 0 },
    properties: {
      provisioningState: 'Succeeded',
      status: sqlStatus,
      collation: 'SQL_Latin1_General_CP1_CI_AS',
      creationDate: '2025-01-01T00:00:00Z',
    },
  });
  const named = (name: string, ours: string, type: string) => {
    if (name.toLowerCase() !== ours)
      throw azureRefusal(404, 'ResourceNotFound', `The ${type} '${name}' was not found in the workspace.`);
  };
  const switchSql =
    (to: string): Answer =>
    (request) => {
      named(parameter(request, 'sqlPoolName'), account.sqlPool, 'SQL pool');
      sqlStatus = to;
      const here = `${context.baseUrl()}/arm${workspacePath}`;
      return empty(202, {
        location: `${here}/operationResults/${context.identifiers.uuid()}?api-version=2021-06-01`,
        'retry-after': '1',
      });
    };
  return {
    [`GET ${subscription}${workspaces}`]: () => json(200, { value: [workspaceResource()] }),
    [`GET ${group}${workspaces}`]: () => json(200, { value: [workspaceResource()] }),
    [`GET ${workspace}`]: () => json(200, workspaceResource()),
    [`GET ${workspace}/operationResults/{operation}`]: () => empty(200),
    [`GET ${workspace}/bigDataPools`]: () => json(200, { value: [sparkPool] }),
    [`GET ${workspace}/bigDataPools/{bigDataPoolName}`](request) {
      named(parameter(request, 'bigDataPoolName'), account.sparkPool, 'Spark pool');
      return json(200, sparkPool);
    },
    [`GET ${workspace}/sqlPools`]: () => json(200, { value: [sqlPool()] }),
    [`GET ${workspace}/sqlPools/{sqlPoolName}`](request) {
      named(parameter(request, 'sqlPoolName'), account.sqlPool, 'SQL pool');
      return json(200, sqlPool());
    },
    [`POST ${workspace}/sqlPools/{sqlPoolName}/pause`]: switchSql('Paused'),
    [`POST ${workspace}/sqlPools/{sqlPoolName}/resume`]: switchSql('Online'),
  };
}
