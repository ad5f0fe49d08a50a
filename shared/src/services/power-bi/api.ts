import { entraToken } from '../../auth/entra-token.ts';
import { refuseMachineElsewhere } from '../../auth/managed-identity.ts';
import type { Context } from '../../define/context.ts';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl, baseUrlOfApi } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import { publicAddress, type PowerBiConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Power BI';

/** The path of a workspace, called group in the API, or of something in it. */
export function workspacePath(workspace: string, ...names: string[]): string {
  return ['/groups', ...[workspace, ...names].map(encodeURIComponent)].join('/');
}

const hints: Record<number, Wording> = {
  401: 'Check that a Fabric administrator allows service principals to call Fabric public APIs, and that the tenant setting includes the app registration.',
  403: 'Add the app registration to the workspace as Contributor, and check that a Fabric administrator allows service principals to call Fabric public APIs.',
  404: 'Check the workspace, the semantic model and the Run ID, and that the app registration has access to the workspace.',
  429: 'Power BI limits the number of requests. Wait a few minutes, or run this step less often.',
};

function readProblem(response: HttpResponse): VendorProblem {
  return withoutUndefined({ ...readCommonProblem(response), hint: hints[response.status] });
}

/** Power BI answers 400 if a model is being refreshed; its older documentation says 409. */
function isBusy(response: HttpResponse): boolean {
  return response.status === 400 && /another refresh request is already/i.test(response.text);
}

/** The hosts of the pages of Power BI, in every cloud. */
const pages = /^app\.(?:[a-z]+\.)?powerbi(?:gov)?\./;

/** The base URL of the API. @throws PipewrightError `invalid-input` for the URL of a page of Power BI */
export const apiAddress = ({ address }: PowerBiConnection): string =>
  baseUrlOfApi(address, 'Base URL', {
    pages,
    hint: `Enter ${publicAddress}, unless the tenant is in another Microsoft cloud.`,
  });

/**
 * Client of the Power BI REST API. The scope of a cloud other than the public one follows its URL, which is not documented.
 * @see https://learn.microsoft.com/rest/api/power-bi/
 */
export function openPowerBi({ connection, host }: Context<PowerBiConnection>): Api {
  const address = apiAddress(connection);
  refuseMachineElsewhere(service, { ...connection, address }, publicAddress);
  const authority = baseUrl(connection.authorityUrl, 'Entra Authority URL');
  const scope = address === publicAddress ? 'https://analysis.windows.net/powerbi/api/.default' : `${address}/.default`;
  return openApi({
    service,
    baseUrl: `${address}/v1.0/myorg`,
    host,
    readProblem,
    readStatus: (response) => (isBusy(response) ? 409 : response.status),
    async authorize(renew, endsAt) {
      const token = await entraToken(host, { ...connection, authority, scope }, renew, endsAt);
      return { authorization: `Bearer ${token}` };
    },
  });
}
