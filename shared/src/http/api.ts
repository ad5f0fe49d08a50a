import { PipewrightError, withDetails } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { Host } from '../host/host.ts';
import type { Headers, HttpRequest, HttpResponse } from '../host/http.ts';
import type { Effect } from './effect.ts';
import { parseResponse, unexpectedResponse, type Parsed, type ResponseSchema } from './response-schema.ts';
import { parseExact } from './exact-json.ts';
import { isRedirect, sendGuarded } from './guard-redirects.ts';
import { httpError, type VendorProblem } from './http-error.ts';
import { resumeDownload, type Streamed } from './resume-download.ts';
import { backoff, retryAfterSeconds } from './retry-delay.ts';

/** A login of one call that the vendor rejected. */
export interface RejectedLogin {
  headers: Headers;
  /** Number of rejections of this call, this one included. */
  times: number;
}

/** Configuration of a client for one vendor's API. */
export interface ApiOptions {
  /** Display name, for errors. */
  service: string;
  /** Prefix of every path, without a trailing slash. Absolute URLs must have the same origin. Empty: any origin. */
  baseUrl: string;
  host: Host;
  /**
   * Headers for authentication.
   * @param renew whether to request a new token because the last one was rejected
   * @param endsAt see `Call.endsAt`
   * @param rejected the headers of this call that were rejected, and how often it was rejected so far
   */
  authorize(renew: boolean, endsAt?: number, rejected?: RejectedLogin): Promise<Headers>;
  /** How often a call logs in again because its login was rejected. Default: 1. */
  maxRenewals?: number;
  /** Headers for every request. */
  headers?: Headers;
  /** Parses the vendor's error response. Default: `readCommonProblem`. */
  readProblem?(response: HttpResponse): VendorProblem;
  /** Maps the status of a response, for vendors that report errors with 200. Default: unchanged. */
  readStatus?(response: HttpResponse): number;
  /** Whether a redirect to another origin is refused instead of followed without credentials. Default: false. */
  staysOnOrigin?: boolean;
  /** Whether a response other than 401 means that the token has expired. */
  isTokenExpired?(response: HttpResponse): boolean;
}

/** Options of one API call. */
export interface Call {
  /** Query parameters; undefined values are omitted. */
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Headers;
  /** Sent as JSON. */
  json?: unknown;
  /** JSON text, sent unchanged. */
  jsonText?: string | undefined;
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Record<string, string>;
  /** Raw body. A stream can be sent only once; a function that opens it allows retries. */
  bytes?: { stream: Bytes | (() => Promise<Bytes>); length?: number; mediaType: string };
  /** Determines whether the call is retried. Default: `safe` for GET and HEAD, otherwise `unsafe`. */
  effect?: Effect;
  /** See `HttpRequest.afterStop`. */
  afterStop?: boolean;
  /** Deadline of the call and its retries, in milliseconds since 1970; at least one second from now. Default: none. */
  endsAt?: number | undefined;
}

/** Client for a vendor's API: authenticates, retries where safe, and converts error responses to `PipewrightError`. */
export interface Api {
  /** See `ApiOptions.baseUrl`. */
  readonly baseUrl: string;
  /**
   * Sends a request and validates the JSON of the response. An empty body is undefined.
   * @throws PipewrightError `unexpected-response` if the response is not JSON or does not match the shape
   */
  json<S extends ResponseSchema>(
    method: HttpRequest['method'],
    path: string,
    shape: S,
    call?: Call,
  ): Promise<Parsed<S>>;
  /** Sends a GET request and streams the response; resumes after a lost connection where the vendor allows it. */
  stream(path: string, call?: Call): Promise<Streamed>;
  /** Sends a request and returns the successful response. */
  send(method: HttpRequest['method'], path: string, call?: Call): Promise<HttpResponse>;
}

const maxAttempts = 4;

/** Timeout of one response in milliseconds. */
const answerTimeoutMs = 30_000;

/** Parses the usual error responses: `error.message`, `error_description`, `message` or plain text. */
export function readCommonProblem(response: HttpResponse): VendorProblem {
  try {
    const body = JSON.parse(response.text) as {
      error?: unknown;
      message?: unknown;
      error_description?: unknown;
    } | null;
    const nested = body?.error as { message?: unknown; code?: unknown } | string | null | undefined;
    const message =
      (typeof nested === 'object' ? nested?.message : undefined) ?? body?.error_description ?? body?.message ?? nested;
    const code = typeof nested === 'object' ? nested?.code : nested;
    return { ...(typeof message === 'string' ? { message } : {}), ...(typeof code === 'string' ? { code } : {}) };
  } catch {
    return /<html/i.test(response.text) ? {} : { message: response.text };
  }
}

