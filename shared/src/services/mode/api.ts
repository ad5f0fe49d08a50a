import type { HttpResponse } from '../../host/http.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { ModeConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Mode';

const hints: Record<number, string> = {
  401: 'Check the API token and its secret in the connection. Personal tokens ended in 2025: make a workspace or member API token.',
  403: 'The token is not allowed to do this: a member API token sees only what its member may see. Use a workspace API token, or share the collection with the member.',
  404: 'Check that the report and the run still exist, that the token may see them, and the workspace in the connection.',
  429: 'Mode takes about 40 requests in ten seconds. Wait a little, or run the workflow less often.',
};

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  return { ...readCommonProblem(response), ...(hint === undefined ? {} : { hint }) };
}

/** The address of the workspace's pages. */
export function workspacePage({ address, workspace }: ModeConnection): string {
  return `${baseUrl(address, 'Address')}/${encodeURIComponent(workspace)}`;
}

/**
 * The interface of a workspace: HTTP Basic and HAL.
 * @see https://mode.com/developer/api-reference/introduction/
 */
export function openMode({ connection, host }: Context<ModeConnection>): Api {
  const { address, apiToken, apiSecret, workspace } = connection;
  const basic = Buffer.from(`${apiToken}:${apiSecret.trim()}`).toString('base64');
  return openApi({
    service,
    baseUrl: `${baseUrl(address, 'Address')}/api/${encodeURIComponent(workspace)}`,
    host,
    headers: { accept: 'application/hal+json' },
    readProblem,
    authorize: async () => ({ authorization: `Basic ${basic}` }),
  });
}
