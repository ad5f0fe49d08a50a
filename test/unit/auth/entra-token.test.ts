import { entraToken, type EntraApplication } from '../../../shared/src/auth/entra-token.ts';
import { describeError, PipewrightError } from '../../../shared/src/host/error.ts';
import type { Host, Machine } from '../../../shared/src/host/host.ts';
import { secretMask } from '../../../shared/src/host/secret-mask.ts';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { fakeHost, fakeStart, type Answer, type FakeHost } from '../fake-host.ts';

const own = makeCertificate({ kind: 'rsa' });
const pem = own.key + own.certificate;
const authority = 'https://login.microsoftonline.com';
const scope = 'https://management.azure.com/.default';
const tokenUrl = `${authority}/tenant-1/oauth2/v2.0/token`;
const imds = 'http://169.254.169.254/metadata/identity/oauth2/token';
const application = { authority, scope, tenantId: 'tenant-1', clientId: 'client-1' };
const byCertificate: EntraApplication = { ...application, authentication: 'certificate', certificate: pem };
const byToken: EntraApplication = {
  ...application,
  authentication: 'federated',
  federatedToken: 'token-of-the-provider',
};
const byMachine: EntraApplication = { authority, scope, authentication: 'managed-identity' };

const given = (token: string): Answer => ({ json: { access_token: token, expires_in: 3599 } });
const refusal = (number: number, message: string): Answer => ({
  status: 401,
  json: {
    error: 'invalid_client',
    error_codes: [number],
    error_description: `AADSTS${number}: ${message}\r\nTrace ID: 1\r\nTimestamp: 2026`,
  },
});
const connected = (options: Partial<Host> = {}): FakeHost => fakeHost(options).on('POST', tokenUrl, given('token-1'));
const formOf = (host: FakeHost, at = 0): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(host.sent('POST', '/token')[at]?.body));

/** A machine with some variables and files. */
const machineWith = (variables: Record<string, string>, files: Record<string, string> = {}): Machine => ({
  variable: (name) => variables[name],
  async readText(path) {
    const text = files[path];
    if (text === undefined)
      throw new PipewrightError({ code: 'not-found', message: `The file ${path} does not exist.` });
    return text;
  },
});

