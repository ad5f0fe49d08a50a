import { azureAccount } from './account.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import { json, Refusal, text, type Reply } from '../server/reply.ts';
import { parameter, readForm, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';

const account = azureAccount;

/** Resources of the public cloud in the tenant. The sandbox simulates the management, Synapse, Power BI and Fabric APIs. */
const resources: Record<string, string> = {
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

  function giveToken(request: SandboxRequest): Reply {
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
    const secret = form.get('client_secret');
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
