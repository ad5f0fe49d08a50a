import { clientCredentialsToken } from '../../auth/client-credentials.ts';
import { entraToken } from '../../auth/entra-token.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl, baseUrlOfPage } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import { describeField } from '../../define/fields.ts';
import { fields, type DatabricksConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Databricks';

const hints: Record<number, Wording> = {
  401: {
    n8n: 'Check the access token or client secret in the credential: it may have expired or belong to another workspace.',
    zapier:
      'Check the access token or client secret in the connection: it may have expired or belong to another workspace.',
  },
  403: 'Grant the user or service principal of the token permission on the job.',
  404: {
    n8n: 'Check the ID, and the Workspace URL in the credential.',
    zapier: 'Check the ID, and the Workspace URL in the connection.',
  },
};

/** Databricks answers 400 for objects that do not exist. */
const isMissing = (response: HttpResponse): boolean => response.status === 400 && /does not exist/i.test(response.text);

function readProblem(response: HttpResponse): VendorProblem {
  return withoutUndefined({
    ...readCommonProblem(response),
    hint: hints[isMissing(response) ? 404 : response.status],
  });
}

/** Workspaces have their own hosts in every cloud. */
const hosted = /\.(?:azuredatabricks\.net|databricks\.(?:com|azure\.us|azure\.cn))$/;

/** The base URL of the workspace; the path of a pasted page URL is removed. */
export function workspaceAddress({ workspaceUrl }: DatabricksConnection): string {
  return baseUrlOfPage(workspaceUrl, 'Workspace URL', hosted).replace(
    /\/(jobs?|compute|explore|sql|browse|settings|api|ml|editor)(\/.*)?$/,
    '',
  );
}

/** The Microsoft Entra authority for the Azure cloud of a workspace. */
function authorityOf({ workspaceUrl, authorityUrl }: DatabricksConnection): string {
  if (authorityUrl) return baseUrl(authorityUrl, 'Entra Authority URL');
  if (/\.databricks\.azure\.us\b/i.test(workspaceUrl)) return 'https://login.microsoftonline.us';
  if (/\.databricks\.azure\.cn\b/i.test(workspaceUrl)) return 'https://login.partner.microsoftonline.cn';
  return 'https://login.microsoftonline.com';
}

/** A value that the selected authentication requires. @throws PipewrightError `not-connected` if it is empty */
function valueOf(connection: DatabricksConnection, name: 'token' | 'clientId' | 'clientSecret'): string {
  const value = connection[name];
  if (value) return value;
  const { label } = describeField(fields[name]);
  throw new PipewrightError({
    code: 'not-connected',
    service,
    message: `${label} is empty, but the selected authentication requires it.`,
    hint: {
      n8n: `Enter ${label} in the credential, or select another Authentication.`,
      zapier: `Enter ${label} in the connection, or select another Authentication.`,
    },
  });
}

/** The scope of Azure Databricks in Microsoft Entra, the same in every cloud. */
const entraScope = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default';

/**
 * The value of the `authorization` header.
 * @see https://learn.microsoft.com/azure/databricks/dev-tools/auth/azure-sp
 */
async function login(
  { connection, host }: Context<DatabricksConnection>,
  renew: boolean,
  endsAt: number | undefined,
): Promise<string> {
  const { authentication } = connection;
  if (authentication === 'token') return `Bearer ${valueOf(connection, 'token').trim()}`;
  if (authentication === 'databricks') {
    const principal = {
      service,
      tokenUrl: `${workspaceAddress(connection)}/oidc/v1/token`,
      clientId: valueOf(connection, 'clientId'),
      clientSecret: valueOf(connection, 'clientSecret').trim(),
      scope: 'all-apis',
      sentIn: 'header' as const,
    };
    return `Bearer ${await clientCredentialsToken(host, principal, renew, endsAt)}`;
  }
  const method = authentication === 'entra' ? 'client-secret' : authentication;
  if (method === 'managed-identity') refuseOtherHosts(connection);
  const token = await entraToken(
    host,
    { ...connection, authentication: method, authority: authorityOf(connection), scope: entraScope },
    renew,
    endsAt,
  );
  return `Bearer ${token}`;
}

/** The hosts of Azure Databricks in the clouds of Microsoft. */
const azureWorkspace = /\.(azuredatabricks\.net|databricks\.azure\.(us|cn))$/i;

/** A managed identity belongs to everyone who uses the machine, so its token is only sent to Azure Databricks. */
function refuseOtherHosts(connection: DatabricksConnection): void {
  const { hostname } = new URL(workspaceAddress(connection));
  if (azureWorkspace.test(hostname)) return;
  throw new PipewrightError({
    code: 'not-connected',
    service,
    message: `A managed identity cannot be used with ${hostname}: its token is only sent to Azure Databricks.`,
    hint: {
      n8n: 'Check Workspace URL in the credential: it ends with azuredatabricks.net. Otherwise, select another Authentication.',
      zapier:
        'Check Workspace URL in the connection: it ends with azuredatabricks.net. Otherwise, select another Authentication.',
    },
  });
}

/**
 * Client of the Jobs API 2.2. IDs are integers of up to 19 digits, so they stay text.
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
 * An ID as a JSON integer, exact beyond 2^53.
 * @throws PipewrightError `invalid-input` naming the field
 */
export function exactId(value: string, label: string): unknown {
  if (/^\d{1,19}$/.test(value)) return JSON.rawJSON(value.replace(/^0+(?=\d)/, ''));
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `“${label}” must be a number, but is “${value.slice(0, 60)}”.`,
    hint: `Check ${label}: select it from the list, or paste the URL of its page.`,
  });
}
