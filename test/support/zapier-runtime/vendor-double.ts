import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The fictional vendor of the fixture app. */
export interface VendorDouble {
  readonly url: string;
  /** `METHOD /path` of every request, in order. */
  readonly requests: string[];
  readonly hooks: Map<string, string>;
  /** The callback URL of the last run that was started with one. */
  lastCallback: string;
  runs: { id: number; pipeline: string }[];
  /** The header with the vendor's signature of the body. */
  sign(body: string): Record<string, string>;
  close(): Promise<void>;
}

/** Accepts every request whose bearer token is `good-token`. `/datasets/large` has 3 000 000 bytes. */
export async function startVendorDouble(): Promise<VendorDouble> {
  const secret = 'the secret of the webhook';
  const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '/';
    vendor.requests.push(`${request.method} ${path}`);
    if (request.headers.authorization !== 'Bearer good-token') return response.writeHead(401).end();
    const { type, body } = respond(`${request.method} ${path}`, Buffer.concat(chunks).toString());
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  const respond = (what: string, body: string) => {
    if (what === 'POST /hooks') {
      vendor.hooks.set('hook-1', JSON.parse(body).target);
      return json({ id: 'hook-1', secret });
    }
    if (what.startsWith('DELETE /hooks/')) return json({ deleted: vendor.hooks.delete(what.slice(14)) });
    if (what === 'POST /runs') {
      vendor.lastCallback = JSON.parse(body).callback;
      return json({ id: 'run-1', pipeline: JSON.parse(body).pipeline, status: 'started' });
    }
    if (what === 'GET /runs') return json(vendor.runs);
    if (what === 'GET /events') return json([{ id: 'event-1', dataset: 'claims' }]);
    if (what === 'GET /pipelines') return json([{ id: 'copy', name: 'Copy Claims' }]);
    if (what === 'GET /datasets/large') return { type: 'text/csv', body: 'a,b\n'.repeat(750_000) };
    if (what.startsWith('GET /datasets/')) return { type: 'text/csv', body: 'policy,premium\n007,12.50\n' };
    return json({ name: 'Ada', company: 'Claims Ltd' });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const vendor: VendorDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    hooks: new Map(),
    lastCallback: '',
    runs: [{ id: 1, pipeline: 'copy' }],
    sign: (body) => ({ 'X-Vendor-Signature': createHmac('sha256', secret).update(body).digest('hex') }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return vendor;
}
