import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { zapierLimits } from './limits.ts';
import type { PlatformStore, StoreOwner } from './platform-store.ts';
import type { Delivery } from './raw-request.ts';
import { type StoredFile, storeUpload } from './stored-file.ts';

/** A line in the log of the app and Zapier's core. */
export interface LogEntry {
  message: string;
  data: Record<string, unknown>;
}

/** A public URL on the double: a webhook, or the callback of a paused step. */
export interface OpenAddress {
  readonly url: string;
  /** Makes the URL respond with 410 from now on, like a webhook after its Zap was turned off. */
  close(): void;
}

/** Zapier's servers, as far as an app can see them, on a single port of 127.0.0.1. */
export interface BackendServer {
  readonly url: string;
  readonly logUrl: string;
  readonly rpcUrl: string;
  readonly token: string;
  readonly logs: LogEntry[];
  /** Stashed files by URL. */
  readonly files: Map<string, StoredFile>;
  /** Registers the owner of a call; the key goes into the event as `storeKey`. */
  storeKeyFor(owner: StoreOwner): string;
  /** Opens a URL that responds with 200 immediately and passes the request on. */
  openAddress(kind: 'hooks' | 'callbacks', receive: (delivery: Delivery) => void): OpenAddress;
  /** Opens a download URL for a file, which is fetched on request. */
  offerFile(fetchFile: () => Promise<StoredFile>): string;
  close(): Promise<void>;
}

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Starts Zapier's servers on a free port. */
export async function startBackendServer(store: PlatformStore): Promise<BackendServer> {
  const folder = await mkdtemp(join(tmpdir(), 'zapier-files-'));
  const token = randomUUID();
  const logs: LogEntry[] = [];
  const files = new Map<string, StoredFile>();
  const owners = new Map<string, StoreOwner>();
  const receivers = new Map<string, ((delivery: Delivery) => void) | 'closed'>();
  const offers = new Map<string, () => Promise<StoredFile>>();

  const receive: Route = async (request, response, url) => {
    const receiver = receivers.get(url.pathname);
    if (!receiver) return answer(response, 404, { status: 'error' });
    if (receiver === 'closed') return answer(response, 410, { status: 'gone' });
    const body = await readBody(request);
    if (body.length > zapierLimits.webhookBytes) return answer(response, 413, { status: 'too large' });
    answer(response, 200, { id: randomUUID(), status: 'success' });
    receiver({
      method: request.method ?? 'POST',
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      querystring: url.search.slice(1),
      body,
    });
  };

  const routes: Record<string, Route> = {
    async log(request, response) {
      for (const line of (await readBody(request)).toString('utf8').split('\n')) {
        if (line) logs.push(JSON.parse(line) as LogEntry);
      }
      answer(response, 200, {});
    },
    async rpc(request, response) {
      if (request.headers['x-token'] !== token) return answer(response, 403, { error: 'The token is wrong.' });
      const { id, storeKey, method, params } = JSON.parse((await readBody(request)).toString('utf8'));
      const owner = owners.get(storeKey);
      if (!owner) return answer(response, 200, { id, error: 'The store key is unknown.' });
      try {
        answer(response, 200, { id, result: callRemoteProcedure(store, owner, uploadUrl(), method, params) ?? null });
      } catch (error) {
        answer(response, 200, { id, error: error instanceof Error ? error.message : String(error) });
      }
    },
    async files(request, response, url) {
      const stored = files.get(url.href);
      if (request.method === 'GET') return stored ? sendFile(response, stored) : answer(response, 404, {});
      // The form contains the key in its body; the upload URL contains the same one.
      const key = url.searchParams.get('key') ?? randomUUID();
      const target = new URL(key, uploadUrl()).href;
      files.set(target, await storeUpload(request, join(folder, key), target));
      response.writeHead(204).end();
    },
    async offers(_request, response, url) {
      const fetchFile = offers.get(url.pathname);
      return fetchFile ? sendFile(response, await fetchFile()) : answer(response, 404, {});
    },
    hooks: receive,
    callbacks: receive,
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin());
    const route = routes[url.pathname.split('/')[1] ?? ''];
    (route ? route(request, response, url) : Promise.resolve(answer(response, 404, {}))).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else answer(response, 500, { error: String(error) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const uploadUrl = () => `${origin()}/files/`;

  return {
    url: origin(),
    logUrl: `${origin()}/log`,
    rpcUrl: `${origin()}/rpc`,
    token,
    logs,
    files,
    storeKeyFor(owner) {
      const key = JSON.stringify(owner);
      owners.set(key, owner);
      return key;
    },
    openAddress(kind, onDelivery) {
      const path = `/${kind}/${randomUUID()}`;
      receivers.set(path, onDelivery);
      return { url: origin() + path, close: () => void receivers.set(path, 'closed') };
    },
    offerFile(fetchFile) {
      const path = `/offers/${randomUUID()}`;
      offers.set(path, fetchFile);
      return origin() + path;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What Zapier's core requests from its servers while the app runs. Throws for a procedure that it should not need. */
function callRemoteProcedure(
  store: PlatformStore,
  owner: StoreOwner,
  uploadUrl: string,
  method: string,
  params: unknown[],
): unknown {
  type Parameters = [string, never, number | null, string[] | null, boolean];
  const [key, second, seconds, scope, onlyIfAbsent] = params as Parameters;
  switch (method) {
    case 'zcache_get':
      return store.get(owner, key, second ?? null);
    case 'zcache_set':
      return store.set(owner, key, second, seconds ?? null, scope ?? null, onlyIfAbsent === true);
    case 'zcache_delete':
      return store.delete(owner, key, second ?? null);
    case 'get_cursor':
      return store.getCursor(owner);
    case 'set_cursor':
      return store.setCursor(owner, key);
    case 'get_presigned_upload_post_data': {
      const fileKey = randomUUID();
      return { url: `${uploadUrl}?key=${fileKey}`, fields: { key: fileKey } };
    }
    default:
      throw new Error(`Unknown procedure ${method}.`);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function sendFile(response: ServerResponse, file: StoredFile): Promise<void> {
  response.writeHead(200, {
    'content-type': file.mediaType,
    'content-length': file.size,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  });
  await pipeline(file.chunks(), response);
}
