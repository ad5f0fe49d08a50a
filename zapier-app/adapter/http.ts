import { Readable } from 'node:stream';
import type { ZObject } from 'zapier-platform-core';
import { tooLate } from '../../shared/src/host/bounded.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { pipelinesPage } from '../../shared/src/host/pipelines-page.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { Headers, HttpRequest, HttpResponse } from '../../shared/src/host/http.ts';
import { connectionLost } from '../../shared/src/host/incomplete.ts';
import { unreachable } from '../../shared/src/host/unreachable.ts';

/** Sends requests with `z.request` and tracks open responses. */
export interface Sender {
  /** See `Host.http`. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Aborts every response that was not read to the end. */
  close(): void;
}

/** Time limits of a sender. */
export interface SenderOptions {
  /** Deadline in milliseconds since 1970. */
  endsAt: number;
  /** Milliseconds without a byte after which a response is aborted. Default: 10,000. */
  idleMs?: number;
}

/**
 * Opens a sender. Every request is `raw`, so that Zapier's core neither buffers a body in memory nor logs it. Responses of any
 * status resolve; redirects are followed, without the authorization on another host.
 */
export function openSender(z: Pick<ZObject, 'request'>, { endsAt, idleMs = 10_000 }: SenderOptions): Sender {
  const open = new Set<AbortController>();

  async function send(request: HttpRequest): Promise<HttpResponse> {
    const { method, url, headers, answer = 'text', timeout = 30_000, redirects = 'follow' } = request;
    const controller = new AbortController();
    const upload = readBody(request, controller);
    const left = Math.max(1_000, endsAt - Date.now());
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        controller.abort();
      },
      upload.streamed ? left : Math.min(timeout, left),
    );
    open.add(controller);
    try {
      const response = await z.request({
        method,
        url,
        headers: { 'user-agent': 'Pipewright', ...headers, ...upload.headers },
        ...(upload.body === undefined ? {} : { body: upload.body }),
        redirect: redirects === 'answer' ? 'manual' : 'follow',
        raw: true,
        skipThrowForStatus: true,
        // Not in the types: a 429 resolves like any other status, and text in double braces stays unchanged.
        ...{ throwForThrottlingEarly: false, merge: false, signal: controller.signal },
      } as Parameters<ZObject['request']>[0] & { raw: true });
      const body = response.body as Readable;
      // An aborted response emits an error that may have no other listener.
      body.on('error', () => undefined);
      const received: Headers = {};
      response.headers.forEach((value: string, name: string) => {
        received[name.toLowerCase()] = value;
      });
      const end = () => {
        open.delete(controller);
        controller.abort();
      };
      const stream = readBytes(body, {
        length: expectedLength(method, response.status, received),
        idleMs,
        endsAt,
        end,
      });
      if (answer === 'stream') return { status: response.status, headers: received, text: '', stream };
      // The timer keeps running: it limits the body as well as the headers.
      return { status: response.status, headers: received, text: await readAnswer(stream) };
    } catch (error) {
      controller.abort();
      open.delete(controller);
      throw upload.failure() ?? (late && isCutShort(error) ? tooLate(Math.min(timeout, left)) : withoutResponse(error));
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    send,
    close() {
      for (const controller of open) controller.abort();
      open.clear();
    },
  };
}

interface Upload {
  body?: string | Buffer | Readable;
  headers: Headers;
  streamed: boolean;
  /** The error of the byte source, if it failed. */
  failure(): unknown;
}

function readBody({ body }: HttpRequest, controller: AbortController): Upload {
  let failure: unknown;
  const upload = { headers: {}, streamed: false, failure: () => failure };
  if (body === undefined) return upload;
  if (typeof body === 'string') return { ...upload, body };
  if (!('stream' in body)) return { ...upload, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  // Zapier's core sends a copy of the stream that does not propagate errors, so the request is aborted instead.
  const watched = async function* (): Bytes {
    try {
      yield* body.stream;
    } catch (error) {
      failure = error;
      controller.abort();
    }
  };
  const headers: Headers = body.length === undefined ? {} : { 'content-length': String(body.length) };
  return { ...upload, body: Readable.from(watched(), { objectMode: false }), headers, streamed: true };
}

/** The expected length of a body; unknown when it is compressed, because it is decompressed in transit. */
function expectedLength(method: string, status: number, headers: Headers): number | undefined {
  if (method === 'HEAD' || status === 204 || status === 304 || headers['content-encoding'] !== undefined)
    return undefined;
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

interface ReadOptions extends Required<SenderOptions> {
  /** Expected number of bytes, if the sender announces it. */
  length: number | undefined;
  /** Called once when reading has ended. */
  end(): void;
}

/** The bytes of a response. One that stalls or ends early fails; Zapier's core would wait for it forever. */
async function* readBytes(body: Readable, { length, idleMs, endsAt, end }: ReadOptions): Bytes {
  let size = 0;
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(
        () => body.destroy(new Error('idle')),
        Math.max(1, Math.min(idleMs, endsAt - Date.now())),
      );
      let piece: IteratorResult<Buffer>;
      try {
        piece = await pieces.next();
      } catch {
        throw Date.now() >= endsAt ? outOfTime() : connectionLost();
      } finally {
        clearTimeout(timer);
      }
      if (piece.done) break;
      size += piece.value.length;
      yield piece.value;
    }
    if (length !== undefined && size !== length) throw connectionLost();
  } finally {
    body.destroy();
    end();
  }
}

function outOfTime(): PipewrightError {
  return new PipewrightError({
    code: 'timed-out',
    message: 'The response was not complete within the 30 seconds that Zapier allows a step.',
    hint: `Request less data, such as a smaller file. A pipeline can copy a larger dataset: ${pipelinesPage}`,
  });
}

/** Maximum size in bytes of a response that is read as text, the same as Zapier's own limit. */
const maxTextBytes = 20 * 1024 * 1024;

const isCutShort = (error: unknown): boolean => error instanceof PipewrightError && error.code === 'incomplete';

/** The text of a response; a truncated one fails. */
async function readAnswer(stream: Bytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > maxTextBytes)
      throw new PipewrightError({
        code: 'unexpected-response',
        message: 'the response is larger than 20 MB.',
        hint: 'Check the URL in the connection, or request less data.',
      });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The error of a request without a response. */
function withoutResponse(error: unknown): PipewrightError {
  if (error instanceof PipewrightError) return error;
  const { code, type, name } = error as { code?: string; type?: string; name?: string };
  return unreachable([code, type, name], { AppError: 'it redirected to a URL that Zapier does not allow' });
}
