import { PipewrightError } from './error.ts';
import type { Bytes } from './bytes.ts';

/** Bytes that an answer may have at most when it is read as text; downloads have no limit. */
export const maxAnswerBytes = 50 * 1024 * 1024;

/** Milliseconds for which a download may stand still. */
export const stallTimeoutMs = 60_000;

/** A timer of the platform: resolves after some milliseconds; rejects, or never settles, once the signal is aborted. */
export type Timer = (milliseconds: number, signal: AbortSignal) => Promise<unknown>;

/** What bounds the reading of a body. */
export interface Bounds {
  timer: Timer;
  /** Closes the connection: a stream that waits for its next piece cannot be ended in another way. */
  stop(): void;
}

/**
 * The result of some work that ends in time.
 * @param milliseconds asked again whenever they are over, so that progress can move the end; `Infinity` sets no limit
 * @throws what `late` makes, as soon as the time is over
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

/** A time limit that is over after some milliseconds. */
export function once(milliseconds: number): () => number {
  let asked = false;
  return () => {
    if (asked) return 0;
    asked = true;
    return Math.max(1, milliseconds);
  };
}

/** The error of an answer that did not come whole in time; it may pass by itself. */
export function tooLate(milliseconds: number): PipewrightError {
  return new PipewrightError({
    code: 'unavailable',
    message: `no complete answer came within ${Math.max(1, Math.round(milliseconds / 1000))} seconds.`,
    hint: 'Try again in a few minutes, and check the address in the connection.',
    retryable: true,
  });
}

/**
 * The text of a body that comes in time and is not too large.
 * @param limits `milliseconds` for the whole body, however steadily it comes; `maxBytes` after unpacking, default 50 MB
 * @throws PipewrightError `unavailable` when the body is late or breaks off, `unexpected-answer` when it is too large
 */
export async function readText(
  bytes: Bytes,
  { timer, stop }: Bounds,
  { milliseconds, maxBytes = maxAnswerBytes }: { milliseconds: number; maxBytes?: number },
): Promise<string> {
  const read = async (): Promise<string> => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of bytes) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
  };
  const reading = read();
  // Whoever stopped waiting must not be told later that the body broke.
  reading.catch(() => undefined);
  try {
    return await within(timer, once(milliseconds), reading, () => tooLate(milliseconds));
  } catch (error) {
    stop();
    if (!(error instanceof PipewrightError) || error.code !== 'cut-short') throw error;
    throw new PipewrightError({
      code: 'unavailable',
      message: 'the connection was closed before the answer was complete.',
      hint: 'Try again in a few minutes.',
      retryable: true,
      cause: error,
    });
  }
}

function tooLarge(maxBytes: number): PipewrightError {
  return new PipewrightError({
    code: 'unexpected-answer',
    message: `the answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MB.`,
    hint: 'Check the address in the connection; if it is right, ask for less at once.',
  });
}

/**
 * The bytes of a download, which may take any time but not stand still.
 * @param milliseconds time without a byte after which the download ends with an error; only time in which a reader waits counts
 * @throws PipewrightError `cut-short`, so that the download can be resumed
 */
export async function* untilStalled(bytes: Bytes, { timer, stop }: Bounds, milliseconds = stallTimeoutMs): Bytes {
  const pieces = bytes[Symbol.asyncIterator]();
  let whole = false;
  try {
    for (;;) {
      const next = pieces.next();
      next.catch(() => undefined);
      const piece = await within(timer, once(milliseconds), next, () => stalled(milliseconds));
      if (piece.done) break;
      yield piece.value;
    }
    whole = true;
  } finally {
    if (!whole) stop();
  }
}

function stalled(milliseconds: number): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: `The download stood still for ${Math.max(1, Math.round(milliseconds / 1000))} seconds.`,
    hint: 'Run it again; nothing was kept.',
    retryable: true,
  });
}

/** Bytes that are sent, with the milliseconds until they count as stuck: each piece that is taken begins the time again. */
export function watchUpload(
  bytes: Bytes,
  now: () => number,
  milliseconds = stallTimeoutMs,
): { bytes: Bytes; left(): number } {
  let last = now();
  const watched = async function* (): Bytes {
    for await (const piece of bytes) {
      last = now();
      yield piece;
      last = now();
    }
  };
  return { bytes: watched(), left: () => last + milliseconds - now() };
}
