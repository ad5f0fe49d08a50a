import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n();
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

/** Tests a credential as n8n does on saving: with the method of its node. */
async function test(node: string, changes: object = {}) {
  const type = n8n.nodeType(node);
  const [used] = type.description.credentials ?? [];
  const method = type.methods?.credentialTest?.[String(used?.testedBy)];
  if (!used || !method) throw new Error(`${node} tests no credential.`);
  const context = new n8n.core.CredentialTestContext(n8n.set({ node }).additionalData);
  return method.call(context, {
    id: '1',
    name: 'Mine',
    type: used.name,
    data: { ...sandboxCredentials(sandbox)[used.name], ...changes } as never,
  });
}

it.each(['dataFactory', 'dataFactoryTrigger', 'dbt', 'quantemplate'])(
  'the credential test accepts a valid credential of %s',
  async (node) => {
    expect(await test(node)).toEqual({ status: 'OK', message: expect.stringMatching(/^Connected to .+\.$/) });
  },
);

it('the credential test reports a wrong client secret without repeating it', async () => {
  const { status, message } = await test('dataFactory', {
    clientId: sandbox.accounts.azure.clientId,
    clientSecret: 'a-wrong-secret',
  });
  expect(status).toBe('Error');
  expect(message).toContain('secret');
  expect(message).not.toContain('a-wrong-secret');
});

it('the credential test reports a wrong dbt token', async () => {
  expect(await test('dbt', { apiToken: 'dbtc_wrong' })).toMatchObject({
    status: 'Error',
    message: expect.stringContaining('dbt'),
  });
});

it('the credential test names the missing field', async () => {
  expect(await test('dbt', { accountId: '' })).toMatchObject({
    status: 'Error',
    message: expect.stringContaining('“Account ID” is missing'),
  });
});

it('the credential test reports an unreachable address', async () => {
  expect(await test('dbt', { accessUrl: 'http://127.0.0.1:9' })).toMatchObject({
    status: 'Error',
    message: expect.stringContaining('refused the connection'),
  });
});
