import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { withDownloads } from '../bench/with-downloads.ts';
import { claimsPieces } from '../support/claims-file.ts';
import { startPostgres, type Postgres } from '../support/machine/postgres.ts';
import { packedPackage } from '../adapters/n8n/build-package.ts';
import { loadWorkflow, runMeasured } from '../support/n8n-server/dataset-workflows.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';

/** The same rows repeated, because generating them takes longer than loading them. */
const rowsOfPart = 400_000;
const parts = 10;
const rows = rowsOfPart * parts;
const heap = 512;

let folder: string;
let postgres: Postgres;
let n8n: N8n;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-gigabyte-'));
  const descriptor = openSync(join(folder, 'claims.csv'), 'w');
  const part = Buffer.concat([...claimsPieces(rowsOfPart)]);
  const header = part.indexOf('\n') + 1;
  for (let number = 0; number < parts; number += 1) writeSync(descriptor, number === 0 ? part : part.subarray(header));
  closeSync(descriptor);
  postgres = await startPostgres({ settings: { max_wal_size: '4GB', checkpoint_timeout: '30min' } });
  n8n = await startN8n({
    packages: [await packedPackage('pipewright-quantemplate'), await packedPackage('pipewright-sql')],
    env: { NODE_OPTIONS: `--max-old-space-size=${heap}` },
  });
});
afterAll(async () => {
  await n8n?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

it(`n8n with ${heap} MB of heap downloads a gigabyte and loads it into a table, including type inference for all values`, async () => {
  const { size } = statSync(join(folder, 'claims.csv'));
  expect(size).toBeGreaterThan(1_000_000_000);
  await withDownloads(join(folder, 'claims.csv'), async (address) => {
    const workflow = await loadWorkflow(n8n, address, postgres, { table: 'claims', mode: 'replace' });
    const { milliseconds, peak, before } = await runMeasured(n8n, workflow, 500);
    process.stdout.write(
      `${(size / 1e6).toFixed(0)} MB through n8n in ${(milliseconds / 1000).toFixed(0)} s; its memory went from ${before.toFixed(0)} MB to ${peak.toFixed(0)} MB at most.\n`,
    );
    expect(peak - before).toBeLessThan(400);
  });
  const client = new pg.Client({ connectionString: `${postgres.url}?sslmode=disable` });
  await client.connect();
  try {
    expect((await client.query('SELECT count(*)::int AS rows FROM claims')).rows).toEqual([{ rows }]);
  } finally {
    await client.end();
  }
});
