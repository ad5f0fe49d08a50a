import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A free port of 127.0.0.1, for servers that cannot choose one themselves. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
