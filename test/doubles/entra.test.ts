import { accessToken, fetchToken } from './azure-clients.ts';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';

const management = 'https://management.azure.com/.default';
const { subscriptionId } = sandboxAccounts.azure;

describe('the token endpoint of the sandbox', () => {
  const clock = new ManualClock();
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
  });
  afterAll(() => sandbox.stop());

  const subscription = (token: string) =>
    fetch(`${sandbox.addresses.arm}/subscriptions/${subscriptionId}?api-version=2022-12-01`, {
      headers: { authorization: `Bearer ${token}` },
    });

  it('issues a token for Azure Resource Manager', async () => {
    const response = await subscription(await accessToken(sandbox, management));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ displayName: 'Contoso Production', subscriptionId });
    expect(response.headers.get('x-ms-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    'https://management.core.windows.net//.default',
    'https://management.core.windows.net/.default',
    'BASE/arm/.default',
  ])('accepts %s for the management plane too', async (scope) => {
    expect((await subscription(await accessToken(sandbox, scope.replace('BASE', sandbox.baseUrl)))).status).toBe(200);
  });

  it('binds a token to its resource', async () => {
    const response = await subscription(await accessToken(sandbox, 'https://dev.azuresynapse.net/.default'));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'InvalidAuthenticationTokenAudience' } });
  });

  it('expires a token after an hour', async () => {
    const token = await accessToken(sandbox, management);
    clock.advance(3_598_000);
    expect((await subscription(token)).status).toBe(200);
    clock.advance(2_000);
    const response = await subscription(token);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'ExpiredAuthenticationToken' } });
  });

  it('expires tokens on demand, with the given status', async () => {
    const token = await accessToken(sandbox, management);
    sandbox.faults.add({ match: { path: /^\/arm/ }, fault: { kind: 'expire-tokens', status: 403 } });
    expect((await subscription(token)).status).toBe(403);
    expect((await subscription(token)).status).toBe(403);
    expect((await subscription(await accessToken(sandbox, management))).status).toBe(200);
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    ['an expired secret', { client_secret: sandboxAccounts.azure.expiredClientSecret }, 401, 'invalid_client', 7000222],
    [
      'an unknown application',
      { client_id: '00000000-0000-4000-8000-000000000000' },
      400,
      'unauthorized_client',
      700016,
    ],
    ['no application', { client_id: '' }, 400, 'invalid_request', 900144],
    ['no scope', { scope: '' }, 400, 'invalid_request', 900144],
    [
      'a scope without .default',
      { scope: 'https://management.azure.com/user_impersonation' },
      400,
      'invalid_scope',
      70011,
    ],
    ['an unknown resource', { scope: 'https://nowhere.example/.default' }, 400, 'invalid_resource', 500011],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
  ] as const)('rejects %s as Entra does', async (_what, change, status, error, number) => {
    const response = await fetchToken(sandbox, management, change);
    expect(response.status).toBe(status);
    const body = (await response.json()) as { error_description: string };
    expect(body).toMatchObject({ error, error_codes: [number] });
    expect(body.error_description).toMatch(new RegExp(`^AADSTS${number}: .+\r\nTrace ID: `));
  });

  it('rejects other tenants', async () => {
    const response = await fetch(`${sandbox.addresses.entra}/common/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'a',
        client_secret: 'b',
        scope: management,
      }),
    });
    expect(await response.json()).toMatchObject({ error: 'invalid_request', error_codes: [90002] });
  });
});
