import type { IHttpRequestOptions } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/host.ts';
import type { Headers, HttpRequest, HttpResponse } from '../../shared/src/host/http.ts';
import { unreachable } from '../../shared/src/host/unreachable.ts';
import { redact } from '../../shared/src/host/redact.ts';
import { cutShort, isNodeStream, toNodeStream } from './streams.ts';

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
  if (code === 'ERR_CANCELED') return new PipewrightError({ code: 'cancelled', message: 'The execution was stopped.' });
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
function streamOf(body: unknown): Bytes {
  if (!isNodeStream(body))
    return (async function* () {
      yield Buffer.from(body as string);
    })();
  const read = body[Symbol.asyncIterator].bind(body);
  // The same stream is kept, so that n8n can store it as it comes.
  return Object.assign(body, {
    async *[Symbol.asyncIterator]() {
      try {
        yield* { [Symbol.asyncIterator]: read };
      } catch {
        throw cutShort();
      }
    },
  });
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
 * `Host.http` for n8n. Answers of any status resolve; redirects are followed, without what logs in at another host.
 * @throws PipewrightError `unavailable` when there is no answer, `cancelled` when the execution is stopped
 */
export function sendBy(send: SendRequest, signal?: AbortSignal): (request: HttpRequest) => Promise<HttpResponse> {
  return async ({ method, url, headers, body, answer = 'text', timeout = 30_000, redirects, afterStop = false }) => {
    const streamed = typeof body === 'object' && 'stream' in body;
    const length = streamed && body.length !== undefined ? { 'content-length': String(body.length) } : {};
    try {
      const response = await send({
        method,
        url,
        headers: { ...headers, ...length },
        ...bodyOf(body),
        encoding: answer,
        returnFullResponse: true,
        ignoreHttpStatusErrors: true,
        sendCredentialsOnCrossOriginRedirect: false,
        timeout: streamed ? 0 : timeout,
        ...(redirects === 'answer' ? { disableFollowRedirect: true } : {}),
        ...(signal && !afterStop ? { abortSignal: signal } : {}),
      }, afterStop);
      const received = headersOf(response);
      if (answer === 'text') return { status: response.statusCode, headers: received, text: textOf(response.body) };
      const { 'content-length': told, ...others } = received;
      const answered = { status: response.statusCode, text: '', stream: streamOf(response.body) };
      if (told === undefined || !mayBeUnpacked(response.body)) return { ...answered, headers: received };
      return { ...answered, headers: others, sentLength: Number(told) };
    } catch (error) {
      throw withoutAnswer(error);
    }
  };
}

/** The body as text, whatever n8n made of it. */
export function textOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
}
