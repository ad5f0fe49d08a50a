import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { sendByAxios } from '../../../shared/src/host/node/send-by-axios.ts';

const text = 'policy,paid\n'.repeat(1000);
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': text.length });
      response.write(text.slice(0, 100), () => response.destroy());
      return;
    }
    if (request.url === '/endless') {
      response.writeHead(200).write(text);
      return;
    }
    const packed = request.url === '/packed';
    const body = packed ? gzipSync(text) : Buffer.from(text);
    response
      .writeHead(200, { 'content-length': body.length, ...(packed ? { 'content-encoding': 'gzip' } : {}) })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function download(path: string): Promise<{ length: string | undefined; text: string }> {
  const { headers, stream } = await sendByAxios({
    method: 'GET',
    url: `${base}${path}`,
    headers: {},
    answer: 'stream',
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of stream ?? []) pieces.push(piece);
  return { length: headers['content-length'], text: Buffer.concat(pieces).toString('utf8') };
}

it('sendByAxios reports the length of an uncompressed body', async () => {
  expect(await download('/plain')).toEqual({ length: String(text.length), text });
});

it('sendByAxios reports no length for a decompressed body, because the header counts the compressed bytes', async () => {
  expect(await download('/packed')).toEqual({ length: undefined, text });
});

it('sendByAxios rejects an incomplete body', async () => {
  await expect(download('/cut')).rejects.toMatchObject({ code: 'incomplete' });
});

it('sendByAxios marks a refused connection as unsent, but not a lost one', async () => {
  const closed = createServer((_request, response) => response.destroy());
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/`;
  const post = () => sendByAxios({ method: 'POST', url, headers: {}, body: 'x' });
  await expect(post()).rejects.toMatchObject({ code: 'unavailable', unsent: false });
  closed.closeAllConnections();
  await new Promise((resolve) => closed.close(resolve));
  await expect(post()).rejects.toMatchObject({ code: 'unavailable', unsent: true });
});

describe('sendByAxios with an aborted signal', () => {
  it.each(['before the response', 'during the body'])('rejects immediately %s', async (phase) => {
    const controller = new AbortController();
    const work = async () => {
      const { stream } = await sendByAxios(
        { method: 'GET', url: `${base}/endless`, headers: {}, answer: 'stream' },
        controller.signal,
      );
      if (phase === 'during the body') setTimeout(() => controller.abort(), 20);
      for await (const _piece of stream ?? []) continue;
    };
    const ended = work();
    if (phase === 'before the response') controller.abort();
    await expect(ended).rejects.toMatchObject({ code: 'cancelled', message: 'The operation was canceled.' });
  });
});
