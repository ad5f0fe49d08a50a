import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { Readable } from 'node:stream';
import { sendBy, type FullResponse } from '../../../n8n-nodes/adapter/http.ts';
import {
  once,
  readText,
  tooLate,
  untilStalled,
  watchUpload,
  within,
  type Bounds,
} from '../../../shared/src/host/bounded.ts';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { Bytes } from '../../../shared/src/host/bytes.ts';
import { sendByAxios } from '../../../shared/src/host/node/send-by-axios.ts';

const never = new Promise<never>(() => undefined);

/** Bounds with a timer that tests control. */
function manual(): Bounds & { expire(): void; stopped: number } {
  let expire: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (expire = resolve));
  const bounds = { timer: () => over, stopped: 0, stop: () => void (bounds.stopped += 1), expire: () => expire() };
  return bounds;
}

async function* pieces(...texts: (string | Promise<string>)[]): Bytes {
  for (const text of texts) yield Buffer.from(await text);
}

describe('readText', () => {
  it('joins the chunks of a body', async () => {
    expect(await readText(pieces('pol', 'icy'), manual(), { milliseconds: 1000 })).toBe('policy');
  });

  it('rejects a body that is not complete in time and closes the connection', async () => {
    const bounds = manual();
    const reading = readText(pieces('a', 'b', never), bounds, { milliseconds: 30_000 });
    bounds.expire();
    await expect(reading).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: expect.stringContaining('30 seconds'),
    });
    expect(bounds.stopped).toBe(1);
  });

  it('rejects a body as soon as it exceeds the size limit', async () => {
    const bounds = manual();
    const endless = async function* (): Bytes {
      for (;;) yield Buffer.alloc(1024);
    };
    await expect(readText(endless(), bounds, { milliseconds: 30_000, maxBytes: 10 * 1024 })).rejects.toMatchObject({
      code: 'unexpected-response',
      retryable: false,
    });
    expect(bounds.stopped).toBe(1);
  });

  it('treats an incomplete body as unavailable', async () => {
    const broken = async function* (): Bytes {
      yield Buffer.from('{"a":');
      throw new PipewrightError({ code: 'incomplete', message: 'It broke.', retryable: true });
    };
    await expect(readText(broken(), manual(), { milliseconds: 1000 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
  });
});

describe('untilStalled', () => {
  it('rejects a stalled download so that it can be resumed', async () => {
    const bounds = manual();
    const read = async (): Promise<number> => {
      let count = 0;
      for await (const piece of untilStalled(pieces('a', 'b', never), bounds)) {
        count += piece.length;
        if (count === 2) bounds.expire();
      }
      return count;
    };
    await expect(read()).rejects.toMatchObject({
      code: 'incomplete',
      retryable: true,
      message: expect.stringContaining('stalled'),
    });
    expect(bounds.stopped).toBe(1);
  });

  it('passes on every byte of a download that does not stall', async () => {
    const read: string[] = [];
    for await (const piece of untilStalled(pieces('a', 'b', 'c'), manual())) read.push(String(piece));
    expect(read).toEqual(['a', 'b', 'c']);
  });
});

it('within checks the time left again, so an upload that makes progress continues', async () => {
  const left = [10, 10, 0];
  const asked: number[] = [];
  const timer = async (milliseconds: number) => void asked.push(milliseconds);
  await expect(
    within(
      timer,
      () => left.shift() ?? 0,
      never,
      () => tooLate(10),
    ),
  ).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked).toEqual([10, 10]);
});

it('watchUpload restarts its timer with each chunk', async () => {
  let now = 0;
  const upload = watchUpload(pieces('a', 'b'), () => now, 60_000);
  now = 50_000;
  expect(upload.left()).toBe(10_000);
  const taken = upload.bytes[Symbol.asyncIterator]();
  await taken.next();
  expect(upload.left()).toBe(60_000);
});

it('once sets a fixed time limit', () => {
  const limit = once(5);
  expect([limit(), limit()]).toEqual([5, 0]);
});

/** A server whose responses never end. */
let server: Server;
let base: string;
const open = new Set<ServerResponse>();
beforeAll(async () => {
  server = createServer((request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    if (request.url === '/silent') return;
    response.writeHead(200, { 'content-type': 'application/json' });
    const flood = request.url === '/flood';
    const send = () => {
      if (response.destroyed) return;
      if (response.write(flood ? Buffer.alloc(256 * 1024, 'x') : ' ')) setTimeout(send, flood ? 0 : 5);
      else response.once('drain', send);
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('sendByAxios', () => {
  it.each(['silent', 'drip'])('rejects a %s response when the time is up', async (path) => {
    await expect(
      sendByAxios({ method: 'GET', url: `${base}/${path}`, headers: {}, timeout: 100 }),
    ).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  it('rejects a response that exceeds the size limit', async () => {
    await expect(
      sendByAxios({ method: 'GET', url: `${base}/flood`, headers: {} }, undefined, { maxBytes: 1024 * 1024 }),
    ).rejects.toMatchObject({ code: 'unexpected-response' });
  });

  it('rejects immediately when the execution is stopped', async () => {
    const controller = new AbortController();
    const sent = sendByAxios({ method: 'GET', url: `${base}/drip`, headers: {} }, controller.signal);
    controller.abort();
    await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('sendBy of n8n', () => {
  const answer =
    (body: unknown) =>
    async (options: IHttpRequestOptions): Promise<FullResponse> => {
      if (body instanceof Readable) options.abortSignal?.addEventListener?.('abort', () => body.destroy());
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
    };
  const dripping = (): Readable =>
    Readable.from(
      (async function* () {
        for (;;) {
          yield Buffer.from(' ');
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })(),
    );

  it('rejects a slow response when the time is up', async () => {
    const body = dripping();
    await expect(sendBy(answer(body))({ method: 'GET', url: base, headers: {}, timeout: 100 })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    expect(body.destroyed).toBe(true);
  });

  it('rejects a request without a response, although the n8n helper has no timeout', async () => {
    await expect(sendBy(() => never)({ method: 'GET', url: base, headers: {}, timeout: 20 })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('requests a stream and returns text', async () => {
    const options: IHttpRequestOptions[] = [];
    const send = sendBy(async (asked) => {
      options.push(asked);
      return { statusCode: 200, headers: {}, body: Readable.from([Buffer.from('{"a"'), Buffer.from(':1}')]) };
    });
    expect((await send({ method: 'GET', url: base, headers: {} })).text).toBe('{"a":1}');
    expect(options[0]).toMatchObject({ encoding: 'stream' });
  });

  it('accepts a body that n8n has already parsed, as in a credential test', async () => {
    expect((await sendBy(answer({ a: 1 }))({ method: 'GET', url: base, headers: {} })).text).toBe('{"a":1}');
  });
});
