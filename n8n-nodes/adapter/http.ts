import { sleep, type IHttpRequestOptions } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { Headers, HttpRequest, HttpResponse } from '../../shared/src/host/http.ts';
import {
  once,
  readText,
  tooLate,
  untilStalled,
  watchUpload,
  within,
  type Bounds,
} from '../../shared/src/host/bounded.ts';
import { connectionLost } from '../../shared/src/host/incomplete.ts';
import { unreachable } from '../../shared/src/host/unreachable.ts';
import { redact } from '../../shared/src/host/redact.ts';
import { isNodeStream, toNodeStream } from './streams.ts';

/** An answer as n8n gives it in full. */
export interface FullResponse {
  body: unknown;
  headers: Record<string, unknown>;
  statusCode: number;
}

/** Header names in lower case; a header that came more than once is joined by commas. */
export function headersOf(response: FullResponse): Headers {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
}

/** The code of the fault at the bottom of an error. */
function codeOf(error: unknown): string | undefined {
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    const { code } = current as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return undefined;
}

/** What a request that got no answer becomes. */
function withoutAnswer(error: unknown): PipewrightError {
  if (error instanceof PipewrightError) return error;
  const code = codeOf(error);
  if (code === 'ERR_CANCELED') return stopped();
  return unreachable([code, error instanceof Error ? redact(error.message) : undefined]);
}

function bodyOf(body: HttpRequest['body']): Pick<IHttpRequestOptions, 'body'> {
  if (body === undefined) return {};
  if (typeof body === 'string') return { body };
  if (!('stream' in body)) return { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  // A stream is sent as it comes, though the type does not say so.
  return { body: toNodeStream(body.stream) as unknown as Buffer };
}

/** The bytes of an answer; one that is cut short fails instead of looking whole. */
async function* bytesOf(body: unknown): Bytes {
  if (!isNodeStream(body)) {
    yield Buffer.from(textOf(body));
    return;
  }
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch {
    throw connectionLost();
  }
}

/** An unpacked body is longer than its header says, and n8n takes away the header that would tell so. */
function mayBeUnpacked(body: unknown): boolean {
  return isNodeStream(body) && !('statusCode' in body);
}

/**
 * Sends a request by what n8n offers for that.
 * @param afterStop whether it is sent also when the execution was stopped
 */
export type SendRequest = (options: IHttpRequestOptions, afterStop: boolean) => Promise<FullResponse>;

/**
 * `Host.http` for n8n. Answers of any status resolve; redirects are followed, without what logs in at another host. Every
 * answer is asked for as a stream, for only then can its size and its time be bounded: n8n itself limits neither once the
 * first byte has come.
 * @throws PipewrightError `unavailable` when there is no complete answer in time, `cancelled` when the execution is stopped
 */
export function sendBy(send: SendRequest, signal?: AbortSignal): (request: HttpRequest) => Promise<HttpResponse> {
  return async ({ method, url, headers, body, answer = 'text', timeout = 30_000, redirects, afterStop = false }) => {
    const upload = typeof body === 'object' && 'stream' in body ? watchUpload(body.stream, Date.now) : undefined;
    const length =
      typeof body === 'object' && 'stream' in body && body.length !== undefined
        ? { 'content-length': String(body.length) }
        : {};
    const begin = Date.now();
    const broken = new AbortController();
    const bounds: Bounds = { timer: (milliseconds, ended) => sleep(milliseconds, ended), stop: () => broken.abort() };
    try {
      const sent = send(
        {
          method,
          url,
          headers: { ...headers, ...length },
          ...bodyOf(upload ? { stream: upload.bytes } : body),
          encoding: 'stream',
          returnFullResponse: true,
          ignoreHttpStatusErrors: true,
          sendCredentialsOnCrossOriginRedirect: false,
          timeout: upload ? 0 : timeout,
          ...(redirects === 'answer' ? { disableFollowRedirect: true } : {}),
          abortSignal: signal && !afterStop ? AbortSignal.any([signal, broken.signal]) : broken.signal,
        },
        afterStop,
      );
      sent.catch(() => undefined);
      const response = await within(bounds.timer, upload?.left ?? once(timeout), sent, () => tooLate(timeout));
      const received = headersOf(response);
      const bytes = bytesOf(response.body);
      if (answer === 'text') {
        const milliseconds = upload ? timeout : timeout - (Date.now() - begin);
        return {
          status: response.statusCode,
          headers: received,
          text: await readText(bytes, bounds, { milliseconds }),
        };
      }
      const { 'content-length': told, ...others } = received;
      const answered = { status: response.statusCode, text: '', stream: untilStalled(bytes, bounds) };
      if (told === undefined || !mayBeUnpacked(response.body)) return { ...answered, headers: received };
      return { ...answered, headers: others, sentLength: Number(told) };
    } catch (error) {
      broken.abort();
      if (signal?.aborted && !afterStop) throw stopped();
      throw withoutAnswer(error);
    }
  };
}

const stopped = () => new PipewrightError({ code: 'cancelled', message: 'The execution was stopped.' });

/** The body as text, whatever n8n made of it. */
export function textOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
}
