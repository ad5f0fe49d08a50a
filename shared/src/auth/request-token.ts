import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { HttpRequest, HttpResponse } from '../host/http.ts';
import { httpError, type VendorProblem } from '../http/http-error.ts';
import { displayField, displayText } from '../http/response-schema.ts';
import { backoff, retryAfterSeconds } from '../http/retry-delay.ts';

/** How a token is requested. */
export interface TokenRequest {
  /** Display name, for errors. */
  service: string;
  /** Everything that the token depends on, secrets included: the cache key is a hash of it. */
  identity: readonly unknown[];
  /** Creates the request; called again for each attempt, because an assertion must not be sent twice. */
  create(): Promise<Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'direct'>>;
  /** Sends the request. Default: `host.http`. */
  send?: Host['http'];
  /** Parses the vendor's error response. Default: an error response of OAuth 2.0. */
  readProblem?(response: HttpResponse): TokenProblem;
  /** Finds the token in the JSON of the response. Default: `access_token`. */
  tokenIn?(answer: unknown): unknown;
}

/** The content of an error response, and whether a retry may help. */
export type TokenProblem = VendorProblem & { retryable?: boolean };

/** Seconds before its expiry at which a token is renewed. */
const marginSeconds = 60;

/** Timeout of one login request in milliseconds. */
const answerTimeoutMs = 30_000;

const problemShape = v.object({ error: displayText, error_description: displayText });

const readCommonProblem = (response: HttpResponse): VendorProblem => {
  try {
    const { error, error_description: description } = v.parse(problemShape, JSON.parse(response.text));
    return { ...(error ? { code: error } : {}), message: description ?? error ?? '' };
  } catch {
    return {};
  }
};

/**
 * Returns a token from the cache, or requests one and caches it until a minute before it expires. Redirects are never followed:
 * they could send the login elsewhere.
 * @param renew whether to discard the cached token because it was rejected
 * @param endsAt deadline in milliseconds since 1970; at least one second from now
 * @throws PipewrightError `unauthorized` if the login is rejected
 */
export async function requestToken(host: Host, request: TokenRequest, renew = false, endsAt?: number): Promise<string> {
  const { service, identity, send = host.http, readProblem = readCommonProblem, tokenIn } = request;
  const key = `token:${createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 40)}`;
  if (renew) await host.cache.delete(key);
  else {
    const cached = await host.cache.get(key);
    if (typeof cached === 'string') {
      host.mask?.add(cached);
      return cached;
    }
  }
  const isInTime = (milliseconds: number): boolean => endsAt === undefined || host.now() + milliseconds < endsAt;
  for (let attempt = 0; ; attempt += 1) {
    const response = await send({
      ...(await request.create()),
      redirects: 'answer',
      timeout: endsAt === undefined ? answerTimeoutMs : Math.min(answerTimeoutMs, Math.max(1_000, endsAt - host.now())),
    });
    if (response.status === 200 || response.status === 201) {
      const { token, seconds } = readToken(service, response, host.now(), tokenIn);
      host.mask?.add(token);
      await host.cache.set(key, token, Math.max(1, seconds - marginSeconds));
      return token;
    }
    if (response.status >= 300 && response.status < 400) throw redirected(service, response.status);
    const problem: TokenProblem = readProblem(response);
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
    message: `The login URL of ${service} responded with a redirect (status ${status}), which is not followed because it would send the login elsewhere.`,
    hint: {
      n8n: 'Check the login URL in the credential.',
      zapier: 'Check the login URL in the connection.',
    },
  });
}

const numberOrText = displayField(v.union([v.number(), v.string()]));

const tokenText = v.pipe(v.string(), v.regex(/^[\x20-\x7e]+$/));

const lifetimeShape = v.object({ expires_in: numberOrText, expires_on: numberOrText });

const accessTokenIn = (answer: unknown): unknown =>
  v.parse(v.object({ access_token: v.unknown() }), answer).access_token;

/** When a token in JWT format expires, in seconds since 1970; 0 for any other token. */
function expiryIn(token: string): number {
  try {
    return decodeJwt(token).exp ?? 0;
  } catch {
    return 0;
  }
}

/** Lifetime of a token of which nothing says when it expires, in seconds. */
const assumedSeconds = 300;

/**
 * Reads a token and its lifetime in seconds. App Service returns only the time at which it expires, in seconds since 1970; other
 * services only in the token itself.
 */
function readToken(
  service: string,
  response: HttpResponse,
  now: number,
  tokenIn: (answer: unknown) => unknown = accessTokenIn,
): { token: string; seconds: number } {
  try {
    const answer: unknown = JSON.parse(response.text);
    const token = v.parse(tokenText, tokenIn(answer));
    const lifetime = v.parse(lifetimeShape, answer);
    const expiry = Number(lifetime.expires_on) || expiryIn(token);
    const seconds = Number(lifetime.expires_in) || expiry - now / 1000;
    return { token, seconds: seconds > 0 ? seconds : assumedSeconds };
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
