import type { Host } from '../host/host.ts';
import { missingLogin } from './http-login.ts';
import { requestToken, type TokenRequest } from './request-token.ts';

/** The logins that are exchanged for a bearer token by a request. */
const tokenLoginMethods = ['login', 'clientCredentials', 'application'] as const;

/** A login that is exchanged for a bearer token. */
export interface TokenLogin {
  /**
   * `login`: a user name and a password as JSON; `clientCredentials`: the client ID and secret as the form of OAuth 2.0;
   * `application`: the same as JSON, with the name `grant-type`.
   */
  authentication: (typeof tokenLoginMethods)[number];
  user?: string | undefined;
  password?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** For OAuth 2.0. Default: none. */
  scope?: string | undefined;
}

/** Where a token is requested, and how the answer is read. */
export interface TokenEndpoint extends Pick<TokenRequest, 'service' | 'readProblem' | 'tokenIn'> {
  tokenUrl: string;
  /** Where `tokenIn` looks: another field of the same answer is another token. */
  tokenField?: string;
}

/** The names and values of a login. @throws PipewrightError `not-connected` if a value is missing */
function valuesOf(service: string, { authentication, ...login }: TokenLogin): Record<string, string> {
  const { user, password, clientId, clientSecret, scope } = login;
  if (authentication === 'login') {
    if (!user) throw missingLogin(service, 'User Name');
    return { username: user, password: password ?? '' };
  }
  if (!clientId) throw missingLogin(service, 'Client ID');
  if (!clientSecret) throw missingLogin(service, 'Client Secret');
  const identity = { client_id: clientId, client_secret: clientSecret };
  return authentication === 'application'
    ? { ...identity, 'grant-type': 'client_credentials' }
    : { ...identity, grant_type: 'client_credentials', ...(scope ? { scope } : {}) };
}

/**
 * Returns a token for a login, from the cache while it is valid; see `requestToken`.
 * @throws PipewrightError `unauthorized` if the login is rejected, `not-connected` if a value is missing
 */
export async function loginToken(
  host: Host,
  { tokenUrl, tokenField, ...endpoint }: TokenEndpoint,
  login: TokenLogin,
  renew = false,
  endsAt?: number,
): Promise<string> {
  const values = valuesOf(endpoint.service, login);
  const isForm = login.authentication === 'clientCredentials';
  return requestToken(
    host,
    {
      ...endpoint,
      identity: [login.authentication, tokenUrl, tokenField, values],
      create: async () => ({
        method: 'POST',
        url: tokenUrl,
        headers: {
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8',
          accept: 'application/json',
        },
        body: isForm ? new URLSearchParams(values).toString() : JSON.stringify(values),
      }),
    },
    renew,
    endsAt,
  );
}
