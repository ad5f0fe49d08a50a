import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import zapier, { type ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { Bytes } from '../../../shared/src/host/bytes.ts';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import { openSender, type Sender } from '../../../zapier-app/adapter/http.ts';
import { readFile } from '../../../zapier-app/adapter/incoming-file.ts';

/** Runs work with the `z` object of a step. */
async function withZ<T>(work: (z: ZObject) => Promise<T>): Promise<T> {
  let result: T | undefined;
  const perform = async (z: ZObject) => {
    result = await work(z);
    return {};
  };
  const probe = {
    key: 'probe',
    noun: 'Probe',
    display: { label: 'Probe', description: 'Probes.' },
    operation: { perform },
  };
  const app = { version: '1.0.0', platformVersion: zapier.version, creates: { probe }, flags: { skipHttpPatch: true } };
  const { createAppHandler } = zapier as unknown as {
    createAppHandler(app: object): (event: object) => Promise<unknown>;
  };
  await createAppHandler(app)({
    command: 'execute',
    method: 'creates.probe.operation.perform',
    bundle: { authData: {}, inputData: {} },
  });
  return result as T;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const text = async (bytes: Bytes | undefined): Promise<string> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes ?? []) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
};

const read = async (request: IncomingMessage): Promise<string> => text(request as AsyncIterable<Uint8Array>);

let server: Server;
let url: string;
let handler: Handler;

beforeAll(async () => {
  server = createServer((request, response) => handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const send = <T>(
  work: (sender: Sender) => Promise<T>,
  options: { idleMs?: number; seconds?: number } = {},
): Promise<T> =>
  withZ(async (z) => {
    const { seconds = 29, ...rest } = options;
    const sender = openSender(z, { endsAt: Date.now() + seconds * 1000, ...rest });
    try {
      return await work(sender);
    } finally {
      sender.close();
    }
  });

describe('a request of the Zapier app', () => {
  it('resolves for every status, including 429, with lower-case header names', async () => {
    handler = (_request, response) =>
      response.writeHead(429, { 'Retry-After': '7', 'X-Request-ID': 'r1' }).end('slow down');
    const answer = await send(({ send: http }) => http({ method: 'GET', url, headers: {} }));
    expect(answer).toMatchObject({
      status: 429,
      text: 'slow down',
      headers: { 'retry-after': '7', 'x-request-id': 'r1' },
    });
  });

  it('sends text unchanged, including double braces, and decompresses responses', async () => {
    let got = '';
    handler = (request, response) => {
      void read(request).then((body) => {
        got = `${request.headers['content-type']} ${body}`;
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('gut – {"a":1}'));
      });
    };
    const body = '{"text":"{{bundle.authData.token}} and {{process.env.HOME}}"}';
    const answer = await send(({ send: http }) =>
      http({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body }),
    );
    expect([got, answer.text]).toEqual([`application/json ${body}`, 'gut – {"a":1}']);
  });

  it('sends a stream with its length', async () => {
    let got: unknown;
    handler = (request, response) => {
      void read(request).then((body) => {
        got = [request.headers['content-length'], request.headers['transfer-encoding'], body];
        response.end();
      });
    };
    const stream = (async function* () {
      yield Buffer.from('one,');
      yield new Uint8Array(Buffer.from('two'));
    })();
    await send(({ send: http }) => http({ method: 'POST', url, headers: {}, body: { stream, length: 7 } }));
    expect(got).toEqual(['7', undefined, 'one,two']);
  });

  it('fails with the cause when the source of an upload fails', async () => {
    handler = (request, response) =>
      void read(request).then(
        () => response.end(),
        () => undefined,
      );
    const stream = (async function* () {
      yield Buffer.from('one,');
      throw new PipewrightError({ code: 'incomplete', message: 'The source broke.' });
    })();
    await expect(
      send(({ send: http }) => http({ method: 'POST', url, headers: {}, body: { stream } })),
    ).rejects.toThrow('The source broke.');
  });

  it('marks a request to an unreachable address as unsent', async () => {
    const refused = send(({ send: http }) =>
      http({ method: 'POST', url: 'http://127.0.0.1:9/', headers: {}, body: '{}' }),
    );
    const error = (await refused.catch((thrown: unknown) => thrown)) as PipewrightError;
    expect(error.message).toMatch(/^the server refused the connection\./);
    expect(error.unsent).toBe(true);
  });

  it('times out before Zapier ends the step', async () => {
    handler = () => undefined;
    const begin = Date.now();
    await expect(
      send(({ send: http }) => http({ method: 'GET', url: `${url}/?token=secret`, headers: {} }), { seconds: 0 }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^the server did not respond in time\.(?!.*secret)/),
      retryable: true,
    });
    // It would otherwise wait for 29 seconds.
    expect(Date.now() - begin).toBeLessThan(25_000);
  });

  it('follows no redirect to this machine and no redirect loop', async () => {
    handler = (request, response) =>
      request.url === '/there' ? response.end() : response.writeHead(302, { location: `${url}/there` }).end();
    await expect(send(({ send: http }) => http({ method: 'GET', url, headers: {} }))).rejects.toMatchObject({
      message: expect.stringContaining('a URL that Zapier does not allow'),
    });
    handler = (_request, response) => response.writeHead(302, { location: url }).end();
    await expect(send(({ send: http }) => http({ method: 'GET', url, headers: {} }))).rejects.toMatchObject({
      message: expect.stringContaining('too many redirects'),
    });
  });
});

describe('a response that is read as text', () => {
  it('times out even if bytes keep arriving', async () => {
    handler = (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    };
    await expect(
      send(({ send: http }) => http({ method: 'GET', url, headers: {}, timeout: 200 })),
    ).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  it("is rejected when it exceeds Zapier's limit", async () => {
    handler = (_request, response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, 'x')));
      };
      response.on('drain', pour);
      pour();
    };
    await expect(send(({ send: http }) => http({ method: 'GET', url, headers: {} }))).rejects.toMatchObject({
      message: expect.stringContaining('larger than 20 MB'),
    });
  });
});

