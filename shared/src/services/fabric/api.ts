import * as v from 'valibot';
import { entraToken } from '../../auth/entra-token.ts';
import { refuseMachineElsewhere } from '../../auth/managed-identity.ts';
import type { Context } from '../../define/context.ts';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl, baseUrlOfApi } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import { displayText } from '../../http/response-schema.ts';
import { publicAddress, type FabricConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Microsoft Fabric';

/** The path of a workspace, or of something in it. */
export function workspacePath(workspace: string, ...names: string[]): string {
  return ['/workspaces', ...[workspace, ...names].map(encodeURIComponent)].join('/');
}

const hints: Record<number, Wording> = {
  401: 'Check that a Fabric administrator allows service principals to call Fabric public APIs, and that the tenant setting includes the app registration.',
  403: 'Add the app registration to the workspace as Contributor, and check that a Fabric administrator allows service principals to call Fabric public APIs.',
  404: 'Check the workspace, the item and the Run ID, and that the app registration has access to the workspace.',
  429: 'Fabric limits the number of requests and, for notebooks, the jobs that a capacity runs at once. Wait until other jobs have finished, or run this step less often.',
};

const errorShape = v.object({ errorCode: displayText, message: displayText });

function readErrorCode({ text }: HttpResponse): string | undefined {
  try {
    return v.parse(errorShape, JSON.parse(text)).errorCode;
  } catch {
    return undefined;
  }
}

function readProblem(response: HttpResponse): VendorProblem {
  const code = readErrorCode(response);
  return {
    ...readCommonProblem(response),
    ...withoutUndefined({ code, hint: hints[statusOf(response)] }),
  };
}

/** A full capacity answers 430, and the cancellation of a finished job an error. */
function statusOf(response: HttpResponse): number {
  if (response.status === 430) return 429;
  return response.status === 400 && readErrorCode(response) === 'JobAlreadyCompleted' ? 202 : response.status;
}

/** The hosts of the pages of Fabric, in every cloud; those of Power BI show its items, too. */
const pages = /^app\.(?:[a-z]+\.)?(?:fabric|powerbi|powerbigov)\./;

/** The base URL of the API. @throws PipewrightError `invalid-input` for the URL of a page of Fabric */
export const apiAddress = ({ address }: FabricConnection): string =>
  baseUrlOfApi(address, 'Base URL', {
    pages,
    hint: `Enter ${publicAddress}, unless the tenant is in another Microsoft cloud.`,
  });

/**
 * Client of the Fabric REST API.
 * @see https://learn.microsoft.com/rest/api/fabric/articles/
 */
export function openFabric({ connection, host }: Context<FabricConnection>): Api {
  const address = apiAddress(connection);
  refuseMachineElsewhere(service, { ...connection, address }, publicAddress);
  const authority = baseUrl(connection.authorityUrl, 'Entra Authority URL');
  const scope = `${address}/.default`;
  return openApi({
    service,
    baseUrl: `${address}/v1`,
    host,
    readProblem,
    readStatus: statusOf,
    async authorize(renew, endsAt) {
      const token = await entraToken(host, { ...connection, authority, scope }, renew, endsAt);
      return { authorization: `Bearer ${token}` };
    },
  });
}
