import { clientCredentialsToken } from '../../auth/client-credentials.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { DatabricksConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Databricks';

const hints: Record<number, string> = {
  401: 'Check the access token, or the client secret, in the connection: it may have run out, or belong to another workspace.',
  403: 'The token is not allowed to do this: give its user or service principal the permission on the job.',
  404: 'Check the ID, and the workspace URL in the connection.',
};

/** Databricks says 400 for what does not exist. */
const isMissing = (response: HttpResponse): boolean => response.status === 400 && /does not exist/i.test(response.text);

function readProblem(response: HttpResponse): VendorProblem {
  const hint = hints[isMissing(response) ? 404 : response.status];
  return { ...readCommonProblem(response), ...(hint === undefined ? {} : { hint }) };
}

/** The address of the workspace; the path of a page that was pasted along is taken away. */
export function workspaceAddress({ workspaceUrl }: DatabricksConnection): string {
  return baseUrl(workspaceUrl.replace(/[?#].*$/, ''), 'Workspace URL').replace(
    /\/(jobs?|compute|explore|sql|browse|settings|api|ml|editor)(\/.*)?$/,
    '',
  );
}

/** Microsoft Entra's login address in the cloud of Azure that a workspace is in. */
function authorityOf({ workspaceUrl, authorityUrl }: DatabricksConnection): string {
  if (authorityUrl) return baseUrl(authorityUrl, 'Entra Login Address');
  if (/\.databricks\.azure\.us\b/i.test(workspaceUrl)) return 'https://login.microsoftonline.us';
  if (/\.databricks\.azure\.cn\b/i.test(workspaceUrl)) return 'https://login.partner.microsoftonline.cn';
  return 'https://login.microsoftonline.com';
}

/** What Microsoft Entra knows Azure Databricks by, in every cloud. */
const entraScope = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default';

/**
 * The value of the header that logs in.
 * @see https://learn.microsoft.com/azure/databricks/dev-tools/auth/azure-sp
 */
async function login(
  { connection, host }: Context<DatabricksConnection>,
  renew: boolean,
  endsAt: number | undefined,
): Promise<string> {
  const { token, clientId, clientSecret, tenantId } = connection;
  if (token) return `Bearer ${token.trim()}`;
  if (clientId && clientSecret) {
    const principal = { clientId, clientSecret: clientSecret.trim() };
    const by = tenantId
      ? {
          ...principal,
          service: 'Microsoft Entra',
          tokenUrl: `${authorityOf(connection)}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
          scope: entraScope,
        }
      : {
          ...principal,
          service,
          tokenUrl: `${workspaceAddress(connection)}/oidc/v1/token`,
          scope: 'all-apis',
          sentIn: 'header' as const,
        };
    return `Bearer ${await clientCredentialsToken(host, by, renew, endsAt)}`;
  }
  throw new PipewrightError({
    code: 'not-connected',
    service,
    message: 'The connection holds neither an access token nor a service principal.',
    hint: 'Fill in Access Token, or Client ID and Client Secret.',
  });
}

/**
 * The interface of a workspace's jobs, version 2.2. IDs are whole numbers of up to 19 digits and stay text.
 * @see https://docs.databricks.com/api/workspace/jobs
 * @see https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m
 */
export function openDatabricks(context: Context<DatabricksConnection>): Api {
  return openApi({
    service,
    baseUrl: `${workspaceAddress(context.connection)}/api/2.2`,
    host: context.host,
    readProblem,
    readStatus: (response) => (isMissing(response) ? 404 : response.status),
    authorize: async (renew, endsAt) => ({ authorization: await login(context, renew, endsAt) }),
  });
}

/**
 * An ID of Databricks as it must stand in JSON: a whole number, exact beyond what a number can hold.
 * @throws PipewrightError `bad-input` that names the field
 */
export function exactId(value: string, label: string): unknown {
  if (/^\d{1,19}$/.test(value)) return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(value);
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: `“${label}” is not a number: ${value.slice(0, 60)}.`,
    hint: `Check ${label}: pick it from the list, or paste the address of its page.`,
  });
}