describe('entraToken', () => {
  it('sends a client secret if nothing else is selected, as before', async () => {
    const host = connected();
    expect(await entraToken(host, { ...application, clientSecret: 's3cret ' })).toBe('token-1');
    expect(formOf(host)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_secret: 's3cret',
      scope,
    });
  });

  it('sends an assertion in place of a secret, and nothing of the certificate', async () => {
    const host = connected();
    expect(await entraToken(host, { ...byCertificate, clientSecret: 'left over' })).toBe('token-1');
    expect(formOf(host)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]{300,}$/),
      scope,
    });
  });

  it('signs a new assertion for each attempt', async () => {
    const host = fakeHost().on('POST', tokenUrl, [{ status: 503 }, given('token-2')]);
    expect(await entraToken(host, byCertificate)).toBe('token-2');
    expect(formOf(host, 0)['client_assertion']).not.toBe(formOf(host, 1)['client_assertion']);
  });

  it('keeps the assertion and a file of the machine out of every text', async () => {
    const mask = secretMask();
    const host = connected({ mask, machine: machineWith({}, { '/token': 'text-in-the-token-file\n' }) });
    await entraToken(host, byCertificate);
    await entraToken(host, { ...byToken, federatedToken: undefined, federatedTokenFile: '/token' });
    expect(mask.text(`sent ${formOf(host)['client_assertion']} and text-in-the-token-file`)).toBe('sent *** and ***');
  });

  it('reads a certificate and its password from a path', async () => {
    const host = connected({ machine: machineWith({}, { 'app.pem': pem }) });
    await entraToken(host, { ...byCertificate, certificate: undefined, certificatePath: 'app.pem' });
    expect(formOf(host)['client_assertion']).toBeDefined();
  });

  it('reads the file of a federated token again for each login, because its owner renews it', async () => {
    const files = { '/azure/token': 'first-token\n' };
    const host = connected({ machine: machineWith({ AZURE_FEDERATED_TOKEN_FILE: '/azure/token' }, files) });
    const login = { ...byToken, federatedToken: undefined };
    await entraToken(host, login);
    files['/azure/token'] = 'second-token';
    await entraToken(host, login);
    expect([0, 1].map((at) => formOf(host, at)['client_assertion'])).toEqual(['first-token', 'second-token']);
  });

  it('prefers the token of the form to the file of the machine', async () => {
    const host = connected({ machine: machineWith({ AZURE_FEDERATED_TOKEN_FILE: '/azure/token' }) });
    await entraToken(host, byToken);
    expect(formOf(host)['client_assertion']).toBe('token-of-the-provider');
  });

  it('takes a token from the cache only for the same proof', async () => {
    const host = connected();
    const logins: EntraApplication[] = [
      { ...application, clientSecret: 'secret-1' },
      { ...application, clientSecret: 'secret-2' },
      byCertificate,
      byToken,
      { ...byToken, federatedToken: 'another-token' },
    ];
    for (const login of [...logins, ...logins]) await entraToken(host, login);
    expect(host.sent('POST', '/token')).toHaveLength(logins.length);
    host.pass(3_540_000);
    await entraToken(host, byCertificate);
    expect(host.sent('POST', '/token')).toHaveLength(logins.length + 1);
  });

  it.each([
    ['Tenant ID', { ...byCertificate, tenantId: ' ' }],
    ['Client ID', { ...byToken, clientId: undefined }],
    ['Client Secret', application],
    ['Certificate', { ...byCertificate, certificate: undefined }],
    ['Certificate', { ...byCertificate, certificate: undefined, certificatePath: '/etc/app.pem' }],
    ['Federated Token', { ...byToken, federatedToken: undefined }],
  ])('without %s says what to enter and sends nothing', async (label, login) => {
    const host = fakeHost();
    await expect(entraToken(host, login)).rejects.toMatchObject({
      code: 'not-connected',
      message: `${label} is empty, but the selected authentication requires it.`,
      hint: { n8n: `Enter ${label} in the credential, or select another Authentication.` },
    });
    expect(host.requests).toEqual([]);
  });

  it.each([
    [700027, 'The certificate is not registered.', byCertificate, 'Upload the certificate to the app registration'],
    [7000214, 'Certificate has been revoked.', byCertificate, 'Create a new certificate'],
    [700024, 'Client assertion is not within its valid time range.', byCertificate, 'check the clock'],
    [700016, 'Application was not found.', byCertificate, 'Check Client ID and Tenant ID.'],
    [90002, 'Tenant not found.', { ...application, clientSecret: 's' }, 'Cloud or Entra Authority URL'],
    [900023, 'Not a valid DNS name.', { ...application, clientSecret: 's' }, 'Copy Directory (tenant) ID'],
    [700213, 'No matching federated identity record found.', byToken, 'Compare the subject of the token'],
    [700212, 'No matching federated identity record found.', byToken, 'Compare the audience of the token'],
    [700211, 'No matching federated identity record found.', byToken, 'Compare the issuer of the token'],
    [70025, 'No configured federated identity credentials.', byToken, 'has no federated credential'],
    [7000222, 'Expired.', { ...application, clientSecret: 's' }, 'The client secret has expired'],
  ])('names AADSTS%i and says what to do', async (number, message, login, hint) => {
    const host = fakeHost().on('POST', tokenUrl, refusal(number, message));
    const error: unknown = await entraToken(host, login).catch((raised: unknown) => raised);
    expect(error).toMatchObject({
      code: 'unauthorized',
      message: `Microsoft Entra login returned an error: AADSTS${number}: ${message}`,
    });
    expect(describeError(error, 'n8n')).toContain(hint);
  });

  it('names the certificate by the thumbprint of the portal if Microsoft Entra does not know it', async () => {
    const host = fakeHost().on('POST', tokenUrl, refusal(700027, 'Not registered.'));
    const error: unknown = await entraToken(host, byCertificate).catch((raised: unknown) => raised);
    expect(describeError(error, 'n8n')).toMatch(/thumbprint [0-9A-F]{40}, valid until \d{4}-01-01\.$/);
  });

  it('names the code if the message of Microsoft Entra does not', async () => {
    const host = fakeHost().on('POST', tokenUrl, {
      status: 400,
      json: { error: 'invalid_client', error_codes: [700027] },
    });
    await expect(entraToken(host, byCertificate)).rejects.toMatchObject({
      message: 'Microsoft Entra login returned an error: AADSTS700027: invalid_client.',
    });
  });
});

