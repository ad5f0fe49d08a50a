import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { callCli } from './call-cli.ts';

let folder: string;
let server: Server;
let base: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-secrets-'));
  server = createServer((request, response) =>
    response.end(`a,b\n1,${request.headers.authorization ? 'in' : 'out'}\n`),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('The command line stores the URL of a dataset without credentials and signature in records and rows', async () => {
  const path = join(folder, 'x.db');
  const { code } = await callCli(
    'load',
    '--from',
    `http://user:hunter2x@${base}/claims.csv?sv=1&sig=s1gn4tur3-of-it`,
    '--to',
    `sqlite:${path}`,
    '--table',
    't',
    '--save-load-record',
    '--add-load-metadata',
  );
  expect(code).toBe(0);
  const database = new DatabaseSync(path);
  const rows = JSON.stringify([
    database.prepare('SELECT * FROM pipewright_loads').all(),
    database.prepare('SELECT * FROM t').all(),
  ]);
  database.close();
  expect(rows).toContain(`http://${base}/claims.csv`);
  expect(rows).not.toMatch(/hunter2x|s1gn4tur3|sig=/);
});

it.each([
  ['load', '--from', 'a.csv', '--to', 'postgres://user:hunter2-of-mine@127.0.0.1:1/x', '--table', 't'],
  ['deliver', '--source', 'dbt', '--url', 'http://127.0.0.1:1/hunter2-of-mine', '--secret', 'hunter2-of-mine'],
  ['deliver', '--source', 'dbt', '--url', 'no address hunter2-of-mine', '--secret=hunter2-of-mine'],
  ['verify', '--scheme', 'hunter2-of-mine', '--secret', 'hunter2-of-mine'],
])('The command line never prints a secret from its arguments when %s fails', async (...words) => {
  const { code, out, err } = await callCli(...words);
  expect(code).toBeGreaterThan(0);
  expect(err).not.toBe('');
  expect(`${out}${err}`).not.toContain('hunter2-of-mine');
});
