import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { Host } from '../host/host.ts';
import type { Headers, HttpResponse } from '../host/http.ts';
import { wrongLength } from '../host/incomplete.ts';
import { closeStream } from './close-stream.ts';
import { backoff } from './retry-delay.ts';

/** A response with a streamed body. */
export type Streamed = HttpResponse & { stream: Bytes };

/** Maximum number of lost connections in a row without a byte in between. */
const maxLostInARow = 5;

/** Maximum number of lost connections in total. */
const maxLost = 100;

/** Validator that identifies the same bytes: a strong ETag, or a Last-Modified older than one second. */
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
 * The `Content-Length` of a body that is not compressed.
 * @returns undefined if it is missing or invalid
 */
export function lengthOf(response: HttpResponse): number | undefined {
  const header = response.headers['content-length'];
  const length = isPlain(response) && header !== undefined && /^\d+$/.test(header) ? Number(header) : NaN;
  return Number.isSafeInteger(length) ? length : undefined;
}

/** Whether a response continues the same bytes from an offset. */
function continuesFrom(response: HttpResponse, from: number, length: number, { header, value }: Version): boolean {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (response.status !== 206 || !isPlain(response) || Number(start) !== from || Number(end) >= length) return false;
  if (total !== '*' && Number(total) !== length) return false;
  const repeated = response.headers[header];
  // A 206 response must repeat the ETag (RFC 9110, section 15.3.7), but not Last-Modified.
  return repeated === undefined ? header === 'last-modified' : repeated === value;
}

/**
 * Streams the body of a response. If the server supports range requests, a lost connection is resumed where it ended, as
 * long as the ETag or Last-Modified and `Content-Range` prove that the bytes are the same. Otherwise the body is passed on
 * unchanged.
 * @param first the response, still unread
 * @param request sends the request again with additional headers
 * @throws PipewrightError `incomplete` as the lost connection raised it, if the download cannot be resumed
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
 */
export function resumeDownload(
  first: Streamed,
  request: (headers: Headers) => Promise<Streamed>,
  host: Pick<Host, 'sleep' | 'random' | 'log'>,
): Bytes {
  const known = lengthOf(first);
  const length = known ?? first.sentLength;
  const version = versionOf(first);
  const offersRanges = /\bbytes\b/i.test(first.headers['accept-ranges'] ?? '');
  if (first.status !== 200 || !length || !version || !offersRanges || !isPlain(first)) return first.stream;
  return streamInParts(first.stream, { length, isCertain: known !== undefined }, version, request, host);
}

/** Expected number of bytes. It is not certain while the platform may have decompressed the body. */
interface Expected {
  length: number;
  isCertain: boolean;
}

async function* streamInParts(
  first: Bytes,
  { length, isCertain }: Expected,
  version: Version,
  request: (headers: Headers) => Promise<Streamed>,
  host: Pick<Host, 'sleep' | 'random' | 'log'>,
): Bytes {
  let received = 0;
  let stream = first;
  let lostInARow = 0;
  for (let lost = 0; ; lost += 1) {
    const before = received;
    let failure: unknown;
    try {
      for await (const chunk of stream) {
        received += chunk.length;
        if (received > length && (isCertain || lostInARow > 0)) throw wrongLength('download', received, length);
        yield chunk;
      }
      if (received === length || (!isCertain && lostInARow === 0)) return;
      failure = wrongLength('download', received, length);
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'incomplete' || !error.retryable) throw error;
      // A body that was read to its end is complete, even if the connection was lost afterwards.
      if (received === length) return;
      if (received > length) throw error;
      failure = error;
    }
    lostInARow = received > before ? 1 : lostInARow + 1;
    if (lostInARow > maxLostInARow || lost >= maxLost) throw failure;
    stream = await resume(received, lostInARow, failure);
  }

  async function resume(from: number, attempt: number, failure: unknown): Promise<Bytes> {
    try {
      await host.sleep(backoff(attempt - 1, host.random()));
      const response = await request({ range: `bytes=${from}-`, 'if-range': version.value });
      if (continuesFrom(response, from, length, version)) {
        host.log.info(`The connection was lost after ${from} of ${length} bytes. The download continues from there.`);
        return response.stream;
      }
      await closeStream(response.stream);
    } catch (error) {
      if (error instanceof PipewrightError && error.code === 'cancelled') throw error;
      if (error instanceof PipewrightError && error.retryable) return noBytes();
    }
    throw failure;
  }
}

async function* noBytes(): Bytes {}
