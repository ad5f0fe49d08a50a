import { ConfidentialClientApplication, type INetworkModule, type NetworkResponse } from '@azure/msal-node';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { readClientCertificate, signAssertion } from '../../shared/src/auth/client-certificate.ts';
import { entraToken, type EntraApplication } from '../../shared/src/auth/entra-token.ts';
import { nodeHost } from '../../shared/src/host/node/node-host.ts';
import { sendByAxios } from '../../shared/src/host/node/send-by-axios.ts';
import type { Host, Machine } from '../../shared/src/host/host.ts';
import { makeCertificate } from '../support/machine/certificate.ts';
import { azureCertificate, federatedToken } from './azure/identity-provider.ts';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';

const scope = 'https://management.azure.com/.default';
const { tenantId, clientId, subscriptionId, identityClientId, identityHeader } = sandboxAccounts.azure;
const publicTokenUrl = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;

describe('Logins to Microsoft Entra without a client secret', () => {
  const clock = new ManualClock();
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
  });
  afterAll(() => sandbox.stop());

  const ownPem = (): string => azureCertificate().key + azureCertificate().certificate;
  const hostOf = (machine: Machine = {}): Host => ({
    ...nodeHost(),
    now: () => clock.now(),
    machine,
    // The metadata service has an address that exists only in Azure.
    http: (request) =>
      sendByAxios({ ...request, url: request.url.replace('http://169.254.169.254', sandbox.addresses.machine) }),
  });
  const login = (values: Partial<EntraApplication>, host = hostOf()): Promise<string> =>
    entraToken(host, { authority: sandbox.addresses.entra, scope, tenantId, clientId, ...values });
  const subscription = async (token: string): Promise<unknown> =>
    (
      await fetch(`${sandbox.addresses.arm}/subscriptions/${subscriptionId}?api-version=2022-12-01`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).json();
  const asText = (form: Record<string, string>): Promise<Response> =>
    fetch(`${sandbox.addresses.entra}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        scope,
        ...form,
      }),
    });

  it('work with the certificate of the app registration', async () => {
    const token = await login({ authentication: 'certificate', certificate: ownPem() });
    expect(await subscription(token)).toMatchObject({ displayName: 'Contoso Production' });
  });

  it('work with a token of the trusted identity provider', async () => {
    const token = await login({ authentication: 'federated', federatedToken: await federatedToken(clock.now()) });
    expect(await subscription(token)).toMatchObject({ displayName: 'Contoso Production' });
  });

  it.each([
    ['the system-assigned identity', undefined],
    ['a user-assigned identity', identityClientId],
  ])('work with %s of a virtual machine', async (_which, id) => {
    const token = await login({ authentication: 'managed-identity', identityClientId: id });
    expect(await subscription(token)).toMatchObject({ displayName: 'Contoso Production' });
  });

  it('work with the identity of an App Service', async () => {
    const variables: Record<string, string> = {
      IDENTITY_ENDPOINT: `${sandbox.addresses.machine}/msi/token`,
      IDENTITY_HEADER: identityHeader,
    };
    const host = hostOf({ variable: (name) => variables[name] });
    expect(await subscription(await login({ authentication: 'managed-identity' }, host))).toMatchObject({
      displayName: 'Contoso Production',
    });
    variables['IDENTITY_HEADER'] = 'another header';
    await expect(
      login({ authentication: 'managed-identity' }, hostOf({ variable: (name) => variables[name] })),
    ).rejects.toMatchObject({ code: 'unauthorized', message: expect.stringContaining('X-IDENTITY-HEADER') });
  });

  it('fail for an identity that the machine does not have', async () => {
    await expect(
      login({ authentication: 'managed-identity', identityClientId: '00000000-0000-4000-8000-000000000000' }),
    ).rejects.toMatchObject({ code: 'unauthorized', hint: expect.stringContaining('Identity Client ID') });
  });

  it('fail with a certificate that was not uploaded', async () => {
    const { key, certificate } = makeCertificate({ kind: 'rsa' });
    await expect(login({ authentication: 'certificate', certificate: key + certificate })).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/AADSTS700027: .*not registered/),
    });
  });

  it('fail if the clock of the machine is wrong', async () => {
    const late = { ...hostOf(), now: () => clock.now() - 3_600_000 };
    await expect(login({ authentication: 'certificate', certificate: ownPem() }, late)).rejects.toMatchObject({
      message: expect.stringContaining('AADSTS700024'),
      hint: expect.stringContaining('check the clock'),
    });
  });

  it.each([
    [700211, { issuer: 'https://other.example' }],
    [700212, { audience: 'api://something-else' }],
    [700213, { subject: 'system:serviceaccount:data:other' }],
  ] as const)('fail with AADSTS%i if the federated token is not the trusted one', async (number, change) => {
    const token = await federatedToken(clock.now(), change);
    await expect(login({ authentication: 'federated', federatedToken: token })).rejects.toMatchObject({
      message: expect.stringContaining(`AADSTS${number}`),
    });
  });

  it('fail with a federated token that has expired', async () => {
    const token = await federatedToken(clock.now() - 3_601_000);
    await expect(login({ authentication: 'federated', federatedToken: token })).rejects.toMatchObject({
      message: expect.stringContaining('AADSTS700024'),
    });
  });

  it.each([
    ['for another application', 700021, { clientId: 'another' }],
    ['for another token URL', 700023, { audience: 'https://login.example/token' }],
  ] as const)('fail with an assertion %s', async (_which, number, change) => {
    const assertion = await signAssertion(readClientCertificate(ownPem()), {
      clientId,
      audience: publicTokenUrl,
      now: clock.now(),
      ...change,
    });
    expect(await (await asText({ client_assertion: assertion })).json()).toMatchObject({ error_codes: [number] });
  });

  it('fail with an assertion that was sent before, or that is signed with another key', async () => {
    const certificate = readClientCertificate(ownPem());
    const request = { clientId, audience: publicTokenUrl, now: clock.now() };
    const assertion = await signAssertion(certificate, request);
    expect((await asText({ client_assertion: assertion })).status).toBe(200);
    expect(await (await asText({ client_assertion: assertion })).json()).toMatchObject({ error_codes: [50013] });
    const forged = await new SignJWT(decodeJwt(assertion))
      .setProtectedHeader({ ...decodeProtectedHeader(assertion), alg: 'PS256' })
      .sign(createPrivateKey(makeCertificate({ kind: 'rsa' }).key));
    expect(await (await asText({ client_assertion: forged })).json()).toMatchObject({ error_codes: [700027] });
  });

  it("send what Microsoft's own library sends", async () => {
    const sent: string[] = [];
    const answer = async <T>(response: Response): Promise<NetworkResponse<T>> => ({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: (await response.json()) as T,
    });
    const network: INetworkModule = {
      sendGetRequestAsync: () => Promise.reject(new Error('No other request is expected.')),
      sendPostRequestAsync: async (url, options) => {
        sent.push(options?.body ?? '');
        return answer(
          await fetch(url.replace('https://login.microsoftonline.com', sandbox.addresses.entra), {
            method: 'POST',
            body: new URLSearchParams(options?.body),
          }),
        );
      },
    };
    const { key, certificate } = azureCertificate();
    const authority = `https://login.microsoftonline.com/${tenantId}`;
    const thumbprintSha256 = new X509Certificate(certificate).fingerprint256.replace(/:/g, '');
    // The library has no clock of its own to set.
    clock.advance(Date.now() - clock.now());
    const application = new ConfidentialClientApplication({
      auth: {
        clientId,
        authority,
        clientCertificate: { privateKey: key, thumbprintSha256 },
        authorityMetadata: JSON.stringify({
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
          jwks_uri: `${authority}/discovery/v2.0/keys`,
        }),
        cloudDiscoveryMetadata: JSON.stringify({
          metadata: [
            {
              preferred_network: 'login.microsoftonline.com',
              preferred_cache: 'login.windows.net',
              aliases: ['login.microsoftonline.com'],
            },
          ],
        }),
      },
      system: { networkClient: network },
    });
    const theirs = await application.acquireTokenByClientCredential({ scopes: [scope] });
    expect(await subscription(theirs?.accessToken ?? '')).toMatchObject({ displayName: 'Contoso Production' });

    const requests: string[] = [];
    const host: Host = {
      ...hostOf(),
      async http(request) {
        requests.push(String(request.body));
        return { status: 200, headers: {}, text: '{"access_token":"t","expires_in":3599}' };
      },
    };
    await login(
      { authentication: 'certificate', certificate: ownPem(), authority: 'https://login.microsoftonline.com' },
      host,
    );
    const [msal, own] = [sent, requests].map(([body]) => new URLSearchParams(body));
    const assertionOf = (form: URLSearchParams | undefined): string => form?.get('client_assertion') ?? '';
    expect(decodeProtectedHeader(assertionOf(own))).toEqual({
      typ: 'JWT',
      ...decodeProtectedHeader(assertionOf(msal)),
    });
    const claims = [msal, own].map((form) => decodeJwt(assertionOf(form)));
    for (const name of ['iss', 'sub', 'aud'] as const) expect(claims[1]?.[name]).toEqual(claims[0]?.[name]);
    const lifetimes = claims.map(({ exp = 0, nbf = 0 }) => exp - nbf);
    expect(lifetimes[1]).toBe(lifetimes[0]);
    for (const name of ['grant_type', 'client_id', 'client_assertion_type', 'scope'])
      expect([name, own?.get(name)]).toEqual([name, msal?.get(name)?.split(' ')[0]]);
  });
});