describe('a streamed response', () => {
  const open = (path = '') =>
    send(
      async ({ send: http }) =>
        text((await http({ method: 'GET', url: url + path, headers: {}, answer: 'stream' })).stream),
      { idleMs: 300 },
    );

  it('is complete', async () => {
    handler = (_request, response) => response.writeHead(200, { 'content-length': '7' }).end('one,two');
    expect(await open()).toBe('one,two');
  });

  it('fails when it ends before its Content-Length', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('The connection was lost') });
  });

  it('fails when it is truncated without a Content-Length', async () => {
    handler = (_request, response) => {
      response.write('half', () => response.destroy());
    };
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('The connection was lost') });
  });

  it('fails when it stalls', async () => {
    handler = (_request, response) => void response.write('half');
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('The connection was lost') });
  });

  it('fails when it is not complete before Zapier ends the step', async () => {
    handler = (_request, response) => {
      const drip = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(drip));
    };
    const late = send(
      async ({ send: http }) => text((await http({ method: 'GET', url, headers: {}, answer: 'stream' })).stream),
      { seconds: 5 },
    );
    await expect(late).rejects.toMatchObject({
      message: expect.stringContaining('within the 30 seconds'),
      hint: expect.stringContaining('docs/pipelines/README.md'),
    });
  });

  it('is aborted when it is never read', async () => {
    const closed = new Promise<void>((resolve) => {
      handler = (_request, response) => {
        response.on('close', () => resolve());
        response.write(Buffer.alloc(64));
      };
    });
    const answer = await send(({ send: http }) => http({ method: 'GET', url, headers: {}, answer: 'stream' }));
    expect(answer.status).toBe(200);
    await closed;
  });

  it('applies backpressure while it is not read', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'a');
    let sent = 0;
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (sent < 150) {
          sent += 1;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        return response.end();
      };
      more();
    };
    let size = 0;
    let early = 0;
    await send(async ({ send: http }) => {
      const { stream } = await http({ method: 'GET', url, headers: {}, answer: 'stream' });
      for await (const bytes of stream ?? []) {
        if (size === 0) {
          await new Promise((resolve) => setTimeout(resolve, 300));
          early = sent;
        }
        size += bytes.length;
      }
    });
    expect(size).toBe(150 * 1024 * 1024);
    expect(early).toBeLessThan(40);
  });
});

describe('a file of a previous step', () => {
  const hostOf = (sender: Sender) => ({ ...nodeHost(), http: sender.send });

  it('has a name, type and length, and can be opened again', async () => {
    let count = 0;
    handler = (_request, response) => {
      count += 1;
      response
        .writeHead(200, {
          'content-type': 'text/csv',
          'content-length': '3',
          'content-disposition': "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.csv",
        })
        .end('a,b');
    };
    const found = await send(async (sender) => {
      const { open, ...file } = await readFile(hostOf(sender), url);
      return [file, await text(await open()), await text(await open())];
    });
    expect([found, count]).toEqual([[{ name: 'Größe.csv', mediaType: 'text/csv', size: 3 }, 'a,b', 'a,b'], 2]);
  });

  it('gets its name from the URL without a Content-Disposition header', async () => {
    handler = (_request, response) => response.end('a');
    expect(await send((sender) => readFile(hostOf(sender), `${url}/files/claims%202026.csv?key=1`))).toMatchObject({
      name: 'claims 2026.csv',
      mediaType: 'text/csv',
    });
  });

  it('explains what to do when it no longer exists or the field contains no file', async () => {
    handler = (_request, response) => response.writeHead(404).end();
    await expect(send((sender) => readFile(hostOf(sender), url))).rejects.toMatchObject({
      message: expect.stringContaining('status 404'),
    });
    await expect(send((sender) => readFile(hostOf(sender), 'just text'))).rejects.toMatchObject({
      message: expect.stringContaining('The file field does not contain a file.'),
    });
  });
});
