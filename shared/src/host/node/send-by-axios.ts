import { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { PipewrightError } from '../error.ts';
import type { Headers, HttpRequest, HttpResponse } from '../http.ts';
import { unreachable } from '../unreachable.ts';

function headersOf(response: AxiosResponse): Headers {
  return Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/**
 * Sends a request by axios. Any status resolves; redirects are followed, without the authorization at another host.
 * @throws PipewrightError `unavailable` when there is no answer; its text holds no address, for addresses can be secrets
 */
export async function sendByAxios(request: HttpRequest, stop?: AbortSignal): Promise<HttpResponse> {
  const { method, url, headers, body, answer = 'text', timeout = 30_000, redirects, afterStop } = request;
  const signal = afterStop ? undefined : stop;
  const streamed = typeof body === 'object' && 'stream' in body;
  try {
    const response = await axios.request<unknown>({
      method,
      url,
      headers: streamed && body.length !== undefined ? { ...headers, 'content-length': String(body.length) } : headers,
      data: streamed ? Readable.from(body.stream) : body,
      responseType: answer === 'stream' ? 'stream' : 'text',
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
      maxBodyLength: Infinity,
      timeout: streamed || answer === 'stream' ? 0 : timeout,
      ...(streamed || redirects === 'answer' ? { maxRedirects: 0 } : {}),
      ...(signal ? { signal } : {}),
    });
    const received = headersOf(response);
    if (answer === 'text') return { status: response.status, headers: received, text: String(response.data ?? '') };
    const stream = response.data as Readable;
    // An unpacked body is longer than its header says, and axios takes away the header that would tell so.
    if (!('statusCode' in stream)) delete received['content-length'];
    return { status: response.status, headers: received, text: '', stream: checked(stream, signal) };
  } catch (error) {
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
    throw new PipewrightError({ code: 'cut-short', message: 'The connection broke while the body came.', hint: 'Run it again; nothing was kept.', retryable: true, cause: codeOf(error) });
  }
}

const stopped = () => new PipewrightError({ code: 'cancelled', message: 'The work was stopped.' });

function codeOf(error: unknown): string {
  return axios.isAxiosError(error) || error instanceof Error ? String((error as { code?: string }).code ?? error.name) : 'unknown';
}
