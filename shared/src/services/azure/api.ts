import { entraToken } from '../../auth/entra-token.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { Context } from '../../define/context.ts';
import { clouds, type Cloud } from './clouds.ts';
import type { AzureConnection } from './connection-fields.ts';

/** Where a connection's cloud is, with the addresses that the person gave for a custom one. */
export function cloudOf(connection: AzureConnection): Cloud {
  if (connection.cloud !== 'custom') return clouds[connection.cloud];
  const { authorityUrl, managementUrl } = connection;
  if (!authorityUrl || !managementUrl) {
    throw new PipewrightError({
      code: 'not-connected',
      service: 'Azure',
      message: 'The cloud is Custom Addresses, but an address is missing.',
      hint: 'Fill in Login Address and Management Address in the connection, or choose another cloud.',
    });
  }
  return {
    authority: baseUrl(authorityUrl, 'Login Address'),
    management: baseUrl(managementUrl, 'Management Address'),
    synapseSuffix: clouds.public.synapseSuffix,
  };
}

/** Azure says 403 instead of 401 for some tokens that ran out. */
function isTokenExpired(response: HttpResponse): boolean {
  return (
    response.status === 403 &&
    /ExpiredAuthenticationToken|Lifetime validation failed|token (is|has) expired/i.test(response.text)
  );
}

const managementRole =
  'Give the app registration a role in Azure under Access control (IAM): Reader to look things up, Data Factory Contributor to run pipelines of a factory.';

const synapseRole =
  'A role in Azure is not enough: in Synapse Studio, under Manage, Access control, give the app registration Synapse Compute Operator, and Synapse Credential User for pipelines that use linked services.';

function azureApi(
  service: string,
  base: string,
  scope: string,
  roleHint: string,
  { connection, host }: Context<AzureConnection>,
): Api {
  const { authority } = cloudOf(connection);
  return openApi({
    service,
    baseUrl: base,
    host,
    isTokenExpired,
    readProblem: (response) => ({
      ...readCommonProblem(response),
      ...(response.status === 403 ? { hint: roleHint } : {}),
    }),
    async authorize(renew, endsAt) {
      const { tenantId, clientId, clientSecret } = connection;
      const token = await entraToken(host, { authority, tenantId, clientId, clientSecret, scope }, renew, endsAt);
      return { authorization: `Bearer ${token}` };
    },
  });
}

/** The management plane (Azure Resource Manager), where Data Factory lives wholly. */
export function managementApi(context: Context<AzureConnection>, service = 'Azure'): Api {
  const { management } = cloudOf(context.connection);
  return azureApi(service, management, `${management}/.default`, managementRole, context);
}

/** The data plane of one Synapse workspace, which wants a token of its own. */
export function synapseApi(context: Context<AzureConnection>, workspace: string): Api {
  const { connection } = context;
  const suffix = cloudOf(connection).synapseSuffix;
  if (!/^[a-z0-9-]{1,50}$/i.test(workspace)) {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'Azure Synapse',
      message: `“${workspace.slice(0, 60)}” is not the name of a Synapse workspace.`,
      hint: 'Pick the workspace from the list.',
    });
  }
  const base =
    connection.cloud === 'custom' && connection.synapseUrl
      ? baseUrl(connection.synapseUrl.replace('{workspace}', workspace), 'Synapse Address')
      : `https://${workspace}${suffix}`;
  return azureApi('Azure Synapse', base, `https://${suffix.slice(1)}/.default`, synapseRole, context);
}
