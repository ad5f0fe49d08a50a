import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { Host, OpenedFile } from '../../shared/src/host/host.ts';
import type { Headers, HttpRequest, HttpResponse } from '../../shared/src/host/http.ts';
import { memoryCache } from '../../shared/src/host/memory-cache.ts';

/** A scripted response. Default: status 200 and an empty body. `lost`: the connection is lost. */
export type Answer =
  | { status?: number; headers?: Headers; json?: unknown; text?: string; pieces?: readonly (string | Uint8Array)[] }
  | 'lost';

/** A recorded request with its complete body. */
export interface SentRequest {
  method: string;
  url: string;
  /** URL without the query. */
  address: string;
  query: Record<string, string>;
  headers: Headers;
  body: string;
  /** Body as JSON; undefined if it is not JSON. */
  json: unknown;
  /** Announced length of a streamed body. */
  length?: number;
}

/** A file of the fake host. */
export interface FakeFile {
  name: string;
  mediaType: string;
  text: string;
}

/** One response, a list whose last response repeats, or a function of the request. */
export type Script = Answer | readonly Answer[] | ((request: SentRequest) => Answer);

/** A host for tests with scripted responses, a clock that only advances in sleeps, and files in memory. */
export interface FakeHost extends Host {
  /** Scripts the response to a method and a URL (without query); a later script replaces an earlier one. */
  on(method: HttpRequest['method'], address: string | RegExp, script: Script): FakeHost;
  /** Every request, oldest first. */
  requests: SentRequest[];
  /** Requests with one method to URLs that contain a text. */
  sent(method: string, part: string): SentRequest[];
  /** All sleeps in milliseconds. */
  sleeps: number[];
  /** All log lines. */
  logged: string[];
  /** Advances the clock by milliseconds. */
  pass(milliseconds: number): void;
}

/** Start time of the fake clock. */
export const fakeStart = Date.parse('2026-11-20T08:00:00.000Z');

async function readAll(bytes: Bytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function* piecesOf(pieces: readonly (string | Uint8Array)[]): Bytes {
  for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function record(request: HttpRequest): Promise<SentRequest> {
  const url = new URL(request.url);
  const { body } = request;
  const streamed = typeof body === 'object' && 'stream' in body;
  const text = streamed ? await readAll(body.stream) : Buffer.from(body ?? '').toString('utf8');
  return {
    method: request.method,
    url: request.url,
    address: `${url.origin}${url.pathname}`,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: text,
    json: parse(text),
    ...(streamed && body.length !== undefined ? { length: body.length } : {}),
  };
}

function respond(answer: Exclude<Answer, 'lost'>, streamed: boolean): HttpResponse {
  const { status = 200, headers = {} } = answer;
  const pieces = answer.pieces ?? [answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json)];
  if (streamed) return { status, headers, text: '', stream: piecesOf(pieces) };
  return { status, headers, text: Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))).toString('utf8') };
}

/**
 * Creates a fake host. A request without a script fails the test with an error that names it.
 * @param options properties of the host, such as `maxWaitSeconds` or `signal`
 */
export function fakeHost(options: Partial<Host> = {}): FakeHost {
  let clock = fakeStart;
  const scripts: { method: string; address: string | RegExp; script: Script; used: number }[] = [];
  const seen = new Set<string>();
  const host: FakeHost = {
    platform: 'n8n',
    requests: [],
    sleeps: [],
    logged: [],
    on(method, address, script) {
      scripts.unshift({ method, address, script, used: 0 });
      return host;
    },
    sent: (method, part) =>
      host.requests.filter((request) => request.method === method && request.address.includes(part)),
    pass(milliseconds) {
      clock += milliseconds;
    },
    async http(request) {
      const sent = await record(request);
      host.requests.push(sent);
      const found = scripts.find(
        ({ method, address }) =>
          method === sent.method &&
          (typeof address === 'string' ? address === sent.address : address.test(sent.address)),
      );
      if (!found) throw new Error(`No response is scripted for ${sent.method} ${sent.address}`);
      const { script } = found;
      const answer =
        typeof script === 'function'
          ? script(sent)
          : Array.isArray(script)
            ? (script as Answer[])[Math.min(found.used, script.length - 1)]
            : (script as Answer);
      found.used += 1;
      if (answer === undefined) throw new Error(`The script for ${sent.method} ${sent.address} has no answer`);
      if (answer === 'lost')
        throw new PipewrightError({
          code: 'unavailable',
          message: 'the server closed the connection before it responded.',
          retryable: true,
        });
      return respond(answer, request.answer === 'stream');
    },
    now: () => clock,
    random: () => 0.5,
    async sleep(milliseconds) {
      host.sleeps.push(milliseconds);
      clock += milliseconds;
      if (host.signal?.aborted)
        throw new PipewrightError({ code: 'cancelled', message: 'The operation was canceled.' });
    },
    cache: memoryCache(() => clock),
    async once(key) {
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    },
    files: {
      async save({ name, mediaType, bytes }: OpenedFile): Promise<FakeFile> {
        return { name, mediaType, text: await readAll(bytes) };
      },
      async read(value) {
        const { name, mediaType, text } = value as FakeFile;
        return { name, mediaType, size: Buffer.byteLength(text), open: async () => piecesOf([text]) };
      },
    },
    log: { info: (message) => host.logged.push(message), warn: (message) => host.logged.push(message) },
    ...options,
  };
  return host;
}
