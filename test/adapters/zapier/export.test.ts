import { Client } from 'pg';
import { read, utils } from '@e965/xlsx';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import type { ZapierAppError } from '../../support/zapier-runtime/zapier-app-error.ts';
import { startZapierBackend, type ZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';
import { builtZip } from './built-zip.ts';

let postgres: Postgres;
let client: Client;
let zapier: ZapierBackend;
let authData: Record<string, unknown>;

beforeAll(async () => {
  postgres = await startPostgres();
  zapier = await startZapierBackend(await builtZip());
  const { host, port, database, user, password } = postgres;
  authData = {
    sql_host: host,
    sql_port: port,
    sql_database: database,
    sql_user: user,
    sql_password: password,
    sql_ssl: 'off',
  };
  client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(
    "CREATE TABLE claims AS SELECT lpad(n::text, 3, '0') AS policy, n / 4.0 AS paid, date '2026-11-20' + n AS day FROM generate_series(1, 500) n",
  );
}, 180_000);

afterAll(async () => {
  await client?.end();
  await zapier?.close();
  await postgres?.stop();
});

const run = async (key: string, inputData: Record<string, unknown>) =>
  (await zapier.create(`sql_table_${key}`, { authData, inputData })).output;

describe('An export on Zapier', () => {
  it('is a file that is stored in the same step, because the table may change', async () => {
    const output = await run('export_table', { table: 'claims' });
    expect(output).toMatchObject({ name: 'claims.csv', rows: 500 });
    const file = zapier.storedFile(String(output['file']));
    expect(file).toMatchObject({ name: 'claims.csv', mediaType: 'text/csv', size: output['bytes'] });
    expect((await file?.bytes())?.toString()).toMatch(/^policy,paid,day\r\n001,0\.25000000000000000000,2026-11-21\r\n/);
  });

  it.each(['csv', 'parquet'])('loads into another table with the same rows, as %s', async (format) => {
    const { file, name } = await run('export_table', { table: 'claims', format });
    expect(name).toBe(`claims.${format}`);
    expect(await run('load_dataset', { file, table: 'claims_again', mode: 'replace' })).toMatchObject({ rows: 500 });
    const { rows } = await client.query(
      'SELECT count(*)::int AS same FROM claims a JOIN claims_again b ON a.policy = b.policy AND a.paid = b.paid AND a.day = b.day',
    );
    expect(rows).toEqual([{ same: 500 }]);
  });

  it('can be the result of a query as an Excel file', async () => {
    const query = 'SELECT policy, paid FROM claims ORDER BY policy LIMIT 2';
    const output = await run('export_query', { query, format: 'excel', fileName: 'report' });
    const bytes = await zapier.storedFile(String(output['file']))?.bytes();
    const { SheetNames, Sheets } = read(bytes);
    expect(SheetNames).toEqual(['Export']);
    expect(utils.sheet_to_json(Sheets['Export'] ?? {})).toEqual([
      { policy: '001', paid: 0.25 },
      { policy: '002', paid: 0.5 },
    ]);
  });

  it('fails for a statement that writes', async () => {
    const error: unknown = await run('export_query', { query: 'DELETE FROM claims' }).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as ZapierAppError).userMessage).toContain('Enter a single SELECT statement that only reads.');
    expect((await client.query('SELECT 1 FROM claims')).rowCount).toBe(500);
  });
});
