import { PipewrightError, withDetails } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { Host } from '../host/host.ts';
import type { Headers, HttpRequest, HttpResponse } from '../host/http.ts';
import type { Effect } from './effect.ts';
import { checkAnswer, unexpectedAnswer, type Answered, type AnswerShape } from './answer-shape.ts';
import { parseExact } from './exact-json.ts';
import { isRedirect, sendGuarded } from './guard-redirects.ts';
import { httpError, type VendorProblem } from './http-error.ts';
import { resumeDownload, type Streamed } from './resume-download.ts';
import { backoff, retryAfterSeconds } from './retry-delay.ts';

/** How one vendor's interface is talked to. */
export interface ApiOptions {
  /** Display name, for errors. */
  service: string;
  /** Address before every path, without a slash at its end. Complete addresses must have its origin; empty: any. */
  baseUrl: string;
  host: Host;
  /**
   * Headers that log in.
   * @param renew asks for a fresh token after the last one was refused
   * @param endsAt see `Call.endsAt`
   */
  authorize(renew: boolean, endsAt?: number): Promise<Headers>;
  /** Headers of every request. */
  headers?: Headers;
  /** Reads the vendor's error body. Default: `error.message`, `message` or the text. */
  readProblem?(response: HttpResponse): VendorProblem;
  /** The status that an answer deserves, for vendors that refuse with 200. Default: the one it has. */
  readStatus?(response: HttpResponse): number;
  /** Whether an answer means that the token ran out, besides 401. */
  isTokenExpired?(response: HttpResponse): boolean;
}

/** One call of an interface. */
export interface Call {
  /** Values that are undefined are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Headers;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Record<string, string>;
  /** Sent as it is. A stream can be sent only once; given as a function that opens it anew, the call may be repeated. */
  bytes?: { stream: Bytes | (() => Promise<Bytes>); length?: number; mediaType: string };
  /** What a repetition does; decides whether the call is repeated after a fault. Default: `reads` for GET, else `starts work`. */
  effect?: Effect;
  /** See `HttpRequest.afterStop`. */
  afterStop?: boolean;
  /** Milliseconds since 1970 by which the call must be over, with its repetitions; it gets a second in any case. Default: none. */
  endsAt?: number | undefined;
}

/** A vendor's interface: sends, logs in, repeats what may be repeated, and turns refusals into errors. */
export interface Api {
  /** See `ApiOptions.baseUrl`. */
  readonly baseUrl: string;
  /**
   * The JSON of a successful answer in its shape; an empty answer counts as undefined.
   * @throws PipewrightError `unexpected-answer` for what is not JSON or has another shape
   */
  json<S extends AnswerShape>(method: HttpRequest['method'], path: string, shape: S, call?: Call): Promise<Answered<S>>;
  /** The bytes of a successful answer, unread; a connection that breaks is taken up again where the vendor allows it. */
  stream(path: string, call?: Call): Promise<Streamed>;
  /** A successful answer. */
  send(method: HttpRequest['method'], path: string, call?: Call): Promise<HttpResponse>;
}

const attempts = 4;

/** Milliseconds for one answer. */
const answerTimeoutMs = 30_000;

/** Reads an error body as most vendors write it: `error.message`, `message`, `error_description` or plain text. */
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

/** The address of a path with its query. */
export function address(baseUrl: string, path: string, query: Call['query'] = {}): string {
  const filled = Object.entries(query).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
  );
  const url = /^https?:\/\//.test(path) ? path : `${baseUrl}${path}`;
  if (filled.length === 0) return url;
  const text = new URLSearchParams(filled.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return `${url}${url.includes('?') ? '&' : '?'}${text}`;
}

