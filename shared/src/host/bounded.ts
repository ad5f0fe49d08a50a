import { PipewrightError } from './error.ts';
import type { Bytes } from './bytes.ts';
import { retryHint } from './incomplete.ts';

/** Maximum size in bytes of a response that is read as text. Downloads have no limit. */
const maxTextBytes = 50 * 1024 * 1024;

/** Milliseconds without a byte after which a download counts as stalled. */
const stallTimeoutMs = 60_000;

/** The platform's timer: resolves after the given milliseconds; rejects or never settles once the signal is aborted. */
export type Timer = (milliseconds: number, signal: AbortSignal) => Promise<unknown>;

/** Limits how long reading a body may take. */
export interface Bounds {
  timer: Timer;
  /** Closes the connection, the only way to end a stream that is waiting for its next chunk. */
  stop(): void;
}

/**
 * Resolves with the result of the work, or rejects when the time runs out.
 * @param milliseconds time left; read again whenever it has passed, so progress can extend it. `Infinity`: no limit
 * @throws the error that `late` creates, as soon as the time is up
 */
export async function within<T>(
  timer: Timer,
  milliseconds: () => number,
  work: Promise<T>,
  late: () => PipewrightError,
): Promise<T> {
  const done = new AbortController();
  const end = async (): Promise<never> => {
    for (let left = milliseconds(); left > 0; left = milliseconds()) {
      if (left === Infinity) return new Promise<never>(() => undefined);
      try {
        await timer(left, done.signal);
      } catch (error) {
        if (done.signal.aborted) return new Promise<never>(() => undefined);
        throw error;
      }
      if (done.signal.aborted) return new Promise<never>(() => undefined);
    }
    throw late();
  };
  try {
    return await Promise.race([work, end()]);
  } finally {
    done.abort();
  }
}

/** A fixed time limit for `within`. */
export function once(milliseconds: number): () => number {
  let started = false;
  return () => {
    if (started) return 0;
    started = true;
    return Math.max(1, milliseconds);
  };
}

/** The error for a response that is not complete in time; retryable. */
export function tooLate(milliseconds: number): PipewrightError {
  return new PipewrightError({
    code: 'unavailable',
    message: `no complete response arrived within ${Math.max(1, Math.round(milliseconds / 1000))} seconds.`,
    hint: {
      n8n: 'Check the URL in the credential, or try again in a few minutes.',
      zapier: 'Check the URL in the connection, or try again in a few minutes.',
    },
    retryable: true,
  });
}

/**
 * Reads a body as text, with limits on time and size.
 * @param limits `milliseconds`: for the whole body; `maxBytes`: after decompression, default 50 MB
 * @throws PipewrightError `unavailable` when the body is late or incomplete, `unexpected-response` when it is too large
 */
export async function readText(
  bytes: Bytes,
  { timer, stop }: Bounds,
  { milliseconds, maxBytes = maxTextBytes }: { milliseconds: number; maxBytes?: number },
): Promise<string> {
  const read = async (): Promise<string> => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  };
  const reading = read();
  // A timeout stops waiting for it; a later failure must not become an unhandled rejection.
  reading.catch(() => undefined);
  try {
    return await within(timer, once(milliseconds), reading, () => tooLate(milliseconds));
  } catch (error) {
    stop();
    if (!(error instanceof PipewrightError) || error.code !== 'incomplete') throw error;
    throw new PipewrightError({
      code: 'unavailable',
      message: 'the connection was closed before the response was complete.',
      hint: 'Try again in a few minutes.',
      retryable: true,
      cause: error,
    });
  }
}

function tooLarge(maxBytes: number): PipewrightError {
  return new PipewrightError({
    code: 'unexpected-response',
    message: `the response is larger than ${Math.round(maxBytes / 1024 / 1024)} MB.`,
    hint: {
      n8n: 'Check the URL in the credential. If it is correct, request less data at once.',
      zapier: 'Check the URL in the connection. If it is correct, request less data at once.',
    },
  });
}

/**
 * Passes on the bytes of a download, which may take any time but must not stall.
 * @param milliseconds stall timeout; only time in which the reader waits counts
 * @throws PipewrightError `incomplete`, so the download can be resumed
 */
export async function* untilStalled(bytes: Bytes, { timer, stop }: Bounds, milliseconds = stallTimeoutMs): Bytes {
  const chunks = bytes[Symbol.asyncIterator]();
  let isComplete = false;
  try {
    for (;;) {
      const next = chunks.next();
      next.catch(() => undefined);
      const chunk = await within(timer, once(milliseconds), next, () => stalled(milliseconds));
      if (chunk.done) break;
      yield chunk.value;
    }
    isComplete = true;
  } finally {
    if (!isComplete) stop();
  }
}

function stalled(milliseconds: number): PipewrightError {
  return new PipewrightError({
    code: 'incomplete',
    message: `The download stalled: no data arrived for ${Math.max(1, Math.round(milliseconds / 1000))} seconds.`,
    hint: retryHint,
    retryable: true,
  });
}

/** Bytes to upload, with the milliseconds left until the upload counts as stalled. Each chunk that is sent restarts the timer. */
export function watchUpload(
  bytes: Bytes,
  now: () => number,
  milliseconds = stallTimeoutMs,
): { bytes: Bytes; left(): number } {
  let last = now();
  const watched = async function* (): Bytes {
    for await (const chunk of bytes) {
      last = now();
      yield chunk;
      last = now();
    }
  };
  return { bytes: watched(), left: () => last + milliseconds - now() };
}
