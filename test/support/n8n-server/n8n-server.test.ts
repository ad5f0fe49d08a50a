import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { node24, projectRoot } from '../machine/paths.ts';
import { startN8n } from './n8n-server.ts';

describe('starting n8n', () => {
  it("fails with n8n's output when its port is in use", async () => {
    const other = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const reason = /n8n did not start: it ended with 1[^]*port \d+ is already in use/;
    await expect(startN8n({ port })).rejects.toThrow(reason);
    await new Promise((resolve) => other.close(resolve));
  });

  it('stops n8n when its parent process ends, even if that is killed', async () => {
    const server = JSON.stringify(join(projectRoot, 'test', 'support', 'n8n-server', 'n8n-server.ts'));
    const folder = await mkdtemp(join(tmpdir(), 'pipewright-n8n-'));
    const start = `await startN8n({ folder: ${JSON.stringify(folder)} })`;
    const script = `const { startN8n } = await import(${server}); console.log((${start}).pid);`;
    const parent = spawn(node24(), ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (let tries = 0; isRunning(pid) && tries < 600; tries += 1) await sleep(200);
    expect(isRunning(pid)).toBe(false);
    await rm(folder, { recursive: true });
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