/** A segment that a URL resolves: an ID of `..` would turn the request for one resource into that for another. */
const dotSegment = /^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

function leavesPath(): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: 'an ID must not be “.” or “..”.',
    hint: 'Select the value from the list, or copy its ID again.',
  });
}

/** Builds the URL of a path with its query. */
function buildUrl(baseUrl: string, path: string, query: Call['query'] = {}): string {
  const parameters = Object.entries(query).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
  );
  const isAbsolute = /^https?:\/\//.test(path);
  if (!isAbsolute && dotSegment.test(path)) throw leavesPath();
  const url = isAbsolute ? path : `${baseUrl}${path}`;
  if (parameters.length === 0) return url;
  const text = new URLSearchParams(
    parameters.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return `${url}${url.includes('?') ? '&' : '?'}${text}`;
}

/** Creates a client for a vendor's API; see `Api`. */
export function openApi(options: ApiOptions): Api {
  const { host, service } = options;
  const readProblem = options.readProblem ?? readCommonProblem;

  async function request(
    method: HttpRequest['method'],
    path: string,
    call: Call,
    authorization: Headers,
    answer: HttpRequest['answer'],
  ): Promise<HttpRequest> {
    const url = buildUrl(options.baseUrl, path, call.query);
    assertSameOrigin(options, url);
    const headers: Headers = { accept: 'application/json', ...options.headers, ...call.headers, ...authorization };
    let body: HttpRequest['body'];
    if (call.json !== undefined) {
      headers['content-type'] = 'application/json; charset=utf-8';
      body = JSON.stringify(call.json);
    } else if (call.jsonText !== undefined) {
      headers['content-type'] = 'application/json; charset=utf-8';
      body = call.jsonText;
    } else if (call.form) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      body = new URLSearchParams(call.form).toString();
    } else if (call.bytes) {
      headers['content-type'] = call.bytes.mediaType;
      const { stream } = call.bytes;
      body = {
        stream: typeof stream === 'function' ? await stream() : stream,
        ...(call.bytes.length === undefined ? {} : { length: call.bytes.length }),
      };
    }
    const timeout = Math.min(answerTimeoutMs, timeLeft(call, host));
    return {
      method,
      url,
      headers,
      timeout,
      ...(call.afterStop ? { afterStop: true } : {}),
      ...(body === undefined ? {} : { body }),
      ...(answer === undefined ? {} : { answer }),
    };
  }

  async function send(
    method: HttpRequest['method'],
    path: string,
    call: Call = {},
    answer?: HttpRequest['answer'],
  ): Promise<HttpResponse> {
    const effect = call.effect ?? (method === 'GET' || method === 'HEAD' ? 'safe' : 'unsafe');
    const canRetry = call.bytes === undefined || typeof call.bytes.stream === 'function';
    const isInTime = (milliseconds: number): boolean =>
      call.endsAt === undefined || host.now() + milliseconds < call.endsAt;
    let rejected: RejectedLogin | undefined;
    let renew = false;
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt >= maxAttempts - 1 || !canRetry;
      let authorization: Headers;
      let response: HttpResponse;
      try {
        authorization = await options.authorize(renew, call.endsAt, rejected).catch(asUnsent);
        renew = false;
        response = await sendGuarded(
          host,
          await request(method, path, call, authorization, answer),
          Object.keys(authorization),
          options.staysOnOrigin,
        );
        if (options.readStatus) response = { ...response, status: options.readStatus(response) };
      } catch (error) {
        const pause = backoff(attempt, host.random());
        if (last || !isInTime(pause) || !(error instanceof PipewrightError) || !error.retryable)
          throw withService(error, service);
        if (effect === 'unsafe' && !error.unsent) throw withService(error, service);
        await host.sleep(pause);
        continue;
      }
      if (response.status >= 200 && response.status < 300) return response;
      if (response.stream) response = { ...response, text: await readStart(response.stream) };
      const times = (rejected?.times ?? 0) + 1;
      const mayRenew = times <= (options.maxRenewals ?? 1) && canRetry && isInTime(0);
      if (mayRenew && (response.status === 401 || options.isTokenExpired?.(response))) {
        rejected = { headers: authorization, times };
        renew = true;
        continue;
      }
      if (isRedirect(response)) throw redirected(service, response);
      const mayRetry =
        response.status === 429 || (effect !== 'unsafe' && (response.status >= 500 || response.status === 408));
      const retryAfter = retryAfterSeconds(response.headers, host.now());
      const pause = retryAfter === undefined ? backoff(attempt, host.random()) : retryAfter * 1000;
      if (!last && mayRetry && (retryAfter ?? 0) <= maxRetryAfterSeconds(host) && isInTime(pause)) {
        await host.sleep(pause);
        continue;
      }
      throw httpError(service, response, readProblem(response), host.now());
    }
  }

  return {
    baseUrl: options.baseUrl,
    send,
    async json<S extends ResponseSchema>(method: HttpRequest['method'], path: string, shape: S, call?: Call) {
      const response = await send(method, path, call);
      return parseResponse(shape, parse(service, response), service, response.status);
    },
    async stream(path: string, call: Call = {}) {
      const open = async (headers: Headers = {}): Promise<Streamed> => {
        const response = await send('GET', path, { ...call, headers: { ...call.headers, ...headers } }, 'stream');
        return { ...response, stream: response.stream ?? empty() };
      };
      const first = await open();
      return { ...first, stream: resumeDownload(first, open, host) };
    },
  };
}

