import type { SandboxContext } from '../server/context.ts';
import { bearerToken, type SandboxRequest } from '../server/request.ts';
import { azureRefusal } from './refusal.ts';

/** Checks the token of a request. Azure distinguishes a missing, an invalid, an expired token and one for another resource. */
export function admitAzure(context: SandboxContext, resource: 'management' | 'synapse', request: SandboxRequest): void {
  const given = bearerToken(request);
  if (given === undefined) {
    const message = "Authentication failed. The 'Authorization' header is missing or has an invalid format.";
    throw azureRefusal(401, 'AuthenticationFailed', message, { 'www-authenticate': 'Bearer' });
  }
  const token = context.tokens.find(given);
  if (!token)
    throw azureRefusal(401, 'InvalidAuthenticationToken', 'The access token is invalid.', {
      'www-authenticate': 'Bearer error="invalid_token"',
    });
  if (token.expired) {
    const message = 'The access token expiry UTC time has passed: Lifetime validation failed, the token is expired.';
    throw azureRefusal(token.expiredStatus, 'ExpiredAuthenticationToken', message, {
      'www-authenticate': 'Bearer error="invalid_token"',
    });
  }
  if (token.resource !== resource) {
    const message = `The access token has been obtained for wrong audience or resource '${token.resource}'.`;
    throw azureRefusal(401, 'InvalidAuthenticationTokenAudience', message, {
      'www-authenticate': 'Bearer error="invalid_token"',
    });
  }
}

/** Rejects a request with a missing or unsupported `api-version`. */
export function checkVersion(request: SandboxRequest, versions: string[]): void {
  const version = request.query.get('api-version');
  if (!version)
    throw azureRefusal(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  if (!versions.includes(version)) {
    throw azureRefusal(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${versions.join(',')}'.`,
    );
  }
}