/** Opens a vendor's interface; see `Api`. */
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
    const url = address(options.baseUrl, path, call.query);
    assertSameOrigin(options, url);
    const headers: Headers = { accept: 'application/json', ...options.headers, ...call.headers, ...authorization };
    let body: HttpRequest['body'];
    if (call.json !== undefined) {
      headers['content-type'] = 'application/json; charset=utf-8';
      body = JSON.stringify(call.json);
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
    const repeatable = call.bytes === undefined || typeof call.bytes.stream === 'function';
    const isInTime = (milliseconds: number): boolean =>
      call.endsAt === undefined || host.now() + milliseconds < call.endsAt;
    let renewed = false;
    let renew = false;
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt >= attempts - 1 || !repeatable;
      let response: HttpResponse;
      try {
        const authorization = await options.authorize(renew, call.endsAt).catch(asUnsent);
        renew = false;
        response = await sendGuarded(
          host,
          await request(method, path, call, authorization, answer),
          Object.keys(authorization),
        );
        if (options.readStatus) response = { ...response, status: options.readStatus(response) };
      } catch (error) {
        const pause = backoff(attempt, host.random());
        if (last || !isInTime(pause) || !(error instanceof PipewrightError) || !error.retryable)
          throw named(error, service);
        if (effect === 'unsafe' && !error.unsent) throw named(error, service);
        await host.sleep(pause);
        continue;
      }
      if (response.status >= 200 && response.status < 300) return response;
      if (response.stream) response = { ...response, text: await readStart(response.stream) };
      if (!renewed && repeatable && isInTime(0) && (response.status === 401 || options.isTokenExpired?.(response))) {
        renewed = true;
        renew = true;
        continue;
      }
      if (isRedirect(response)) throw redirected(service, response);
      const mayRepeat =
        response.status === 429 || (effect !== 'unsafe' && (response.status >= 500 || response.status === 408));
      const asked = retryAfterSeconds(response.headers, host.now());
      const pause = asked === undefined ? backoff(attempt, host.random()) : asked * 1000;
      if (!last && mayRepeat && (asked ?? 0) <= longestPatience(host) && isInTime(pause)) {
        await host.sleep(pause);
        continue;
      }
      throw httpError(service, response, readProblem(response), host.now());
    }
  }

  return {
    baseUrl: options.baseUrl,
    send,
    async json<S extends AnswerShape>(method: HttpRequest['method'], path: string, shape: S, call?: Call) {
      const response = await send(method, path, call);
      return checkAnswer(shape, parse(service, response), service, response.status);
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

/** The JSON of an answer; undefined when it is empty. */
function parse(service: string, { text, status }: HttpResponse): unknown {
  if (text.trim() === '') return undefined;
  try {
    return parseExact(text);
  } catch {
    throw unexpectedAnswer(service, `${service} sent an answer that is not JSON.`, status);
  }
}

/** Milliseconds that a call has left. */
function timeLeft({ endsAt }: Call, host: Pick<Host, 'now'>): number {
  return endsAt === undefined ? Infinity : Math.max(1_000, endsAt - host.now());
}

/** The login is sent to the origin of the interface only, whatever address an answer named for its next page. */
function assertSameOrigin({ service, baseUrl }: ApiOptions, url: string): void {
  if (baseUrl === '' || new URL(url).origin === new URL(baseUrl).origin) return;
  throw unexpectedAnswer(
    service,
    `${service} named an address at another host (${new URL(url).host}). Nothing was sent there, because the login of the connection belongs to ${new URL(baseUrl).host}.`,
  );
}

/** With 307 and 308 the request was certainly not carried out; with the others it may have been. */
function redirected(service: string, { status, headers }: HttpResponse): PipewrightError {
  const target = URL.canParse(headers['location'] ?? '') ? ` to ${new URL(headers['location'] ?? '').host}` : '';
  const error = unexpectedAnswer(
    service,
    `${service} answered with a redirect${target} (status ${status}), which is not followed for this request.`,
    status,
  );
  return withDetails(error, {
    hint: 'Check the address in the connection: enter the one to which it leads, if you trust it.',
    ...(status === 307 || status === 308 ? { unsent: true } : {}),
  });
}

/** Seconds that a call waits at most for a throttling vendor. */
function longestPatience(host: Host): number {
  return host.maxWaitSeconds === undefined ? 120 : Math.min(10, host.maxWaitSeconds);
}

async function* empty(): Bytes {}

/** The start of an error body, enough to read what it says. */
async function readStart(stream: Bytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    size += piece.length;
    if (size > 64 * 1024) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** A log-in that failed comes before the request itself, which was not sent then. */
function asUnsent(error: unknown): never {
  throw error instanceof PipewrightError ? withDetails(error, { unsent: true }) : error;
}

function named(error: unknown, service: string): unknown {
  if (!(error instanceof PipewrightError) || error.service !== undefined) return error;
  return withDetails(error, {
    service,
    message:
      error.code === 'unavailable'
        ? `${service} could not be reached: ${error.message}`
        : `${service}: ${error.message}`,
  });
}
