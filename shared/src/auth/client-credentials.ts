import { createHash } from 'node:crypto';
import type { Host } from '../host/host.ts';
import type { HttpResponse } from '../host/http.ts';
import { PipewrightError } from '../host/error.ts';
import { httpError, type VendorProblem } from '../http/http-error.ts';
import { backoff, retryAfterSeconds } from '../http/retry-delay.ts';

/** What is needed to log in by the OAuth 2.0 client credentials grant (RFC 6749, section 4.4). */
export interface ClientCredentials {
  /** Display name, for errors. */
  service: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
  /** Where the ID and the secret stand: in the form, or in the header as HTTP Basic. Default: the form. */
  sentIn?: 'form' | 'header';
  /** Reads the vendor's error body. */
  readProblem?(response: HttpResponse): VendorProblem & { retryable?: boolean };
}

/** Tokens are renewed this many seconds before they run out. */
const margin = 60;

const readCommonProblem = (response: HttpResponse): VendorProblem => {
  try {
    const body = JSON.parse(response.text) as { error?: string; error_description?: string };
    return { ...(body.error ? { code: body.error } : {}), message: body.error_description ?? body.error ?? '' };
  } catch {
    return {};
  }
};

/**
 * A bearer token, from the cache while it lasts (`expires_in` less a minute), else fetched. The secret takes part in the
 * cache key only as a hash.
 * @param renew forget the cached token: it was refused
 */
export async function clientCredentialsToken(host: Host, credentials: ClientCredentials, renew = false): Promise<string> {
  const { service, tokenUrl, clientId, clientSecret, scope, sentIn = 'form' } = credentials;
  const key = `token:${createHash('sha256').update(JSON.stringify([tokenUrl, clientId, clientSecret, scope])).digest('hex').slice(0, 40)}`;
  if (renew) await host.cache.delete(key);
  else {
    const kept = await host.cache.get(key);
    if (typeof kept === 'string') {
      host.mask?.learn(kept);
      return kept;
    }
  }
  const readProblem = credentials.readProblem ?? readCommonProblem;
  const own: Record<string, string> = sentIn === 'form' ? { client_id: clientId, client_secret: clientSecret } : {};
  const basic: Record<string, string> = sentIn === 'header' ? { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` } : {};
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...own, ...(scope ? { scope } : {}) });
  for (let attempt = 0; ; attempt += 1) {
    const response = await host.http({
      method: 'POST',
      url: tokenUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...basic },
      body: form.toString(),
    });
    if (response.status === 200) {
      const { token, seconds } = readToken(service, response);
      host.mask?.learn(token);
      await host.cache.set(key, token, Math.max(1, seconds - margin));
      return token;
    }
    const problem: VendorProblem & { retryable?: boolean } = readProblem(response);
    if (attempt < 3 && (problem.retryable || response.status === 429 || response.status >= 500)) {
      const wait = retryAfterSeconds(response.headers, host.now());
      await host.sleep(wait === undefined ? backoff(attempt, host.random()) : Math.min(wait, 30) * 1000);
      continue;
    }
    const refused = response.status === 400 || response.status === 401;
    throw httpError(`${service} login`, refused ? { ...response, status: 401 } : response, problem, host.now());
  }
}

function readToken(service: string, response: HttpResponse): { token: string; seconds: number } {
  try {
    const body = JSON.parse(response.text) as { access_token?: unknown; expires_in?: unknown };
    if (typeof body.access_token === 'string') return { token: body.access_token, seconds: Number(body.expires_in ?? 300) || 300 };
  } catch {
    // Falls through to the error below: a page that is not JSON holds no token either.
  }
  throw new PipewrightError({
    code: 'unexpected-answer',
    service,
    message: `The login of ${service} gave no token.`,
    hint: 'Check the login address in the connection.',
  });
}
