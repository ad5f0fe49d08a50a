import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import type { HttpResponse } from '../host/http.ts';
import { PipewrightError } from '../host/error.ts';
import { displayField, displayText } from '../http/response-schema.ts';
import { httpError, type VendorProblem } from '../http/http-error.ts';
import { backoff, retryAfterSeconds } from '../http/retry-delay.ts';

/** Parameters of the OAuth 2.0 client credentials grant (RFC 6749, section 4.4). */
export interface ClientCredentials {
  /** Display name, for errors. */
  service: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
  /** Where to send the ID and the secret: in the form, or in the header as HTTP Basic. Default: the form. */
  sentIn?: 'form' | 'header';
  /** Parses the vendor's error response. */
  readProblem?(response: HttpResponse): VendorProblem & { retryable?: boolean };
}

/** Seconds before its expiry at which a token is renewed. */
const marginSeconds = 60;

const problemShape = v.object({ error: displayText, error_description: displayText });

const readCommonProblem = (response: HttpResponse): VendorProblem => {
  try {
    const { error, error_description: description } = v.parse(problemShape, JSON.parse(response.text));
    return { ...(error ? { code: error } : {}), message: description ?? error ?? '' };
  } catch {
    return {};
  }
};

/** Timeout of one login request in milliseconds. */
const answerTimeoutMs = 30_000;

/**
 * Returns a bearer token from the cache, or requests one and caches it until a minute before it expires. The cache key contains
 * only a hash of the secret. Redirects are never followed: they could send the secret elsewhere.
 * @param renew whether to discard the cached token because it was rejected
 * @param endsAt deadline in milliseconds since 1970; at least one second from now
 */
export async function clientCredentialsToken(
  host: Host,
  credentials: ClientCredentials,
  renew = false,
  endsAt?: number,
): Promise<string> {
  const { service, tokenUrl, clientId, clientSecret, scope, sentIn = 'form' } = credentials;
  const key = `token:${createHash('sha256')
    .update(JSON.stringify([tokenUrl, clientId, clientSecret, scope]))
    .digest('hex')
    .slice(0, 40)}`;
  if (renew) await host.cache.delete(key);
  else {
    const cached = await host.cache.get(key);
    if (typeof cached === 'string') {
      host.mask?.learn(cached);
      return cached;
    }
  }
  const readProblem = credentials.readProblem ?? readCommonProblem;
  const login: Record<string, string> = sentIn === 'form' ? { client_id: clientId, client_secret: clientSecret } : {};
  const basic: Record<string, string> =
    sentIn === 'header'
      ? { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }
      : {};
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...login, ...(scope ? { scope } : {}) });
  const isInTime = (milliseconds: number): boolean => endsAt === undefined || host.now() + milliseconds < endsAt;
  for (let attempt = 0; ; attempt += 1) {
    const response = await host.http({
      method: 'POST',
      url: tokenUrl,
      redirects: 'answer',
      timeout: endsAt === undefined ? answerTimeoutMs : Math.min(answerTimeoutMs, Math.max(1_000, endsAt - host.now())),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...basic },
      body: form.toString(),
    });
    if (response.status === 200) {
      const { token, seconds } = readToken(service, response);
      host.mask?.learn(token);
      await host.cache.set(key, token, Math.max(1, seconds - marginSeconds));
      return token;
    }
    if (response.status >= 300 && response.status < 400) throw redirected(service, response.status);
    const problem: VendorProblem & { retryable?: boolean } = readProblem(response);
    const retryAfter = retryAfterSeconds(response.headers, host.now());
    const pause = retryAfter === undefined ? backoff(attempt, host.random()) : Math.min(retryAfter, 30) * 1000;
    if (attempt < 3 && isInTime(pause) && (problem.retryable || response.status === 429 || response.status >= 500)) {
      await host.sleep(pause);
      continue;
    }
    const isRejected = response.status === 400 || response.status === 401;
    throw httpError(`${service} login`, isRejected ? { ...response, status: 401 } : response, problem, host.now());
  }
}

function redirected(service: string, status: number): PipewrightError {
  return new PipewrightError({
    code: 'unexpected-response',
    service,
    status,
    message: `The login URL of ${service} responded with a redirect (status ${status}), which is not followed because it would send the client secret elsewhere.`,
    hint: {
      n8n: 'Check the login URL in the credential.',
      zapier: 'Check the login URL in the connection.',
    },
  });
}

const tokenShape = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[\x20-\x7e]+$/)),
  expires_in: displayField(v.union([v.number(), v.string()])),
});

function readToken(service: string, response: HttpResponse): { token: string; seconds: number } {
  try {
    const { access_token: token, expires_in: seconds } = v.parse(tokenShape, JSON.parse(response.text));
    return { token, seconds: Number(seconds ?? 300) || 300 };
  } catch {
    throw new PipewrightError({
      code: 'unexpected-response',
      service,
      status: response.status,
      message: `The login of ${service} returned no token.`,
      hint: {
        n8n: 'Check the login URL in the credential. If it is correct, try again in a few minutes.',
        zapier: 'Check the login URL in the connection. If it is correct, try again in a few minutes.',
      },
    });
  }
}
