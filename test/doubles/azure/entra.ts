import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from 'jose';
import { azureAccount } from './account.ts';
import { providerPublicKey, trust, uploadedCertificate } from './identity-provider.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import { json, Refusal, text, type Reply } from '../server/reply.ts';
import { parameter, readForm, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';

const account = azureAccount;

/** Resources of the public cloud in the tenant, by name. The sandbox simulates the management, Synapse, Power BI and Fabric APIs. */
export const resources: Record<string, string> = {
  'https://management.azure.com': 'management',
  'https://management.core.windows.net': 'management',
  'https://dev.azuresynapse.net': 'synapse',
  'https://database.windows.net': 'database',
  'https://storage.azure.com': 'storage',
  'https://analysis.windows.net/powerbi/api': 'power-bi',
  'https://api.fabric.microsoft.com': 'fabric',
  '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d': 'databricks',
};

/**
 * Microsoft Entra's token endpoint for the client credentials grant.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function entra(context: SandboxContext): Vendor {
  const { clock, identifiers, tokens } = context;

  function refusal(status: number, error: string, number: number, message: string): Refusal {
    const timestamp = iso(clock.now())
      .replace('T', ' ')
      .replace(/\.\d+Z/, 'Z');
    const traceId = identifiers.uuid();
    const correlationId = identifiers.uuid();
    const lines = [`Trace ID: ${traceId}`, `Correlation ID: ${correlationId}`, `Timestamp: ${timestamp}`];
    const description = [`AADSTS${number}: ${message}`, ...lines].join('\r\n');
    return new Refusal(
      json(status, {
        error,
        error_description: description,
        error_codes: [number],
        timestamp,
        trace_id: traceId,
        correlation_id: correlationId,
        error_uri: `https://login.microsoftonline.com/error?code=${number}`,
      }),
    );
  }

  function resourceOf(scope: string): string {
    if (!/^\S+\/\.default$/.test(scope)) {
      throw refusal(
        400,
        'invalid_scope',
        70011,
        `The provided request must include a 'scope' input parameter. The scope ${scope} is not valid.`,
      );
    }
    const name = scope.replace(/\/+\.default$/, '');
    const here = context.baseUrl();
    const local: Record<string, string> = {
      [`${here}/arm`]: 'management',
      [`${here}/power-bi`]: 'power-bi',
      [`${here}/fabric`]: 'fabric',
    };
    const resource = name.startsWith(`${here}/synapse`) ? 'synapse' : (local[name] ?? resources[name]);
    if (resource) return resource;
    throw refusal(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${name} was not found in the tenant named Contoso.`,
    );
  }

  function checkSecret(secret: string | null): void {
    if (!secret) {
      throw refusal(
        401,
        'invalid_client',
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      );
    }
    if (secret === account.expiredClientSecret) {
      throw refusal(
        401,
        'invalid_client',
        7000222,
        `The provided client secret keys for app '${account.clientId}' are expired.`,
      );
    }
    if (secret !== account.clientSecret) {
      throw refusal(
        401,
        'invalid_client',
        7000215,
        'Invalid client secret provided. Ensure that the secret is the client secret value, not the client secret ID.',
      );
    }
  }

  /** Assertions of certificates that were sent. Microsoft documents no such check; here, none may be sent twice. */
  const usedAssertions = new Set<string>();

  const invalid = (number: number, message: string): Refusal => refusal(401, 'invalid_client', number, message);

  async function checkAssertion(assertion: string, form: URLSearchParams, tenant: string): Promise<void> {
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      throw refusal(400, 'invalid_request', 900144, "The parameter 'client_assertion_type' is missing or unknown.");
    let header: ProtectedHeaderParameters;
    let claims: JWTPayload;
    try {
      header = decodeProtectedHeader(assertion);
      claims = decodeJwt(assertion);
    } catch {
      throw invalid(50027, 'JWT token is invalid or malformed.');
    }
    const { 'x5t#S256': named } = header;
    const thumbprint = typeof named === 'string' ? named : undefined;
    const key = thumbprint === undefined ? providerPublicKey() : uploadedCertificate(thumbprint);
    if (!key)
      throw invalid(
        700027,
        `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}']`,
      );
    try {
      await compactVerify(assertion, key, { algorithms: thumbprint === undefined ? ['RS256'] : ['PS256', 'RS256'] });
    } catch {
      throw invalid(
        700027,
        'Client assertion contains an invalid signature. [Reason - The key was found but use of the key to verify the signature failed.]',
      );
    }
    const seconds = clock.now() / 1000;
    if (claims.exp === undefined || claims.nbf === undefined || claims.exp <= seconds || claims.nbf > seconds + 300)
      throw invalid(700024, 'Client assertion is not within its valid time range.');
    if (thumbprint === undefined) checkTrust(claims);
    else checkOwnAssertion(claims, tenant);
  }

  /** @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials#claims-payload */
  function checkOwnAssertion({ iss, sub, aud, jti, iat }: JWTPayload, tenant: string): void {
    if (iss?.toLowerCase() !== account.clientId || sub?.toLowerCase() !== account.clientId)
      throw invalid(700021, "Client assertion application identifier doesn't match 'client_id' parameter.");
    const authorities = [`${context.baseUrl()}/entra`, 'https://login.microsoftonline.com'];
    if (!authorities.some((authority) => aud === `${authority}/${tenant}/oauth2/v2.0/token`))
      throw invalid(700023, 'Client assertion audience claim does not match Realm issuer.');
    if (typeof jti !== 'string' || jti.length < 16 || iat === undefined || usedAssertions.has(jti))
      throw invalid(50013, 'Assertion is invalid: jti is missing or was used before.');
    usedAssertions.add(jti);
  }

  /** @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
  function checkTrust({ iss, sub, aud }: JWTPayload): void {
    const named: [number, string, unknown, string][] = [
      [700211, 'issuer', iss, trust.issuer],
      [700213, 'subject', sub, trust.subject],
      [700212, 'audience', aud, trust.audience],
    ];
    for (const [number, name, presented, trusted] of named)
      if (presented !== trusted)
        throw invalid(
          number,
          `No matching federated identity record found for presented assertion ${name} '${String(presented)}'.`,
        );
  }

  async function giveToken(request: SandboxRequest): Promise<Reply> {
    const form = readForm(request);
    for (const name of ['grant_type', 'client_id']) {
      if (!form.get(name))
        throw refusal(
          400,
          'invalid_request',
          900144,
          `The request body must contain the following parameter: '${name}'.`,
        );
    }
    if (parameter(request, 'tenant').toLowerCase() !== account.tenantId) {
      throw refusal(
        400,
        'invalid_request',
        90002,
        `Tenant '${parameter(request, 'tenant')}' not found. Check to make sure you have the correct tenant ID.`,
      );
    }
    if (form.get('grant_type') !== 'client_credentials') {
      throw refusal(
        400,
        'unsupported_grant_type',
        70003,
        `The app requested an unsupported grant type '${form.get('grant_type')}'.`,
      );
    }
    if (form.get('client_id')?.toLowerCase() !== account.clientId) {
      throw refusal(
        400,
        'unauthorized_client',
        700016,
        `Application with identifier '${form.get('client_id')}' was not found in the directory 'Contoso'.`,
      );
    }
    if (!form.get('scope'))
      throw refusal(400, 'invalid_request', 900144, "The request body must contain the following parameter: 'scope'.");
    const resource = resourceOf(form.get('scope') ?? '');
    const assertion = form.get('client_assertion');
    if (assertion) await checkAssertion(assertion, form, parameter(request, 'tenant'));
    else checkSecret(form.get('client_secret'));
    const seconds = context.tokenSeconds;
    const headers = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' };
    return json(
      200,
      {
        token_type: 'Bearer',
        expires_in: seconds,
        ext_expires_in: seconds,
        access_token: tokens.issue(resource, account.clientId, seconds),
      },
      headers,
    );
  }

  return {
    name: 'entra',
    prefix: '/entra',
    routes: { 'POST /{tenant}/oauth2/v2.0/token': giveToken },
    headers: () => ({ 'x-ms-request-id': identifiers.uuid() }),
    unknown: () => text(404, ''),
  };
}