/** Parses the JSON of a response; undefined if it is empty. */
function parse(service: string, { text, status }: HttpResponse): unknown {
  if (text.trim() === '') return undefined;
  try {
    return parseExact(text);
  } catch {
    throw unexpectedResponse(service, `${service} returned a response that is not JSON.`, status);
  }
}

/** Milliseconds left until the deadline of a call. */
function timeLeft({ endsAt }: Call, host: Pick<Host, 'now'>): number {
  return endsAt === undefined ? Infinity : Math.max(1_000, endsAt - host.now());
}

/** Credentials are only sent to the origin of the API, even if a response links to its next page elsewhere. */
function assertSameOrigin({ service, baseUrl }: ApiOptions, url: string): void {
  if (baseUrl === '' || new URL(url).origin === new URL(baseUrl).origin) return;
  throw unexpectedResponse(
    service,
    `${service} returned a link to another host (${new URL(url).host}). The link was not followed, because the credentials are for ${new URL(baseUrl).host}.`,
  );
}

/** With 307 and 308 the request was certainly not processed; with the other statuses it may have been. */
function redirected(service: string, { status, headers }: HttpResponse): PipewrightError {
  const target = URL.canParse(headers['location'] ?? '') ? ` to ${new URL(headers['location'] ?? '').host}` : '';
  const error = unexpectedResponse(
    service,
    `${service} responded with a redirect${target} (status ${status}), which is not followed for this request.`,
    status,
  );
  return withDetails(error, {
    hint: {
      n8n: 'Check the URL in the credential. If you trust the target of the redirect, enter its URL.',
      zapier: 'Check the URL in the connection. If you trust the target of the redirect, enter its URL.',
    },
    ...(status === 307 || status === 308 ? { unsent: true } : {}),
  });
}

/** Maximum `Retry-After` in seconds that a call waits for. */
function maxRetryAfterSeconds(host: Host): number {
  return host.maxWaitSeconds === undefined ? 120 : Math.min(10, host.maxWaitSeconds);
}

async function* empty(): Bytes {}

/** Reads the start of an error response, enough for its message. */
async function readStart(stream: Bytes): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > 64 * 1024) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Marks an error of what precedes a request, such as its authentication: the request itself was not sent. */
export function asUnsent(error: unknown): never {
  throw error instanceof PipewrightError ? withDetails(error, { unsent: true }) : error;
}

/** Completes the message of a request without a response, which has no subject: `dbt could not be reached: …`. */
export function withService(error: unknown, service: string): unknown {
  if (!(error instanceof PipewrightError) || error.service !== undefined) return error;
  return withDetails(error, {
    service,
    message:
      error.code === 'unavailable'
        ? `${service} could not be reached: ${error.message}`
        : `${service}: ${error.message}`,
  });
}
