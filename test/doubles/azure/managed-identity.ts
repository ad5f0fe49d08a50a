import { azureAccount } from './account.ts';
import type { SandboxContext } from '../server/context.ts';
import { json, text, type Reply } from '../server/reply.ts';
import type { SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';
import { resources } from './entra.ts';

const { identityClientId, identityHeader } = azureAccount;

/**
 * The endpoints for the managed identity of a machine: the Instance Metadata Service of a virtual machine, and that of App
 * Service. The machine has a system-assigned and a user-assigned identity.
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function managedIdentity(context: SandboxContext): Vendor {
  const refused = (message: string): Reply => json(400, { error: 'invalid_request', error_description: message });

  function giveToken({ query }: SandboxRequest, version: string, lifetime: (seconds: number) => object): Reply {
    if (query.get('api-version') !== version) return refused('The api-version is not supported.');
    const clientId = query.get('client_id');
    if (clientId !== null && clientId !== identityClientId) return refused('Identity not found');
    // A resource has no /.default, which is part of a scope.
    const name = query.get('resource') ?? '';
    const resource = name === `${context.baseUrl()}/arm` ? 'management' : resources[name];
    if (!resource)
      return refused(`AADSTS500011: The resource principal named ${name} was not found in the tenant named Contoso.`);
    const seconds = context.tokenSeconds;
    const token = context.tokens.issue(resource, clientId ?? 'system-assigned', seconds);
    return json(200, { access_token: token, resource: name, token_type: 'Bearer', ...lifetime(seconds) });
  }

  const expiresOn = (seconds: number): string => String(Math.floor(context.clock.now() / 1000) + seconds);

  return {
    name: 'managed-identity',
    prefix: '/machine',
    routes: {
      'GET /metadata/identity/oauth2/token': (request) =>
        request.headers['metadata'] === 'true'
          ? giveToken(request, '2018-02-01', (seconds) => ({
              expires_in: String(seconds),
              expires_on: expiresOn(seconds),
            }))
          : refused('Required metadata header not specified'),
      'GET /msi/token': (request) =>
        request.headers['x-identity-header'] === identityHeader
          ? giveToken(request, '2019-08-01', (seconds) => ({ expires_on: expiresOn(seconds) }))
          : json(401, { statusCode: 401, message: 'The header X-IDENTITY-HEADER is missing or wrong.' }),
    },
    unknown: () => text(404, ''),
  };
}
