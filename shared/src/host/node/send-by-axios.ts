import { Readable } from 'node:stream';
import { setTimeout as timer } from 'node:timers/promises';
import axios, { type AxiosResponse } from 'axios';
import { once, readText, tooLate, untilStalled, watchUpload, within, type Bounds } from '../bounded.ts';
import { PipewrightError } from '../error.ts';
import { connectionLost } from '../incomplete.ts';
import type { Headers, HttpRequest, HttpResponse } from '../http.ts';
import { unreachable } from '../unreachable.ts';

function headersOf(response: AxiosResponse): Headers {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** Limits that tests lower. */
export interface AxiosLimits {
  /** Stall timeout of a body in milliseconds. Default: one minute. */
  stallMs?: number;
  /** Maximum size in bytes of a response that is read as text. Default: 50 MB. */
  maxBytes?: number;
}

/**
 * Sends a request with axios. Resolves for any HTTP status. Follows redirects, without the authorization for another host.
 * @throws PipewrightError `unavailable` when no complete response arrives in time; its message never contains the URL, which
 * may be secret
 */
export async function sendByAxios(
  request: HttpRequest,
  stop?: AbortSignal,
  { stallMs, maxBytes }: AxiosLimits = {},
): Promise<HttpResponse> {
  const { method, url, headers, body, answer = 'text', timeout = 30_000, redirects, direct, afterStop } = request;
  const signal = afterStop ? undefined : stop;
  const upload =
    typeof body === 'object' && 'stream' in body
      ? { ...watchUpload(body.stream, Date.now, stallMs), length: body.length }
      : undefined;
  const broken = new AbortController();
  const bounds: Bounds = {
    timer: (milliseconds, ended) => timer(milliseconds, undefined, { signal: ended }),
    stop: () => broken.abort(),
  };
  const startedAt = Date.now();
  try {
    const sent = axios.request<Readable>({
      method,
      url,
      headers: upload?.length === undefined ? headers : { ...headers, 'content-length': String(upload.length) },
      data: upload ? Readable.from(upload.bytes) : body,
      responseType: 'stream',
      validateStatus: () => true,
      maxBodyLength: Infinity,
      ...(direct ? { proxy: false } : {}),
      ...(upload || redirects === 'answer' ? { maxRedirects: 0 } : {}),
      signal: signal ? AbortSignal.any([signal, broken.signal]) : broken.signal,
    });
    sent.catch(() => undefined);
    const response = await within(bounds.timer, upload?.left ?? once(timeout), sent, () => tooLate(timeout));
    const received = headersOf(response);
    const stream = response.data;
    const bytes = checked(stream, signal);
    if (answer === 'text') {
      const milliseconds = upload ? timeout : timeout - (Date.now() - startedAt);
      return {
        status: response.status,
        headers: received,
        text: await readText(bytes, bounds, { milliseconds, ...(maxBytes === undefined ? {} : { maxBytes }) }),
      };
    }
    // A decompressed body is longer than its Content-Length, and axios removes the header that would reveal the compression.
    if (!('statusCode' in stream)) delete received['content-length'];
    return { status: response.status, headers: received, text: '', stream: untilStalled(bytes, bounds, stallMs) };
  } catch (error) {
    broken.abort();
    if (signal?.aborted) throw stopped();
    throw error instanceof PipewrightError ? error : unreachable([codeOf(error)]);
  }
}

/** Passes on a body; an incomplete one fails instead of looking complete. */
async function* checked(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (signal?.aborted) throw stopped();
    throw connectionLost(codeOf(error));
  }
}

const stopped = () => new PipewrightError({ code: 'cancelled', message: 'The operation was canceled.' });

function codeOf(error: unknown): string {
  return axios.isAxiosError(error) || error instanceof Error
    ? String((error as { code?: string }).code ?? error.name)
    : 'unknown';
}
