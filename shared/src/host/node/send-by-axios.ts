import { Readable } from 'node:stream';
import { setTimeout as timer } from 'node:timers/promises';
import axios, { type AxiosResponse } from 'axios';
import { once, readText, tooLate, untilStalled, watchUpload, within, type Bounds } from '../bounded.ts';
import { PipewrightError } from '../error.ts';
import type { Headers, HttpRequest, HttpResponse } from '../http.ts';
import { unreachable } from '../unreachable.ts';

function headersOf(response: AxiosResponse): Headers {
  return Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** Limits that tests make smaller. */
export interface AxiosLimits {
  /** Milliseconds for which a body may stand still. Default: a minute. */
  stallMs?: number;
  /** Bytes of an answer that is read as text. Default: 50 MB. */
  maxBytes?: number;
}

/**
 * Sends a request by axios. Any status resolves; redirects are followed, without the authorization at another host.
 * @throws PipewrightError `unavailable` when there is no complete answer in time; its text holds no address, for addresses can
 * be secrets
 */
export async function sendByAxios(
  request: HttpRequest,
  stop?: AbortSignal,
  { stallMs, maxBytes }: AxiosLimits = {},
): Promise<HttpResponse> {
  const { method, url, headers, body, answer = 'text', timeout = 30_000, redirects, afterStop } = request;
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
  const begin = Date.now();
  try {
    const sent = axios.request<Readable>({
      method,
      url,
      headers: upload?.length === undefined ? headers : { ...headers, 'content-length': String(upload.length) },
      data: upload ? Readable.from(upload.bytes) : body,
      responseType: 'stream',
      validateStatus: () => true,
      maxBodyLength: Infinity,
      ...(upload || redirects === 'answer' ? { maxRedirects: 0 } : {}),
      signal: signal ? AbortSignal.any([signal, broken.signal]) : broken.signal,
    });
    sent.catch(() => undefined);
    const response = await within(bounds.timer, upload?.left ?? once(timeout), sent, () => tooLate(timeout));
    const received = headersOf(response);
    const stream = response.data;
    const bytes = checked(stream, signal);
    if (answer === 'text') {
      const milliseconds = upload ? timeout : timeout - (Date.now() - begin);
      return {
        status: response.status,
        headers: received,
        text: await readText(bytes, bounds, { milliseconds, ...(maxBytes === undefined ? {} : { maxBytes }) }),
      };
    }
    // An unpacked body is longer than its header says, and axios takes away the header that would tell so.
    if (!('statusCode' in stream)) delete received['content-length'];
    return { status: response.status, headers: received, text: '', stream: untilStalled(bytes, bounds, stallMs) };
  } catch (error) {
    broken.abort();
    if (signal?.aborted) throw stopped();
    throw error instanceof PipewrightError ? error : unreachable([codeOf(error)]);
  }
}

/** A body that is cut short fails instead of looking whole. */
async function* checked(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (signal?.aborted) throw stopped();
    throw new PipewrightError({
      code: 'cut-short',
      message: 'The connection broke while the body came.',
      hint: 'Run it again; nothing was kept.',
      retryable: true,
      cause: codeOf(error),
    });
  }
}

const stopped = () => new PipewrightError({ code: 'cancelled', message: 'The work was stopped.' });

function codeOf(error: unknown): string {
  return axios.isAxiosError(error) || error instanceof Error
    ? String((error as { code?: string }).code ?? error.name)
    : 'unknown';
}
