import type { SandboxContext } from '../server/context.ts';
import { empty, json, Refusal } from '../server/reply.ts';
import { bearerToken, parameter, readJson, wholeNumber, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import { allObjects, type Refresh, type RefreshedObject, type Refreshes } from './refreshes.ts';
import { powerBiWorkspaces, semanticModels, type SemanticModel } from './world.ts';

/** A Power BI error response. */
function refusal(status: number, code: string, message?: string): Refusal {
  return new Refusal(json(status, { error: { code, ...(message === undefined ? {} : { message }) } }));
}

const types = ['full', 'clearvalues', 'calculate', 'dataonly', 'automatic', 'defragment'];

/** `dataOnly` as the details show it: `DataOnly`. */
const shown = (type: string): string => `${type.slice(0, 1).toUpperCase()}${type.slice(1)}`;

/** The tables and partitions that a request names. */
function objectsOf(model: SemanticModel, objects: unknown): RefreshedObject[] {
  if (objects === undefined) return allObjects(model);
  return (objects as { table: string; partition?: string }[]).flatMap(({ table, partition }) => {
    const found = allObjects(model).filter(
      (one) => one.table === table && (partition === undefined || one.partition === partition),
    );
    if (found.length === 0) throw refusal(400, 'InvalidRequest', `The object ${table} does not exist.`);
    return found;
  });
}

/** The REST API of Power BI. @see https://learn.microsoft.com/rest/api/power-bi/ */
export function powerBi(context: SandboxContext, refreshes: Refreshes): Vendor {
  const workspace = (request: SandboxRequest): string => {
    const id = parameter(request, 'group');
    if (!powerBiWorkspaces.some((one) => one.id === id)) throw refusal(404, 'PowerBIFolderNotFound');
    return id;
  };
  const modelsOf = (request: SandboxRequest): SemanticModel[] => {
    const id = workspace(request);
    return semanticModels.filter((one) => one.workspace === id);
  };
  const model = (request: SandboxRequest): SemanticModel => {
    const found = modelsOf(request).find(({ id }) => id === parameter(request, 'dataset'));
    if (!found) throw refusal(404, 'PowerBIEntityNotFound');
    return found;
  };
  /** Only enhanced refreshes have details and can be cancelled. */
  const enhanced = (request: SandboxRequest): Refresh => {
    const of = model(request);
    const found = refreshes.all.find((one) => one.model === of && one.id === parameter(request, 'refresh'));
    if (!found || found.refreshType !== 'ViaEnhancedApi') throw refusal(404, 'RefreshNotFound');
    if (context.clock.now() < found.createdAt + found.plan.hiddenMilliseconds) throw refusal(404, 'RefreshNotFound');
    return found;
  };
  const show = ({ id, workspace: of, name, isRefreshable }: SemanticModel) => ({
    id,
    name,
    webUrl: `https://app.powerbi.com/groups/${of}/datasets/${id}`,
    configuredBy: 'ada@contoso.example',
    isRefreshable,
    isOnPremGatewayRequired: false,
  });
  const start = (request: SandboxRequest) => {
    const of = model(request);
    const body = readJson(request);
    const type = String(body['type'] ?? 'automatic');
    if (!types.includes(type.toLowerCase())) throw refusal(400, 'InvalidRequest', `The type ${type} is invalid.`);
    if (body['notifyOption'] !== undefined)
      throw refusal(400, 'InvalidRequest', 'notifyOption is not supported for service principals.');
    const objects = objectsOf(of, body['objects']);
    if (refreshes.activeOf(of))
      throw refusal(
        400,
        'InvalidRequest',
        'Invalid dataset refresh request. Another refresh request is already executing',
      );
    const { id } = refreshes.start(of, 'ViaEnhancedApi', shown(type), objects);
    return empty(202, { location: `${context.baseUrl()}${request.path}/${id}`, 'x-ms-request-id': id });
  };
  const modelPath = '/groups/{group}/datasets/{dataset}';
  return {
    name: 'power-bi',
    prefix: '/power-bi/v1.0/myorg',
    routes: {
      'GET /groups': (request) => {
        const from = wholeNumber(request, '$skip', 0);
        const value = powerBiWorkspaces.slice(from, from + wholeNumber(request, '$top', 5000));
        return json(200, { value: value.map((one) => ({ ...one, isOnDedicatedCapacity: true, type: 'Workspace' })) });
      },
      'GET /groups/{group}/datasets': (request) => json(200, { value: modelsOf(request).map(show) }),
      [`GET ${modelPath}`]: (request) => json(200, show(model(request))),
      [`GET ${modelPath}/refreshes`]: (request) =>
        json(200, {
          value: refreshes
            .historyOf(model(request))
            .slice(0, wholeNumber(request, '$top', 60))
            .map((one) => refreshes.showEntry(one)),
        }),
      [`POST ${modelPath}/refreshes`]: start,
      [`GET ${modelPath}/refreshes/{refresh}`]: (request) => {
        const found = enhanced(request);
        return json(refreshes.isOver(found) ? 200 : 202, refreshes.showDetails(found));
      },
      [`DELETE ${modelPath}/refreshes/{refresh}`]: (request) => {
        refreshes.cancel(enhanced(request));
        return empty(200);
      },
    },
    admit(request) {
      const token = context.tokens.find(bearerToken(request));
      if (token === undefined || token.resource !== 'power-bi') throw refusal(403, 'PowerBINotAuthorizedException');
      if (token.expired) throw refusal(token.expiredStatus, 'TokenExpired', 'Access token has expired.');
    },
    headers: () => ({ requestid: context.identifiers.uuid() }),
    unknown: () => json(404, { error: { code: 'NotFound' } }),
  };
}
