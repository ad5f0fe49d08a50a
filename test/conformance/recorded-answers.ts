import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { Host } from '../../shared/src/host/host.ts';
import type { HttpRequest, HttpResponse } from '../../shared/src/host/http.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { memoryCache } from '../../shared/src/host/memory-cache.ts';

/** A recorded response of a vendor, with its request. */
export interface RecordedAnswer {
  /** Method and URL without the query. */
  asked: string;
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** The requests of one operation, with their time. */
export interface Recording {
  name: string;
  answers: RecordedAnswer[];
  /** Start time in milliseconds since 1970. */
  startedAt: number;
}

const askedBy = ({ method, url }: HttpRequest): string => `${method} ${url.split('?')[0] ?? ''}`;

async function readAll(bytes: Bytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function* streamOf(text: string): Bytes {
  yield Buffer.from(text, 'utf8');
}

/** A host that records every response; a streamed body is recorded as text. */
export function recordingHost(host: Host, answers: RecordedAnswer[]): Host {
  const http = async (request: HttpRequest): Promise<HttpResponse> => {
    const response = await host.http(request);
    const text = response.stream ? await readAll(response.stream) : response.text;
    answers.push({ asked: askedBy(request), status: response.status, headers: response.headers, text });
    return response.stream ? { ...response, stream: streamOf(text) } : response;
  };
  return Object.create(host, { http: { value: http } }) as Host;
}

/** A host that replays responses: those to the same request in order, the last one repeatedly. Its clock advances only during sleeps. */
export function replayingHost(answers: readonly RecordedAnswer[], startedAt: number): Host & { asked: string[] } {
  let clock = startedAt;
  const used = new Map<string, number>();
  const asked: string[] = [];
  return {
    platform: 'n8n',
    asked,
    async http(request) {
      const key = askedBy(request);
      asked.push(key);
      if (typeof request.body === 'object' && 'stream' in request.body) await readAll(request.body.stream);
      const same = answers.filter((answer) => answer.asked === key);
      const count = used.get(key) ?? 0;
      used.set(key, count + 1);
      const answer = same[Math.min(count, same.length - 1)] ?? {
        status: 404,
        headers: {},
        text: '{"error":"nothing was recorded for this"}',
      };
      const headers = { ...answer.headers };
      delete headers['content-length'];
      return {
        status: answer.status,
        headers,
        text: request.answer === 'stream' ? '' : answer.text,
        ...(request.answer === 'stream' ? { stream: streamOf(answer.text) } : {}),
      };
    },
    now: () => clock,
    async sleep(milliseconds) {
      clock += milliseconds;
    },
    random: () => 0.5,
    cache: memoryCache(() => clock),
    once: async () => true,
    files: {
      save: async ({ name, bytes }) => ({ name, text: await readAll(bytes) }),
      read: async (value) => {
        if (typeof value !== 'string')
          throw new PipewrightError({ code: 'invalid-input', message: 'This is no file.' });
        return { name: 'claims.csv', mediaType: 'text/csv', size: value.length, open: async () => streamOf(value) };
      },
    },
    log: { info: () => undefined, warn: () => undefined },
  };
}
