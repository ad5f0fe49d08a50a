import { NodeHelpers } from 'n8n-workflow';
import nock from 'nock';
import type { NodeContext } from '../../../n8n-nodes/adapter/context.ts';
import { describeCredential } from '../../../n8n-nodes/adapter/credential.ts';
import { hostFor } from '../../../n8n-nodes/adapter/host.ts';
import { azureConnection } from '../../../shared/src/services/azure/connection.ts';
import { databricksConnection } from '../../../shared/src/services/databricks/connection.ts';
import { azureCertificate, federatedToken } from '../../doubles/azure/identity-provider.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-azure']);
});
afterEach(() => nock.cleanAll());
afterAll(async () => {
  nock.restore();
  await n8n.close();
  await sandbox.stop();
});

const getWorkspace = (credential: Record<string, unknown>) =>
  n8n.execute(
    {
      node: 'synapse',
      credentials: { pipewrightAzureApi: { ...sandboxCredentials(sandbox)['pipewrightAzureApi'], ...credential } },
      parameters: {
        resource: 'workspace',
        operation: 'getWorkspace',
        workspace: { __rl: true, mode: 'list', value: 'data-platform/contoso-synapse' },
        simplify: false,
      } as never,
    },
    [{ json: { token: 'unset' } }],
  );

it('a node logs in with a certificate whose line breaks were lost in the password field', async () => {
  const pem = `${azureCertificate().key}${azureCertificate().certificate}`.replace(/\n/g, ' ');
  const { items, error } = await getWorkspace({
    authentication: 'certificate',
    certificate: pem,
    clientSecret: 'left over from another method',
  });
  expect(error).toBeUndefined();
  expect(items[0]?.json).toMatchObject({ name: 'contoso-synapse' });
});

it('a node logs in with a federated token', async () => {
  const { items, error } = await getWorkspace({
    authentication: 'federated',
    clientSecret: '',
    federatedToken: await federatedToken(Date.now()),
  });
  expect(error).toBeUndefined();
  expect(items[0]?.json).toMatchObject({ name: 'contoso-synapse' });
});

it('a node logs in with the managed identity of its machine, and says where that works', async () => {
  const imds = nock('http://169.254.169.254', { reqheaders: { metadata: 'true' } })
    .get('/metadata/identity/oauth2/token')
    .query({ 'api-version': '2018-02-01', resource: 'https://management.azure.com' })
    .reply(200, { access_token: 'token-of-the-machine', expires_in: '3599' });
  nock('https://management.azure.com', { reqheaders: { authorization: 'Bearer token-of-the-machine' } })
    .get(/workspaces\/contoso-synapse$/)
    .query(true)
    .reply(200, {
      id: '/subscriptions/1/resourceGroups/data-platform/x',
      name: 'contoso-synapse',
      location: 'westeurope',
    });
  const machine = { authentication: 'managed-identity', cloud: 'public', clientSecret: '', tenantId: '', clientId: '' };
  const { items, error } = await getWorkspace(machine);
  expect(error).toBeUndefined();
  expect(imds.isDone()).toBe(true);
  expect(items[0]?.json).toMatchObject({ name: 'contoso-synapse' });
  nock('http://169.254.169.254').get(/.*/).query(true).replyWithError({ code: 'EHOSTUNREACH' });
  const nowhere = await getWorkspace({ ...machine, identityClientId: '00000000-0000-4000-8000-000000000000' });
  expect(nowhere.error).toMatchObject({
    message: expect.stringContaining('This machine has no managed identity'),
    description: expect.stringContaining('169.254.169.254'),
  });
});

it('logins may use the machine of n8n, but not that of n8n Cloud', () => {
  const hostAt = (address: string) =>
    hostFor({ getInstanceBaseUrl: () => address, logger: {} } as unknown as NodeContext, azureConnection);
  expect(hostAt('https://n8n.contoso.example/').machine).toEqual({});
  expect(hostAt('https://contoso.app.n8n.cloud/')).not.toHaveProperty('machine');
});

describe('the test of a credential with a managed identity', () => {
  const imds = () =>
    nock('http://169.254.169.254')
      .get('/metadata/identity/oauth2/token')
      .query(true)
      .reply(200, { access_token: 'token-of-the-machine', expires_in: '3599' });
  /** Tests the credential in a process whose node has seen this URL of the instance. */
  const testAfter = async (address: string | undefined) => {
    let result: { status: string; message: string } | undefined;
    await jest.isolateModulesAsync(async () => {
      const own = await import('../../../n8n-nodes/adapter/host.ts');
      const { testConnection } = await import('../../../n8n-nodes/adapter/credential-test.ts');
      const seen = { getInstanceBaseUrl: () => address, logger: {} } as unknown as NodeContext;
      if (address) own.hostFor(seen, azureConnection);
      const context = new n8n.core.CredentialTestContext(n8n.set({ node: 'synapse' }).additionalData);
      result = await testConnection(context, azureConnection, {
        authentication: 'managed-identity',
        subscriptionId: 'sub-1',
        cloud: 'public',
      });
    });
    return result;
  };

  it('uses the machine where a node has seen that n8n is self-hosted', async () => {
    const identity = imds();
    nock('https://management.azure.com')
      .get(/.*/)
      .query(true)
      .reply(200, { subscriptionId: 'sub-1', displayName: 'Contoso', value: [] });
    expect(await testAfter('https://n8n.contoso.example/')).toMatchObject({ status: 'OK' });
    expect(identity.isDone()).toBe(true);
  });

  it.each([
    ['on n8n Cloud', 'https://contoso.app.n8n.cloud/', 'A managed identity is not available here'],
    ['before a node has worked', undefined, 'cannot be tested yet'],
  ])('calls nothing %s', async (_where, address, message) => {
    const identity = imds();
    expect(await testAfter(address)).toMatchObject({ status: 'Error', message: expect.stringContaining(message) });
    expect(identity.isDone()).toBe(false);
  });
});

it.each([
  ['client-secret', ['Tenant ID', 'Client ID', 'Client Secret']],
  ['certificate', ['Tenant ID', 'Client ID', 'Certificate', 'Certificate Password']],
  ['federated', ['Tenant ID', 'Client ID', 'Federated Token']],
  ['managed-identity', ['Identity Client ID']],
])('the credential shows only the fields of the login %s', (authentication, expected) => {
  const always = ['Authentication', 'Subscription ID', 'Cloud', 'Webhook Secret', 'Previous Webhook Secret'];
  const properties = describeCredential(azureConnection);
  const values = {
    ...Object.fromEntries(properties.map(({ name, default: initial }) => [name, initial])),
    authentication,
  };
  const shown = properties
    .filter((property) => property.type !== 'notice' && NodeHelpers.displayParameter(values, property, null, null))
    .map(({ displayName }) => displayName);
  expect(shown.sort()).toEqual([...always, ...expected].sort());
});

it('the Databricks credential shows no field of Microsoft Entra for an access token', () => {
  const properties = describeCredential(databricksConnection);
  const values = Object.fromEntries(properties.map(({ name, default: initial }) => [name, initial]));
  const shown = properties
    .filter((property) => NodeHelpers.displayParameter(values, property, null, null))
    .map(({ name }) => name);
  expect(shown).toEqual([
    'notice',
    'workspaceUrl',
    'authentication',
    'token',
    'webhookSecret',
    'previousWebhookSecret',
  ]);
});
