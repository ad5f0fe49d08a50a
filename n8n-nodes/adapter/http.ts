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

/** A full response of n8n's HTTP client. */
export interface FullResponse {
  body: unknown;
  headers: Record<string, unknown>;
  statusCode: number;
}

/** Headers with lower-case names; repeated headers are joined by commas. */
export function headersOf(response: FullResponse): Headers {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
}

/** The first code in the chain of causes of an error. */
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

/** The error of a request without a response. */
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
  return { body: toNodeStream(body.stream) };
}

/** The bytes of a response; a truncated one fails instead of looking complete. */
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

/** A decompressed body is longer than its Content-Length, and n8n removes the Content-Encoding header. */
function mayBeDecompressed(body: unknown): boolean {
  return isNodeStream(body) && !('statusCode' in body);
}

/**
 * Sends a request with an HTTP client of n8n.
 * @param afterStop whether to send it even after the execution was stopped
 */
export type SendRequest = (options: IHttpRequestOptions, afterStop: boolean) => Promise<FullResponse>;

/**
 * `Host.http` for n8n. Responses of any status resolve; redirects are followed, without credentials on another host. Every
 * response is requested as a stream to limit its size and time: n8n limits neither after the first byte.
 * @throws PipewrightError `unavailable` without a complete response in time, `cancelled` when the execution is stopped
 */
export function sendBy(send: SendRequest, signal?: AbortSignal): (request: HttpRequest) => Promise<HttpResponse> {
  return async ({ method, url, headers, body, answer = 'text', timeout = 30_000, redirects, afterStop = false }) => {
    const upload = typeof body === 'object' && 'stream' in body ? watchUpload(body.stream, Date.now) : undefined;
    const lengthHeader =
      typeof body === 'object' && 'stream' in body && body.length !== undefined
        ? { 'content-length': String(body.length) }
        : {};
    const sentAt = Date.now();
    const aborter = new AbortController();
    const bounds: Bounds = { timer: (milliseconds, ended) => sleep(milliseconds, ended), stop: () => aborter.abort() };
    try {
      const sent = send(
        {
          method,
          url,
          headers: { ...headers, ...lengthHeader },
          ...bodyOf(upload ? { stream: upload.bytes } : body),
          encoding: 'stream',
          returnFullResponse: true,
          ignoreHttpStatusErrors: true,
          sendCredentialsOnCrossOriginRedirect: false,
          timeout: upload ? 0 : timeout,
          ...(redirects === 'answer' ? { disableFollowRedirect: true } : {}),
          abortSignal: signal && !afterStop ? AbortSignal.any([signal, aborter.signal]) : aborter.signal,
        },
        afterStop,
      );
      sent.catch(() => undefined);
      const response = await within(bounds.timer, upload?.left ?? once(timeout), sent, () => tooLate(timeout));
      const received = headersOf(response);
      const bytes = bytesOf(response.body);
      if (answer === 'text') {
        const milliseconds = upload ? timeout : timeout - (Date.now() - sentAt);
        return {
          status: response.statusCode,
          headers: received,
          text: await readText(bytes, bounds, { milliseconds }),
        };
      }
      const { 'content-length': length, ...others } = received;
      const streamed = { status: response.statusCode, text: '', stream: untilStalled(bytes, bounds) };
      if (length === undefined || !mayBeDecompressed(response.body)) return { ...streamed, headers: received };
      return { ...streamed, headers: others, sentLength: Number(length) };
    } catch (error) {
      aborter.abort();
      if (signal?.aborted && !afterStop) throw stopped();
      throw withoutAnswer(error);
    }
  };
}

const stopped = () => new PipewrightError({ code: 'cancelled', message: 'The execution was stopped.' });

/** The body as text, even if n8n has already parsed it. */
export function textOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
}
