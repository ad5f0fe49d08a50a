import { Readable } from 'node:stream';
import type { ZObject } from 'zapier-platform-core';
import { tooLate } from '../../shared/src/host/bounded.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { Headers, HttpRequest, HttpResponse } from '../../shared/src/host/http.ts';
import { connectionLost } from '../../shared/src/host/incomplete.ts';
import { unreachable } from '../../shared/src/host/unreachable.ts';

/** Sends requests by `z.request` and knows which answers are still coming. */
export interface Sender {
  /** See `Host.http`. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Breaks off every answer that was not read to its end. */
  close(): void;
}

/** When a sender must be done. */
export interface SenderOptions {
  /** Milliseconds since 1970. */
  endsAt: number;
  /** Milliseconds without a byte after which a body is given up. Default: 10,000. */
  silence?: number;
}

/**
 * Opens a sender. Every request is `raw`: only then does Zapier's core neither hold a body whole in memory nor write it
 * into its log. Answers of any status resolve, redirects are followed without the authorization at another host.
 */
export function openSender(z: Pick<ZObject, 'request'>, { endsAt, silence = 10_000 }: SenderOptions): Sender {
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
        // Not in the types: a 429 is answered like any other status, text in double braces is left as it is.
        ...{ throwForThrottlingEarly: false, merge: false, signal: controller.signal },
      } as Parameters<ZObject['request']>[0] & { raw: true });
      const body = response.body as Readable;
      // An answer that is broken off raises an error nobody may be waiting for any more.
      body.on('error', () => undefined);
      const received: Headers = {};
      response.headers.forEach((value: string, name: string) => {
        received[name.toLowerCase()] = value;
      });
      const end = () => {
        open.delete(controller);
        controller.abort();
      };
      const stream = take(body, { length: expectedLength(method, response.status, received), silence, endsAt, end });
      if (answer === 'stream') return { status: response.status, headers: received, text: '', stream };
      // The timer that ends a late head keeps running: it ends a body that drips, too.
      return { status: response.status, headers: received, text: await readAnswer(stream) };
    } catch (error) {
      controller.abort();
      open.delete(controller);
      throw upload.failure() ?? (late && isCutShort(error) ? tooLate(Math.min(timeout, left)) : withoutAnswer(error));
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
  /** Why the source of the bytes broke, if it did. */
  failure(): unknown;
}

function readBody({ body }: HttpRequest, controller: AbortController): Upload {
  let failure: unknown;
  const upload = { headers: {}, streamed: false, failure: () => failure };
  if (body === undefined) return upload;
  if (typeof body === 'string') return { ...upload, body };
  if (!('stream' in body)) return { ...upload, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  // Zapier's core sends a copy of the stream that never learns of an error: the request is broken off instead.
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

/** The length a body must have; unknown when it is packed, for it is unpacked on the way. */
function expectedLength(method: string, status: number, headers: Headers): number | undefined {
  if (method === 'HEAD' || status === 204 || status === 304 || headers['content-encoding'] !== undefined)
    return undefined;
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

interface TakeOptions extends Required<SenderOptions> {
  /** Bytes that must come, where the sender tells it. */
  length: number | undefined;
  /** Called once when nothing is read any more. */
  end(): void;
}

/** The bytes of an answer. One that falls silent or ends early fails: Zapier's core would wait for it without end. */
async function* take(body: Readable, { length, silence, endsAt, end }: TakeOptions): Bytes {
  let size = 0;
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(
        () => body.destroy(new Error('silence')),
        Math.max(1, Math.min(silence, endsAt - Date.now())),
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
    message: 'The answer did not come whole within the 30 seconds that Zapier gives a step.',
    hint: 'Ask for less of it: a smaller file, or a filtered one.',
  });
}

/** Bytes of an answer that is read as text: Zapier itself takes 20 MB. */
const maxTextBytes = 20 * 1024 * 1024;

const isCutShort = (error: unknown): boolean => error instanceof PipewrightError && error.code === 'cut-short';

/** The text of an answer; one that breaks off is as good as none. */
async function readAnswer(stream: Bytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > maxTextBytes)
      throw new PipewrightError({
        code: 'unexpected-answer',
        message: 'the answer is larger than 20 MB.',
        hint: 'Check the address in the connection; if it is right, ask for less at once.',
      });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** What a request that got no answer becomes. */
function withoutAnswer(error: unknown): PipewrightError {
  if (error instanceof PipewrightError) return error;
  const { code, type, name } = error as { code?: string; type?: string; name?: string };
  return unreachable([code, type, name], { AppError: 'it led to an address that Zapier does not allow' });
}
