import { azureAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { json } from '../server/reply.ts';
import { parameter } from '../server/request.ts';
import type { Answer, Vendor } from '../server/vendor.ts';
import { admitAzure, checkVersion } from './admit.ts';
import type { LivyBatches } from './livy-batches.ts';
import type { PipelineEngine } from './pipeline-engine.ts';
import { pipelineRoutes } from './pipeline-routes.ts';
import type { TriggerEngine } from './trigger-engine.ts';
import { workspacePath } from './world.ts';

/** API versions of the data plane; older examples send the second. */
const versions = ['2020-12-01', '2019-06-01-preview'];

/**
 * The data plane of a Synapse workspace. The first path segment is the workspace name, which is in the host name in Azure.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane
 */
export function synapse(
  context: SandboxContext,
  engine: PipelineEngine,
  triggers: TriggerEngine,
  batches: LivyBatches,
): Vendor {
  const pipelines = pipelineRoutes({
    context,
    engine,
    triggers,
    start: '/{workspace}',
    resource: workspacePath,
    types: { pipeline: 'Microsoft.Synapse/workspaces/pipelines', trigger: 'Microsoft.Synapse/workspaces/triggers' },
    startedStatus: 202,
    startsFromFailure: false,
    activitiesRoute: '/pipelines/{pipelineName}/pipelineruns/{runId}/queryActivityruns',
    link: (request, query) => `${context.baseUrl()}${request.path}?${new URLSearchParams(query)}`,
  });
  const versioned = Object.entries(pipelines).map(([route, answer]): [string, Answer] => [
    route,
    (request) => {
      checkVersion(request, versions);
      return answer(request);
    },
  ]);
  const routes: Record<string, Answer> = {
    ...Object.fromEntries(versioned),
    ...batches.routes('/{workspace}/livyApi/versions/{livyApiVersion}/sparkPools/{pool}'),
  };
  const known = Object.entries(routes).map(([route, answer]): [string, Answer] => [
    route,
    (request) => {
      const workspace = parameter(request, 'workspace');
      if (workspace.toLowerCase() === azureAccount.workspace) return answer(request);
      return json(404, {
        error: { code: 'WorkspaceNotFound', message: `The workspace '${workspace}' was not found.` },
      });
    },
  ]);
  return {
    name: 'synapse',
    prefix: '/synapse',
    ignoreCase: true,
    admit: (request) => admitAzure(context, 'synapse', request),
    headers: () => ({ 'x-ms-request-id': context.identifiers.uuid() }),
    unknown: () => json(404, { error: { code: 'NotFound', message: 'The requested resource does not exist.' } }),
    routes: Object.fromEntries(known),
  };
}
