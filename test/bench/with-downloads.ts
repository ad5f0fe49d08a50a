import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs work with a download server in a separate process; it accepts every login and serves one file. */
export async function withDownloads<T>(file: string, work: (address: string) => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'download-server.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  try {
    const [printed] = (await once(server.stdout, 'data')) as [Buffer];
    return await work(`http://127.0.0.1:${Number(String(printed))}`);
  } finally {
    server.kill();
  }
}
