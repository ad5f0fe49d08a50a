import type { HttpResponse } from '../../host/http.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrlOfPage } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { ModeConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Mode';

const hints: Record<number, string> = {
  401: 'Check the API token and the API secret. Mode retired personal tokens in 2025: create a workspace or member API token.',
  403: 'A member API token can access only what its member can access. Use a workspace API token, or share the collection with the member.',
  404: 'Check that the report and the run exist, that the API token can access them, and that the workspace is correct.',
  429: 'Mode accepts about 40 requests per 10 seconds. Wait, or run this step less often.',
};

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  return { ...readCommonProblem(response), ...(hint === undefined ? {} : { hint }) };
}

/** The base URL of Mode; the path of a pasted page URL is removed. */
const addressOf = (address: string): string => baseUrlOfPage(address, 'Base URL', /(?:^|\.)mode\.com$/);

/** The base URL of the pages of the workspace. */
export function workspaceUrl({ address, workspace }: ModeConnection): string {
  return `${addressOf(address)}/${encodeURIComponent(workspace)}`;
}

/**
 * Opens the API of a workspace: HTTP Basic authentication, HAL responses.
 * @see https://mode.com/developer/api-reference/introduction/
 */
export function openMode({ connection, host }: Context<ModeConnection>): Api {
  const { address, apiToken, apiSecret, workspace } = connection;
  const basic = Buffer.from(`${apiToken}:${apiSecret.trim()}`).toString('base64');
  return openApi({
    service,
    baseUrl: `${addressOf(address)}/api/${encodeURIComponent(workspace)}`,
    host,
    headers: { accept: 'application/hal+json' },
    readProblem,
    authorize: async () => ({ authorization: `Basic ${basic}` }),
  });
}
