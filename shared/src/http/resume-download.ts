import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { Host } from '../host/host.ts';
import type { Headers, HttpResponse } from '../host/http.ts';
import { closeStream } from './close-stream.ts';
import { backoff } from './retry-delay.ts';

/** An answer whose body comes as a stream. */
export type Streamed = HttpResponse & { stream: Bytes };

/** Connections that may break one after the other without a byte in between. */
const mostInARow = 5;

/** Connections that may break in all, so that a server which sends byte by byte comes to an end. */
const mostInAll = 100;

/** By what the same bytes are known again: a strong tag, or a moment of change that is older than a second. */
interface Version {
  header: 'etag' | 'last-modified';
  value: string;
}

function versionOf({ headers }: HttpResponse): Version | undefined {
  const { etag, 'last-modified': modified, date } = headers;
  if (etag !== undefined) return /^"/.test(etag) ? { header: 'etag', value: etag } : undefined;
  if (modified === undefined || date === undefined) return undefined;
  return Date.parse(date) - Date.parse(modified) >= 1000 ? { header: 'last-modified', value: modified } : undefined;
}

const isPlain = ({ headers }: HttpResponse): boolean => (headers['content-encoding'] ?? 'identity') === 'identity';

/**
 * The length of a body as it is sent, where the sender tells it and nothing unpacks it on the way.
 * @returns undefined also for what is no length
 */
export function lengthOf(response: HttpResponse): number | undefined {
  const told = response.headers['content-length'];
  const length = isPlain(response) && told !== undefined && /^\d+$/.test(told) ? Number(told) : NaN;
  return Number.isSafeInteger(length) ? length : undefined;
}

/** Whether an answer is the rest of the same bytes, from one on. */
function goesOn(response: HttpResponse, from: number, length: number, { header, value }: Version): boolean {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (response.status !== 206 || !isPlain(response) || Number(start) !== from || Number(end) >= length) return false;
  if (total !== '*' && Number(total) !== length) return false;
  const again = response.headers[header];
  // A tag must come again (RFC 9110, section 15.3.7), a moment need not.
  return again === undefined ? header === 'last-modified' : again === value;
}

/**
 * The bytes of an answer. Where the server can send a part of them, a connection that breaks is followed by another one that
 * goes on where it ended, as long as it is certain that the bytes are the same: by a strong tag or an older moment of change,
 * and by what the server says it sends. Elsewhere they come as they are.
 * @param first the answer, of which nothing was read
 * @param again asks once more, with further headers
 * @throws PipewrightError `cut-short` as the broken connection raised it, when it cannot go on
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function resumeDownload(
  first: Streamed,
  again: (headers: Headers) => Promise<Streamed>,
  host: Pick<Host, 'sleep' | 'random' | 'log'>,
): Bytes {
  const known = lengthOf(first);
  const length = known ?? first.sentLength;
  const version = versionOf(first);
  const offersRanges = /\bbytes\b/i.test(first.headers['accept-ranges'] ?? '');
  if (first.status !== 200 || !length || !version || !offersRanges || !isPlain(first)) return first.stream;
  return inParts(first.stream, { length, isCertain: known !== undefined }, version, again, host);
}

/** How many bytes must come; until it is certain that nothing unpacked them, their number alone proves nothing. */
interface Expected {
  length: number;
  isCertain: boolean;
}

async function* inParts(
  first: Bytes,
  { length, isCertain }: Expected,
  version: Version,
  again: (headers: Headers) => Promise<Streamed>,
  host: Pick<Host, 'sleep' | 'random' | 'log'>,
): Bytes {
  let came = 0;
  let stream = first;
  let inARow = 0;
  for (let inAll = 0; ; inAll += 1) {
    const before = came;
    let broken: unknown;
    try {
      for await (const piece of stream) {
        came += piece.length;
        if (came > length && (isCertain || inARow > 0)) throw tooMuch(length);
        yield piece;
      }
      if (came === length || (!isCertain && inARow === 0)) return;
      broken = tooLittle(came, length);
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'cut-short' || !error.retryable) throw error;
      // What was read to its end is whole, whatever became of the connection.
      if (came === length) return;
      if (came > length) throw error;
      broken = error;
    }
    inARow = came > before ? 1 : inARow + 1;
    if (inARow > mostInARow || inAll >= mostInAll) throw broken;
    stream = await goOn(came, inARow, broken);
  }

  async function goOn(from: number, attempt: number, broken: unknown): Promise<Bytes> {
    try {
      await host.sleep(backoff(attempt - 1, host.random()));
      const response = await again({ range: `bytes=${from}-`, 'if-range': version.value });
      if (goesOn(response, from, length, version)) {
        host.log.info(`The connection broke after ${from} of ${length} bytes; the download goes on there.`);
        return response.stream;
      }
      await closeStream(response.stream);
    } catch (error) {
      if (error instanceof PipewrightError && error.code === 'cancelled') throw error;
      if (error instanceof PipewrightError && error.retryable) return nothing();
    }
    throw broken;
  }
}

async function* nothing(): Bytes {}

const hint = 'Run it again; nothing was kept.';

function tooLittle(came: number, length: number): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: `The body ended after ${came} bytes, though ${length} were announced.`,
    hint,
    retryable: true,
  });
}

function tooMuch(length: number): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: `More than the ${length} bytes came that were announced.`,
    hint,
  });
}
