import pg from 'pg';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { hinting } from '../hinting.ts';
import { loadCsv } from '../load-csv.ts';

let postgres: Postgres;
let reader: pg.Client;
beforeAll(async () => {
  postgres = await startPostgres();
  reader = new pg.Client({ connectionString: postgres.url });
  await reader.connect();
});
afterAll(async () => {
  await reader.end();
  await postgres.stop();
});

describe('A reader of a PostgreSQL table', () => {
  it('sees all old rows until all new rows are published, and never waits', async () => {
    const address = `${postgres.url}?sslmode=disable`;
    await loadCsv(address, 'a\n1\n2\n3\n', { table: 'watched' });
    await reader.query('CREATE VIEW watching AS SELECT count(*)::int AS rows FROM watched');
    const countRows = async (): Promise<number> =>
      (await reader.query<{ rows: number }>('SELECT rows FROM watching')).rows[0]?.rows ?? -1;
    const seen = new Set<number>();
    async function* slow() {
      yield Buffer.from('a\n');
      for (let number = 0; number < 20; number += 1) {
        yield Buffer.from(`${number}\n`);
        seen.add(await countRows());
      }
    }
    await loadCsv(address, slow(), { table: 'watched', mode: 'replace' });
    seen.add(await countRows());
    expect([...seen]).toEqual([3, 20]);
  });
});

it('openTarget explains a failed login without the password', async () => {
  const wrong = `postgres://${postgres.user}:secret-word@${postgres.host}:${postgres.port}/nowhere?sslmode=disable`;
  const failure: unknown = await openTarget(wrong).catch((error: unknown) => error);
  expect(failure).toMatchObject({ hint: hinting(/credential|connection|address/) });
  expect(String(failure)).not.toContain('secret-word');
});
