import { entraToken } from '../../auth/entra-token.ts';
import { PipewrightError } from '../../host/error.ts';
import type { HttpResponse } from '../../host/http.ts';
import { openApi, readCommonProblem, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { Context } from '../../define/context.ts';
import { clouds, type Cloud } from './clouds.ts';
import type { AzureConnection } from './connection-fields.ts';

/** URLs of the connection's cloud; for a custom cloud, the connection contains them. */
export function cloudOf(connection: AzureConnection): Cloud {
  if (connection.cloud !== 'custom') return clouds[connection.cloud];
  const { authorityUrl, managementUrl } = connection;
  if (!authorityUrl || !managementUrl) {
    throw new PipewrightError({
      code: 'not-connected',
      service: 'Azure',
      message: 'Cloud is Custom, but a URL is missing.',
      hint: {
        n8n: 'Enter Entra Authority URL and Resource Manager URL in the credential, or select another cloud.',
        zapier: 'Enter Entra Authority URL and Resource Manager URL in the connection, or select another cloud.',
      },
    });
  }
  return {
    authority: baseUrl(authorityUrl, 'Entra Authority URL'),
    management: baseUrl(managementUrl, 'Resource Manager URL'),
    synapseSuffix: clouds.public.synapseSuffix,
  };
}

/** Azure responds 403 instead of 401 to some expired tokens. */
function isTokenExpired(response: HttpResponse): boolean {
  return (
    response.status === 403 &&
    /ExpiredAuthenticationToken|Lifetime validation failed|token (is|has) expired/i.test(response.text)
  );
}

const managementRole =
  'Assign a role to the app registration or managed identity in the Azure portal under Access control (IAM): Reader to list resources, Data Factory Contributor to run pipelines.';

const synapseRole =
  'Assign a Synapse role to the app registration or managed identity in Synapse Studio under Manage > Access control: Synapse Compute Operator, and Synapse Credential User for pipelines with linked services. An Azure role is not enough.';

/** A managed identity belongs to everyone who uses the machine, so its token is only sent to the clouds of Microsoft. */
function refuseMachineInCustomCloud({ authentication, cloud }: AzureConnection): void {
  if (authentication !== 'managed-identity' || cloud !== 'custom') return;
  throw new PipewrightError({
    code: 'not-connected',
    service: 'Azure',
    message:
      'A managed identity cannot be used with a custom cloud: its token is only sent to the clouds of Microsoft.',
    hint: {
      n8n: 'Select another Cloud or another Authentication in the credential.',
      zapier: 'Select another Cloud or another Authentication in the connection.',
    },
  });
}

function azureApi(
  service: string,
  base: string,
  scope: string,
  roleHint: string,
  { connection, host }: Context<AzureConnection>,
): Api {
  const { authority } = cloudOf(connection);
  refuseMachineInCustomCloud(connection);
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
      const token = await entraToken(host, { ...connection, authority, scope }, renew, endsAt);
      return { authorization: `Bearer ${token}` };
    },
  });
}

/** Client for the management plane (Azure Resource Manager), which includes all of Data Factory. */
export function managementApi(context: Context<AzureConnection>, service = 'Azure'): Api {
  const { management } = cloudOf(context.connection);
  return azureApi(service, management, `${management}/.default`, managementRole, context);
}

/** Client for the data plane of a Synapse workspace, which requires a separate token. */
export function synapseApi(context: Context<AzureConnection>, workspace: string): Api {
  const { connection } = context;
  const suffix = cloudOf(connection).synapseSuffix;
  if (!/^[a-z0-9-]{1,50}$/i.test(workspace)) {
    throw new PipewrightError({
      code: 'invalid-input',
      service: 'Azure Synapse',
      message: `“${workspace.slice(0, 60)}” is not a valid Synapse workspace name.`,
      hint: 'Select the workspace from the list.',
    });
  }
  const base =
    connection.cloud === 'custom' && connection.synapseUrl
      ? baseUrl(connection.synapseUrl.replace('{workspace}', workspace), 'Synapse URL')
      : `https://${workspace}${suffix}`;
  return azureApi('Azure Synapse', base, `https://${suffix.slice(1)}/.default`, synapseRole, context);
}
