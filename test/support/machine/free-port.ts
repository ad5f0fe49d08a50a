import { createServer } from 'node:net';

/**
 * Below Linux's ephemeral ports (from 32,768), which any outgoing connection may take between the check and the start
 * of the server; above 10,080, which browsers and `fetch` refuse.
 */
const firstPort = 11_000;
const portCount = 21_000;

let found = 0;

/**
 * A free port of 127.0.0.1, for servers that cannot choose one themselves.
 * Processes with different IDs look in different places, so that two of them do not find the same port.
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < portCount; tries += 1) {
    const port = firstPort + ((process.pid * 16 + found) % portCount);
    found += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports of 127.0.0.1 from ${firstPort} to ${firstPort + portCount - 1} are in use.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
