import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A load balancer on 127.0.0.1 in front of several n8n processes. */
export interface LoadBalancer {
  baseUrl: string;
  /** Base URLs of the processes; requests go to them in turn. A process that does not answer is skipped. */
  targets: string[];
  stop(): Promise<void>;
}

function forward(from: IncomingMessage, body: Buffer, to: ServerResponse, targets: readonly string[]): void {
  const [target, ...others] = targets;
  if (!target) {
    to.writeHead(502).end();
    return;
  }
  const sent = request(`${target}${from.url}`, { method: from.method, headers: from.headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  sent.on('error', () => (to.headersSent ? to.destroy() : forward(from, body, to, others)));
  sent.end(body);
}

/** Starts a load balancer without targets. */
export async function startLoadBalancer(): Promise<LoadBalancer> {
  let turn = 0;
  const targets: string[] = [];
  const server = createServer((from, to) => {
    const body: Buffer[] = [];
    from.on('data', (piece: Buffer) => body.push(piece));
    from.on('end', () => {
      const first = targets.length === 0 ? 0 : (turn += 1) % targets.length;
      forward(from, Buffer.concat(body), to, [...targets.slice(first), ...targets.slice(0, first)]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
