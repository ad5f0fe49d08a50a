import { clientCredentialsToken } from '../../auth/client-credentials.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { Context } from '../../operations/context.ts';
import { clouds, type Cloud } from './clouds.ts';
import type { AzureConnection } from './connection.ts';
import { readLoginProblem } from './login-problem.ts';

/** Where a connection's cloud is, with the addresses that the person gave for a custom one. */
export function cloudOf(connection: AzureConnection): Cloud {
  if (connection.cloud !== 'custom') return clouds[connection.cloud];
  const { authorityUrl, managementUrl } = connection;
  if (!authorityUrl || !managementUrl) {
    throw new PipewrightError({ code: 'not-connected', service: 'Azure', message: 'The cloud is Custom Addresses, but an address is missing.', hint: 'Fill in Login Address and Management Address in the connection, or choose another cloud.' });
  }
  return { authority: baseUrl(authorityUrl, 'Login Address'), management: baseUrl(managementUrl, 'Management Address'), synapseSuffix: clouds.public.synapseSuffix };
}

/** Azure says 403 instead of 401 for some tokens that ran out. */
function isTokenExpired(response: HttpResponse): boolean {
  return response.status === 403 && /ExpiredAuthenticationToken|Lifetime validation failed|token (is|has) expired/i.test(response.text);
}

function azureApi(service: string, base: string, scope: string, { connection, host }: Context<AzureConnection>): Api {
  const tokenUrl = `${cloudOf(connection).authority}/${encodeURIComponent(connection.tenantId)}/oauth2/v2.0/token`;
  return openApi({
    service,
    baseUrl: base,
    host,
    isTokenExpired,
    async authorize(renew) {
      const { clientId, clientSecret } = connection;
      const token = await clientCredentialsToken(host, { service: 'Microsoft Entra', tokenUrl, clientId, clientSecret, scope, readProblem: readLoginProblem }, renew);
      return { authorization: `Bearer ${token}` };
    },
  });
}

/** The management plane (Azure Resource Manager), where Data Factory lives wholly. */
export function managementApi(context: Context<AzureConnection>, service = 'Azure'): Api {
  const { management } = cloudOf(context.connection);
  return azureApi(service, management, `${management}/.default`, context);
}

/** The data plane of one Synapse workspace, which wants a token of its own. */
export function synapseApi(context: Context<AzureConnection>, workspace: string): Api {
  const { connection } = context;
  const suffix = cloudOf(connection).synapseSuffix;
  if (!/^[a-z0-9-]{1,50}$/i.test(workspace)) {
    throw new PipewrightError({ code: 'bad-input', service: 'Azure Synapse', message: `“${workspace.slice(0, 60)}” is not the name of a Synapse workspace.`, hint: 'Pick the workspace from the list.' });
  }
  const base = connection.cloud === 'custom' && connection.synapseUrl ? baseUrl(connection.synapseUrl.replace('{workspace}', workspace), 'Synapse Address') : `https://${workspace}${suffix}`;
  return azureApi('Azure Synapse', base, `https://${suffix.slice(1)}/.default`, context);
}
