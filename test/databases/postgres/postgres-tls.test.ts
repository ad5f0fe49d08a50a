import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { loadCsv } from '../load-csv.ts';
import { hinting } from '../hinting.ts';

const certificate = makeCertificate();
let folder: string;
let postgres: Postgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-tls-'));
  await writeFile(join(folder, 'authority.pem'), certificate.certificate);
  await writeFile(join(folder, 'other.pem'), makeCertificate().certificate);
  postgres = await startPostgres({ certificate });
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true });
});

const load = (query: string) =>
  loadCsv(`${postgres.url}?${query}`, 'a,b\n1,x\n', { table: 'encrypted', mode: 'replace', parallelConnections: 2 });

/** Whether the server sees the connections of a running load as encrypted. */
async function encrypted(query: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: `${postgres.url}?sslmode=disable` });
  await client.connect();
  const seen: unknown[] = [];
  async function* watched() {
    yield Buffer.from('a,b\n1,x\n');
    const { rows } = await client.query<{ ssl: boolean }>(
      "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'pipewright'",
    );
    seen.push(...rows.map(({ ssl }) => ssl));
  }
  try {
    await loadCsv(`${postgres.url}?${query}`, watched(), { table: 'watched', mode: 'replace', parallelConnections: 2 });
  } finally {
    await client.query('DROP TABLE IF EXISTS watched');
    await client.end();
  }
  return seen;
}

it('a connection to PostgreSQL is encrypted and verified by the given certificate authority', async () => {
  const verified = `sslmode=verify-full&sslrootcert=${join(folder, 'authority.pem')}`;
  expect(await load(verified)).toMatchObject({ rows: 1 });
  expect(await encrypted(verified)).toEqual([true]);
});

it.each([
  ['no authority knows', 'sslmode=verify-full'],
  ['another authority has signed', ''],
])(
  'a server whose certificate %s is refused before anything is sent, and the error explains what to do',
  async (_case, query) => {
    await expect(load(query || `sslmode=verify-full&sslrootcert=${join(folder, 'other.pem')}`)).rejects.toMatchObject({
      code: 'unavailable',
      hint: hinting('certificate'),
    });
  },
);

it('a connection can be encrypted without verification, or unencrypted', async () => {
  expect(await load('sslmode=no-verify')).toMatchObject({ rows: 1 });
  expect(await encrypted('sslmode=no-verify')).toEqual([true]);
  expect(await encrypted('sslmode=disable')).toEqual([false]);
});
