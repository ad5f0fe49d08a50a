import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimsSize } from './quantemplate/claims-csv.ts';
import { sandboxAccounts } from './sandbox.ts';

const { clientId, clientSecret, organisationId } = sandboxAccounts.quantemplate;
const main = join(__dirname, 'main.ts');

/** Peak memory of a process in megabytes. */
function peakMegabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

describe('the sandbox as a separate process', () => {
  let child: ChildProcess;
  let baseUrl: string;
  let printed = '';
  beforeAll(async () => {
    child = spawn(process.execPath, [main, '--claims-rows', '200000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    baseUrl = await new Promise<string>((resolve, reject) => {
      child.stdout?.on('data', (piece: Buffer) => {
        printed += piece.toString();
        const found = /every vendor at (\S+)/.exec(printed)?.[1];
        if (found && printed.includes(sandboxAccounts.slack.userEmail)) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`The sandbox ended with ${code}.`)));
    });
  });
  afterAll(() => child.kill('SIGKILL'));

  async function download(id: string): Promise<number> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const login = await fetch(`${baseUrl}/quantemplate/auth/realms/qt/protocol/openid-connect/token`, {
      method: 'POST',
      body: form,
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const response = await fetch(`${baseUrl}/quantemplate/v1/organisations/${organisationId}/datasets/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    let bytes = 0;
    for await (const piece of response.body ?? []) bytes += (piece as Uint8Array).length;
    return bytes;
  }

  it('prints the values for the connection forms', () => {
    expect(printed).toContain(`${baseUrl}/arm`);
    expect(printed).toContain(sandboxAccounts.slack.botToken);
  });

  it('streams a dataset of hundreds of megabytes without buffering it', async () => {
    expect(await download('d-claims')).toBe(claimsSize(200_000));
    const afterFirst = peakMegabytes(child.pid ?? 0);
    const rows = 1_000_000;
    const written = await fetch(`${baseUrl}/_sandbox/quantemplate/datasets/d-huge`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows }),
    });
    expect(written.status).toBe(200);
    const bytes = await download('d-huge');
    expect(bytes).toBe(claimsSize(rows));
    expect(bytes).toBeGreaterThan(200_000_000);
    expect(peakMegabytes(child.pid ?? 0) - afterFirst).toBeLessThan(100);
  });

  it('stops on SIGTERM', async () => {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('rejects invalid arguments with a message', async () => {
    const wrong = spawn(process.execPath, [main, '--port', 'many'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let error = '';
    wrong.stderr?.on('data', (piece: Buffer) => (error += piece.toString()));
    expect(await new Promise((resolve) => wrong.once('close', resolve))).toBe(2);
    expect(error).toContain('--port must be a whole number.');
  });
});
