import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { iso, type SandboxContext } from './context.ts';
import type { Fault, Faults } from './faults.ts';
import { Refusal, json, text, type Reply } from './reply.ts';
import { readBody, type SandboxRequest } from './request.ts';
import type { RequestLog } from './request-log.ts';
import { Router, type Vendor } from './vendor.ts';

/** The parts of the server. */
export interface ServeOptions {
  context: SandboxContext;
  vendors: Vendor[];
  faults: Faults;
  requests: RequestLog;
}

/** Creates the HTTP server of all vendors; it does not listen yet. */
export function serve(options: ServeOptions): Server {
  const router = new Router(options.vendors);
  const server = createServer((message, response) => {
    handle(options, router, message, response).catch(() => response.destroy());
  });
  // Reusing a connection just as it is closed would look like a fault.
  server.keepAliveTimeout = 120_000;
  return server;
}

async function handle(
  options: ServeOptions,
  router: Router,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://sandbox');
  const method = message.method ?? 'GET';
  const path = url.pathname;
  const request: SandboxRequest = {
    method,
    path,
    parameters: {},
    query: url.searchParams,
    headers: message.headers,
    body: await readBody(message),
  };
  const destination = router.find(method, path);
  if (!destination) return send(response, text(404, 'The sandbox has no vendor at this path.'));
  request.parameters = destination.parameters;

  const { vendor } = destination;
  const fault = vendor.name === 'control' ? undefined : options.faults.take(method, path);
  if (fault?.kind === 'expire-tokens') options.context.tokens.expireAll(fault.status);
  const reply = fault?.kind === 'status' ? statusReply(fault) : await answer(destination, request);
  reply.headers = { ...vendor.headers?.(request), ...reply.headers };
  if (vendor.name !== 'control') {
    const { route } = destination;
    const record = { at: iso(options.context.clock.now()), vendor: vendor.name, method, path, status: reply.status };
    options.requests.add({ ...record, ...(route ? { route } : {}), ...(fault ? { fault: fault.kind } : {}) });
  }
  await send(response, reply, fault);
}

async function answer(destination: NonNullable<ReturnType<Router['find']>>, request: SandboxRequest): Promise<Reply> {
  try {
    destination.vendor.admit?.(request);
    return await destination.answer(request);
  } catch (error) {
    if (error instanceof Refusal) return { ...error.reply };
    return json(500, {
      error: { code: 'SandboxError', message: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    });
  }
}

function statusReply(fault: Extract<Fault, { kind: 'status' }>): Reply {
  const headers = fault.headers ?? {};
  if (fault.body === undefined)
    return json(fault.status, { error: { code: `Status${fault.status}`, message: 'A planned fault.' } }, headers);
  return typeof fault.body === 'string'
    ? text(fault.status, fault.body, headers)
    : json(fault.status, fault.body, headers);
}

async function send(response: ServerResponse, reply: Reply, fault?: Fault): Promise<void> {
  if (fault?.kind === 'lost-answer') {
    response.destroy();
    return;
  }
  if (fault?.kind === 'slow' && fault.part !== 'body') await sleep(fault.milliseconds, undefined, { ref: false });
  const whole =
    typeof reply.body === 'string' ? Buffer.from(reply.body) : Buffer.isBuffer(reply.body) ? reply.body : undefined;
  const hasBody = reply.status !== 204 && reply.status !== 304;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(whole && hasBody ? { 'content-length': String(whole.length) } : {}),
  });
  if (!hasBody) {
    response.end();
    return;
  }
  const body = whole ? halves(whole) : (reply.body as AsyncIterable<Uint8Array>);
  let sent = 0;
  for await (const piece of body) {
    if (response.destroyed) return;
    if (fault?.kind === 'slow' && fault.part === 'body' && sent > 0) {
      await sleep(fault.milliseconds, undefined, { ref: false });
      fault = undefined;
    }
    if (fault?.kind === 'cut' && sent + piece.length > fault.afterBytes) {
      response.flushHeaders();
      response.write(piece.subarray(0, fault.afterBytes - sent), () => response.destroy());
      return;
    }
    sent += piece.length;
    if (piece.length > 0 && !response.write(piece)) await writable(response);
  }
  response.end();
}

/** Splits a body into halves, for the fault `slow`. */
function halves(body: Buffer): Buffer[] {
  const middle = body.length >> 1;
  return [body.subarray(0, middle), body.subarray(middle)];
}

/** Resolves when the response is writable again or closed. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
