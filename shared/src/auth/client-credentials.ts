import type { Host } from '../host/host.ts';
import type { HttpRequest } from '../host/http.ts';
import { requestToken, type TokenRequest } from './request-token.ts';

/** A signed statement that proves the identity of a client in place of a secret. */
export interface ClientAssertion {
  /** The key or token behind it; a token in the cache belongs to this proof only. */
  proof: string;
  /** Creates an assertion, a new one for each attempt. */
  create(): Promise<string>;
}

/** Parameters of the OAuth 2.0 client credentials grant (RFC 6749, section 4.4). */
export type ClientCredentials = {
  /** Display name, for errors. */
  service: string;
  tokenUrl: string;
  clientId: string;
  scope?: string;
  readProblem?: TokenRequest['readProblem'];
} & (
  | {
      clientSecret: string;
      /** Where to send the ID and the secret: in the form, or in the header as HTTP Basic. Default: the form. */
      sentIn?: 'form' | 'header';
    }
  | { assertion: ClientAssertion }
);

/** The form fields and headers with the identity of the client (RFC 7521, section 4.2). */
async function identify(credentials: ClientCredentials): Promise<{ form: object; headers: HttpRequest['headers'] }> {
  const { clientId } = credentials;
  if ('assertion' in credentials) {
    const form = {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await credentials.assertion.create(),
    };
    return { form, headers: {} };
  }
  const { clientSecret, sentIn = 'form' } = credentials;
  if (sentIn === 'form') return { form: { client_id: clientId, client_secret: clientSecret }, headers: {} };
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return { form: {}, headers: { authorization: `Basic ${basic}` } };
}

/** Returns a bearer token for a client; see `requestToken`. */
export async function clientCredentialsToken(
  host: Host,
  credentials: ClientCredentials,
  renew = false,
  endsAt?: number,
): Promise<string> {
  const { service, tokenUrl, clientId, scope, readProblem } = credentials;
  const proof = 'assertion' in credentials ? credentials.assertion.proof : credentials.clientSecret;
  return requestToken(
    host,
    {
      service,
      identity: [tokenUrl, clientId, proof, scope],
      ...(readProblem ? { readProblem } : {}),
      async create() {
        const { form, headers } = await identify(credentials);
        return {
          method: 'POST',
          url: tokenUrl,
          headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            ...form,
            ...(scope ? { scope } : {}),
          }).toString(),
        };
      },
    },
    renew,
    endsAt,
  );
}
