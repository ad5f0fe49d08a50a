import type { Wording } from '../../host/wording.ts';
import type { HttpResponse } from '../../host/http.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { ModeConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Mode';

const hints: Record<number, Wording> = {
  401: {
    n8n: 'Check the API token and its secret in the credential. Mode retired personal tokens in 2025: create a workspace or member API token.',
    zapier:
      'Check the API token and its secret in the connection. Mode retired personal tokens in 2025: create a workspace or member API token.',
  },
  403: 'A member API token can access only what its member can access. Use a workspace API token, or share the collection with the member.',
  404: {
    n8n: 'Check that the report and the run exist, that the API token can access them, and that the workspace in the credential is correct.',
    zapier:
      'Check that the report and the run exist, that the API token can access them, and that the workspace in the connection is correct.',
  },
  429: {
    n8n: 'Mode accepts about 40 requests per 10 seconds. Wait, or run the workflow less often.',
    zapier: 'Mode accepts about 40 requests per 10 seconds. Wait, or run the Zap less often.',
  },
};

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  return { ...readCommonProblem(response), ...(hint === undefined ? {} : { hint }) };
}

/** The base URL of the pages of the workspace. */
export function workspaceUrl({ address, workspace }: ModeConnection): string {
  return `${baseUrl(address, 'Base URL')}/${encodeURIComponent(workspace)}`;
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
    baseUrl: `${baseUrl(address, 'Base URL')}/api/${encodeURIComponent(workspace)}`,
    host,
    headers: { accept: 'application/hal+json' },
    readProblem,
    authorize: async () => ({ authorization: `Basic ${basic}` }),
  });
}