describe('entraToken for a managed identity', () => {
  it('asks the Instance Metadata Service for the resource of the scope', async () => {
    const host = fakeHost({ machine: {} }).on('GET', imds, { json: { access_token: 'token-3', expires_in: '3599' } });
    expect(await entraToken(host, byMachine)).toBe('token-3');
    expect(host.requests[0]).toMatchObject({
      query: { 'api-version': '2018-02-01', resource: 'https://management.azure.com' },
      headers: { metadata: 'true' },
    });
  });

  it('names a user-assigned identity by its client ID', async () => {
    const host = fakeHost({ machine: {} }).on('GET', imds, given('token-4'));
    await entraToken(host, { ...byMachine, identityClientId: 'identity-1' });
    expect(host.requests[0]?.query).toMatchObject({ client_id: 'identity-1' });
  });

  it('asks the endpoint of App Service if the machine names one, and reads when its token expires', async () => {
    const mask = secretMask();
    const endpoint = 'http://127.0.0.1:41234/msi/token';
    const expiresOn = String(fakeStart / 1000 + 600);
    const host = fakeHost({
      mask,
      machine: machineWith({ IDENTITY_ENDPOINT: `${endpoint}/`, IDENTITY_HEADER: 'header-of-the-service' }),
    }).on('GET', `${endpoint}/`, { json: { access_token: 'token-5', expires_on: expiresOn } });
    expect(await entraToken(host, byMachine)).toBe('token-5');
    expect(host.requests[0]).toMatchObject({
      query: { 'api-version': '2019-08-01', resource: 'https://management.azure.com' },
      headers: { 'x-identity-header': 'header-of-the-service' },
    });
    expect(mask.text('header-of-the-service')).toBe('***');
    await entraToken(host, byMachine);
    expect(host.requests).toHaveLength(1);
    host.pass(541_000);
    await entraToken(host, byMachine);
    expect(host.requests).toHaveLength(2);
  });

  it.each(['https://attacker.example/token', 'http://10.0.0.4/token', 'http://169.254.169.254.example/', 'nonsense'])(
    'never sends the header of App Service to %s',
    async (endpoint) => {
      const host = fakeHost({
        machine: machineWith({ IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: 'secret-header' }),
      });
      await expect(entraToken(host, byMachine)).rejects.toMatchObject({
        code: 'not-connected',
        message: 'IDENTITY_ENDPOINT is not an address on this machine.',
      });
      expect(host.requests).toEqual([]);
    },
  );

  it('retries while the service is being updated', async () => {
    const host = fakeHost({ machine: {} }).on('GET', imds, [
      { status: 410 },
      { status: 429, headers: { 'retry-after': '2' } },
      { status: 404 },
      given('token-6'),
    ]);
    expect(await entraToken(host, byMachine)).toBe('token-6');
    expect(host.sleeps).toContain(2_000);
  });

  it('says that the machine has no such identity', async () => {
    const host = fakeHost({ machine: {} }).on('GET', imds, {
      status: 400,
      json: { error: 'invalid_request', error_description: 'Identity not found' },
    });
    const error: unknown = await entraToken(host, byMachine).catch((raised: unknown) => raised);
    expect(error).toMatchObject({
      code: 'unauthorized',
      message: 'Azure managed identity login returned an error: Identity not found.',
      hint: expect.stringContaining('check Identity Client ID'),
    });
  });

  it('says where it works if the endpoint does not respond', async () => {
    const host = fakeHost({ machine: {} }).on('GET', imds, 'lost');
    await expect(entraToken(host, byMachine)).rejects.toMatchObject({
      code: 'not-connected',
      message: 'This machine has no managed identity: its endpoint does not respond.',
      hint: { n8n: expect.stringContaining('N8N_SSRF_ALLOWED_IP_RANGES') },
    });
  });

  it('sends nothing where the machine does not belong to the user', async () => {
    const host = fakeHost();
    await expect(entraToken(host, byMachine)).rejects.toMatchObject({ code: 'not-connected' });
    expect(host.requests).toEqual([]);
  });
});
