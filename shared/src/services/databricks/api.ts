import type { HttpResponse } from '../../host/http.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../operations/context.ts';
import type { DatabricksConnection } from './connection.ts';

/** The display name of the service. */
export const service = 'Databricks';

const hints: Record<number, string> = {
  401: 'Check the access token in the connection: it may have run out, or belong to another workspace.',
  403: 'The token is not allowed to do this: give its user or service principal the permission on the job.',
  404: 'Check the ID, and the workspace URL in the connection.',
};

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[response.status];
  return { ...readCommonProblem(response), ...(hint === undefined ? {} : { hint }) };
}

/**
 * The interface of a workspace's jobs. IDs are whole numbers of up to 19 digits and stay text.
 * @see https://docs.databricks.com/api/workspace/jobs
 */
export function openDatabricks({ connection, host }: Context<DatabricksConnection>): Api {
  const { token, workspaceUrl } = connection;
  return openApi({
    service,
    baseUrl: `${new URL(baseUrl(workspaceUrl, 'Workspace URL')).origin}/api/2.2`,
    host,
    readProblem,
    authorize: async () => ({ authorization: `Bearer ${token.trim()}` }),
  });
}
