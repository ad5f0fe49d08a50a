import { DataFactoryManagementClient } from '@azure/arm-datafactory';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { ArtifactsClient } from '@azure/synapse-artifacts';
import { SparkClient } from '@azure/synapse-spark';
import { sandboxAccounts, type Sandbox } from './sandbox.ts';

const { tenantId, clientId, clientSecret, subscriptionId, resourceGroup, factory, workspace, sparkPool } =
  sandboxAccounts.azure;

/** URL of the factory in Azure Resource Manager. */
export function factoryAddress(sandbox: Sandbox): string {
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  return `${sandbox.addresses.arm}${group}/providers/Microsoft.DataFactory/factories/${factory}`;
}

/** Requests a token from the sandbox's Entra. */
export async function fetchToken(
  sandbox: Sandbox,
  scope: string,
  change: Record<string, string> = {},
): Promise<Response> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope, ...change };
  return fetch(`${sandbox.addresses.entra}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
}

/** Returns an access token. @throws Error with Entra's reason */
export async function accessToken(sandbox: Sandbox, scope: string): Promise<string> {
  const body = (await (await fetchToken(sandbox, scope)).json()) as {
    access_token?: string;
    error_description?: string;
  };
  if (!body.access_token) throw new Error(body.error_description);
  return body.access_token;
}

/** Microsoft's clients send tokens over TLS only; this policy sends one over plain HTTP to the local sandbox. */
function plainToken(token: string): PipelinePolicy {
  return {
    name: 'plainTokenPolicy',
    sendRequest(request, next) {
      request.headers.set('authorization', `Bearer ${token}`);
      return next(request);
    },
  };
}

const credential = { getToken: async () => null };
const policy = 'bearerTokenAuthenticationPolicy';
const plain = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };

/** Microsoft's own clients for Data Factory, Synapse pipelines and Spark, logged in to the sandbox. */
export async function azureClients(sandbox: Sandbox) {
  const management = await accessToken(sandbox, 'https://management.azure.com/.default');
  const dataPlane = await accessToken(sandbox, 'https://dev.azuresynapse.net/.default');
  const endpoint = sandbox.addresses.synapse.replace('{workspace}', workspace);
  const dataFactory = new DataFactoryManagementClient(credential, subscriptionId, {
    endpoint: sandbox.addresses.arm,
    ...plain,
  });
  const artifacts = new ArtifactsClient(credential, endpoint, plain);
  const spark = new SparkClient(credential, endpoint, sparkPool, plain);
  for (const [client, token] of [
    [dataFactory, management],
    [artifacts, dataPlane],
    [spark, dataPlane],
  ] as const) {
    client.pipeline.removePolicy({ name: policy });
    client.pipeline.addPolicy(plainToken(token));
  }
  return { dataFactory, artifacts, spark };
}

/** All entries of a paged list. */
export async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const entries: T[] = [];
  for await (const entry of pages) entries.push(entry);
  return entries;
}
