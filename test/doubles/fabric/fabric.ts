import type { SandboxContext } from '../server/context.ts';
import { empty, json, Refusal, type Reply } from '../server/reply.ts';
import { bearerToken, parameter, readJson, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import type { FabricJob, FabricJobs } from './jobs.ts';
import { fabricItems, fabricWorkspaces, type FabricItem } from './world.ts';

const pageSize = 20;

/** A Fabric error response. @see https://learn.microsoft.com/rest/api/fabric/articles/get-started/fabric-api-troubleshooting */
function refusal(status: number, errorCode: string, message: string): Refusal {
  return new Refusal(json(status, { requestId: 'f7a9c0de', errorCode, message, isRetriable: false }));
}

/** The REST API of Fabric. @see https://learn.microsoft.com/rest/api/fabric/articles/ */
export function fabric(context: SandboxContext, jobs: FabricJobs): Vendor {
  const paged = (request: SandboxRequest, entries: unknown[]): Reply => {
    const from = Number(request.query.get('continuationToken') ?? 0);
    const next = from + pageSize;
    const more = { continuationToken: String(next), continuationUri: `${context.baseUrl()}${request.path}` };
    return json(200, { value: entries.slice(from, next), ...(next < entries.length ? more : {}) });
  };
  const workspace = (request: SandboxRequest): string => {
    const id = parameter(request, 'workspace');
    if (!fabricWorkspaces.some((one) => one.id === id))
      throw refusal(404, 'WorkspaceNotFound', 'The requested workspace could not be found.');
    return id;
  };
  const itemsOf = (request: SandboxRequest): FabricItem[] => {
    const id = workspace(request);
    return fabricItems.filter((one) => one.workspace === id);
  };
  const item = (request: SandboxRequest): FabricItem => {
    const found = itemsOf(request).find(({ id }) => id === parameter(request, 'item'));
    if (!found) throw refusal(404, 'ItemNotFound', 'The requested item could not be found.');
    return found;
  };
  const job = (request: SandboxRequest): FabricJob => {
    const of = item(request);
    const found = jobs.all.find((one) => one.item === of && one.id === parameter(request, 'job'));
    const isHidden = found && context.clock.now() < found.createdAt + found.plan.hiddenMilliseconds;
    if (!found || isHidden) throw refusal(404, 'JobInstanceNotFound', 'The job instance could not be found.');
    return found;
  };
  const show = ({ id, workspace: workspaceId, displayName, type }: FabricItem) => ({
    id,
    workspaceId,
    displayName,
    type,
    description: '',
  });
  const itemPath = '/workspaces/{workspace}/items/{item}';
  return {
    name: 'fabric',
    prefix: '/fabric/v1',
    routes: {
      'GET /workspaces': (request) =>
        paged(
          request,
          fabricWorkspaces.map((one) => ({ ...one, type: 'Workspace' })),
        ),
      'GET /workspaces/{workspace}/items': (request) => {
        const type = request.query.get('type');
        return paged(
          request,
          itemsOf(request)
            .filter((one) => type === null || one.type === type)
            .map(show),
        );
      },
      [`GET ${itemPath}`]: (request) => json(200, show(item(request))),
      [`GET ${itemPath}/jobs/instances`]: (request) => {
        const of = item(request);
        return paged(
          request,
          jobs.all.filter((one) => one.item === of).map((one) => jobs.show(one)),
        );
      },
      [`POST ${itemPath}/jobs/{jobType}/instances`]: (request) => {
        const of = item(request);
        const jobType = parameter(request, 'jobType');
        if (!of.jobTypes.includes(jobType.toLowerCase()))
          throw refusal(400, 'InvalidJobType', `The job type ${jobType} is not valid for the item.`);
        const { id } = jobs.start(of, jobType, readJson(request)['executionData']);
        return empty(202, {
          location: `${context.baseUrl()}/fabric/v1/workspaces/${of.workspace}/items/${of.id}/jobs/instances/${id}`,
          'x-ms-job-id': id,
          'retry-after': '60',
        });
      },
      [`GET ${itemPath}/jobs/instances/{job}`]: (request) => json(200, jobs.show(job(request))),
      [`POST ${itemPath}/jobs/instances/{job}/cancel`]: (request) => {
        const found = job(request);
        if (jobs.isOver(found)) throw refusal(400, 'JobAlreadyCompleted', 'The job instance has already completed.');
        jobs.cancel(found);
        return empty(202);
      },
      'POST /workspaces/{workspace}/datapipelines/pipelineruns/{job}/queryactivityruns': (request) => {
        const id = workspace(request);
        const found = jobs.all.find((one) => one.item.workspace === id && one.id === parameter(request, 'job'));
        if (!found) throw refusal(404, 'PipelineRunNotFound', 'The pipeline run could not be found.');
        return json(200, jobs.activityRuns(found));
      },
    },
    admit(request) {
      const token = context.tokens.find(bearerToken(request));
      if (token === undefined || token.resource !== 'fabric')
        throw refusal(401, 'Unauthorized', 'The caller is not authenticated to access this resource.');
      if (token.expired) throw refusal(token.expiredStatus, 'TokenExpired', 'Access token has expired.');
    },
    headers: () => ({ requestid: context.identifiers.uuid() }),
    unknown: () => json(404, { errorCode: 'EndpointNotFound', message: 'The requested endpoint could not be found.' }),
  };
}
