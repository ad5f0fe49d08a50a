import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { Host } from '../../../shared/src/host/host.ts';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import { openApi } from '../../../shared/src/http/api.ts';
import { resumeDownload } from '../../../shared/src/http/resume-download.ts';

const content = Buffer.from(Array.from({ length: 20_000 }, (_, row) => `P-${row},${row}.50\n`).join(''));

/** How a server sends a file. */
interface Sending {
  /** Number of bytes after which each connection is lost. */
  breaksAfter?: number;
  /** Number of connections that are lost. Default: all. */
  breaks?: number;
  headers?: Record<string, string>;
  /** Overrides of the response to a range request. */
  part?: { status?: number; headers?: Record<string, string> };
}

/** A recorded request. */
type Asked = { range: string | undefined; ifRange: string | undefined };

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => answer(request, response));
let address: string;
let sleeps: number[];
let host: Host;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  sleeps = [];
  host = { ...nodeHost(), random: () => 0.5, sleep: async (milliseconds) => void sleeps.push(milliseconds) };
});

const tagged = { 'accept-ranges': 'bytes', etag: '"v1"' };

function send({ breaksAfter = Infinity, breaks = Infinity, headers = tagged, part = {} }: Sending): Asked[] {
  const asked: Asked[] = [];
  answer = (request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    asked.push({ range, ifRange: ifRange as string | undefined });
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const rest = content.subarray(from);
    const sent =
      range === undefined
        ? { status: 200, headers: {} }
        : {
            status: 206,
            headers: { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` },
            ...part,
          };
    response.writeHead(sent.status ?? 206, { 'content-length': String(rest.length), ...headers, ...sent.headers });
    if (asked.length > breaks || rest.length <= breaksAfter) response.end(rest);
    else response.write(rest.subarray(0, breaksAfter), () => setTimeout(() => response.destroy(), 5));
  };
  return asked;
}

async function download(): Promise<Buffer> {
  const { stream } = await openApi({
    service: 'Example',
    baseUrl: address,
    host,
    authorize: async () => ({ authorization: 'Bearer t' }),
  }).stream('/claims.csv');
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const isWhole = async (): Promise<boolean> => (await download()).equals(content);
const cutShort = { code: 'incomplete' };

describe('resumeDownload', () => {
  it('resumes a lost connection where it ended, repeatedly and with pauses', async () => {
    const asked = send({ breaksAfter: 70_000 });
    expect(await isWhole()).toBe(true);
    expect(asked.slice(1).map(({ ifRange }) => ifRange)).toEqual(asked.slice(1).map(() => '"v1"'));
    expect(asked[0]).toEqual({ range: undefined, ifRange: undefined });
    expect(asked.length).toBeGreaterThan(3);
    expect(sleeps).toHaveLength(asked.length - 1);
  });

  it('returns the same bytes as an uninterrupted download', async () => {
    const asked = send({});
    expect(await isWhole()).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it('resumes by Last-Modified if it is in the past', async () => {
    const before = { 'accept-ranges': 'bytes', 'last-modified': 'Fri, 20 Nov 2020 08:00:00 GMT' };
    const asked = send({ breaksAfter: 100_000, headers: before });
    expect(await isWhole()).toBe(true);
    expect(asked[1]?.ifRange).toBe('Fri, 20 Nov 2020 08:00:00 GMT');
    send({ breaksAfter: 100_000, headers: { ...before, 'last-modified': new Date(Date.now() + 5_000).toUTCString() } });
    await expect(download()).rejects.toMatchObject(cutShort);
  });

  it.each([
    ['the server does not support ranges', { headers: { etag: '"v1"' } }],
    ['there is no ETag or Last-Modified', { headers: { 'accept-ranges': 'bytes' } }],
    ['the ETag is weak', { headers: { 'accept-ranges': 'bytes', etag: 'W/"v1"' } }],
    ['the server restarts the download', { part: { status: 200, headers: {} } }],
    ['the file has changed', { part: { headers: { etag: '"v2"', 'content-range': 'bytes 50000-1/2' } } }],
    ['the rest has no ETag', { headers: { ...tagged }, part: { headers: { etag: '' } } }],
    [
      'the server sends another range',
      { part: { headers: { 'content-range': `bytes 0-${content.length - 1}/${content.length}` } } },
    ],
    [
      'the total length has changed',
      { part: { headers: { 'content-range': `bytes 50000-${content.length - 1}/${content.length + 1}` } } },
    ],
    ['Content-Range is missing', { part: { headers: { 'content-range': '' } } }],
    [
      'the server sends several ranges at once',
      { part: { headers: { 'content-type': 'multipart/byteranges; boundary=x', 'content-range': '' } } },
    ],
    ['the file was deleted', { part: { status: 404 } }],
    ['the range does not exist', { part: { status: 416 } }],
  ] as [string, Sending][])('rejects with the original error when %s', async (_why, sending) => {
    const asked = send({ breaksAfter: 50_000, breaks: 1, ...sending });
    await expect(download()).rejects.toMatchObject({
      code: 'incomplete',
      message: expect.stringMatching(/was lost|ended after|longer than/),
    });
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  it('gives up when no more bytes arrive', async () => {
    let calls = 0;
    answer = (_request, response) => {
      calls += 1;
      response.writeHead(calls === 1 ? 200 : 206, {
        ...tagged,
        'content-length': String(content.length - (calls === 1 ? 0 : 1000)),
        ...(calls === 1 ? {} : { 'content-range': `bytes 1000-${content.length - 1}/${content.length}` }),
      });
      response.flushHeaders();
      response.write(calls === 1 ? content.subarray(0, 1000) : '', () => setTimeout(() => response.destroy(), 5));
    };
    await expect(download()).rejects.toMatchObject(cutShort);
    expect(calls).toBe(6);
    expect(sleeps.every((pause, index) => index === 0 || pause > (sleeps[index - 1] ?? 0))).toBe(true);
  });

  it('waits for a server that is briefly unavailable', async () => {
    let calls = 0;
    const asked = send({ breaksAfter: 100_000, breaks: 1 });
    const usual = answer;
    answer = (request, response) => {
      calls += 1;
      if (calls === 2 || calls === 3) response.writeHead(503).end();
      else usual(request, response);
    };
    expect(await isWhole()).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('never resumes a compressed body, because its offsets differ', async () => {
    const packed = gzipSync(content);
    let calls = 0;
    answer = (_request, response) => {
      calls += 1;
      response.writeHead(200, { ...tagged, 'content-encoding': 'gzip', 'content-length': String(packed.length) });
      response.write(packed.subarray(0, 5000), () => setTimeout(() => response.destroy(), 5));
    };
    await expect(download()).rejects.toMatchObject(cutShort);
    expect(calls).toBe(1);
  });

  it('rejects immediately when the execution is stopped', async () => {
    const asked = send({ breaksAfter: 50_000 });
    host = {
      ...host,
      sleep: () => Promise.reject(new PipewrightError({ code: 'cancelled', message: 'The operation was canceled.' })),
    };
    await expect(download()).rejects.toMatchObject({ code: 'cancelled' });
    expect(asked).toHaveLength(1);
  });
});

describe('resumeDownload of a body that may have been decompressed', () => {
  const broken = new PipewrightError({ code: 'incomplete', message: 'broke', retryable: true });
  async function* pieces(text: string, breaks = false): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
    if (breaks) throw broken;
  }
  const answer = (stream: AsyncGenerator<Uint8Array>, more: object = {}) => ({
    status: 200,
    headers: tagged,
    text: '',
    stream,
    sentLength: 10,
    ...more,
  });
  const rest = (text: string, from: number) => async () =>
    answer(pieces(text), { status: 206, headers: { ...tagged, 'content-range': `bytes ${from}-9/10` } });
  async function read(stream: AsyncIterable<Uint8Array>): Promise<string> {
    let text = '';
    for await (const piece of stream) text += Buffer.from(piece).toString();
    return text;
  }

  it('resumes if the body was not decompressed', async () => {
    expect(await read(resumeDownload(answer(pieces('0123', true)), rest('456789', 4), host))).toBe('0123456789');
  });

  it('passes a decompressed body on, whether longer or shorter', async () => {
    expect(await read(resumeDownload(answer(pieces('unpacked it is longer')), rest('', 0), host))).toBe(
      'unpacked it is longer',
    );
    expect(await read(resumeDownload(answer(pieces('short')), rest('', 0), host))).toBe('short');
  });

  it('rejects rather than joining bytes that do not belong together', async () => {
    await expect(read(resumeDownload(answer(pieces('longer than ten', true)), rest('x', 0), host))).rejects.toBe(
      broken,
    );
    await expect(
      read(resumeDownload(answer(pieces('0123', true)), rest('unpacked again', 4), host)),
    ).rejects.toMatchObject(cutShort);
  });
});
