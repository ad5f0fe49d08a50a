import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A received delivery. */
export interface Received {
  url: string;
  headers: IncomingHttpHeaders;
  raw: Buffer;
  body: Record<string, unknown>;
}

/** A local webhook that records its deliveries. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Its next responses; afterwards 200 without delay. */
  answers: { status: number; afterMilliseconds?: number }[];
  stop(): Promise<void>;
}

/** Starts a local webhook. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Receiver['answers'] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const raw = Buffer.concat(pieces);
    received.push({
      url: request.url ?? '',
      headers: request.headers,
      raw,
      body: JSON.parse(raw.toString()) as Record<string, unknown>,
    });
    const { status, afterMilliseconds = 0 } = answers.shift() ?? { status: 200 };
    await sleep(afterMilliseconds);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
