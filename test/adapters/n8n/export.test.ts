import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { read, utils } from '@e965/xlsx';
import { mainRealm } from '../../support/machine/main-realm.ts';
import { openN8n, type N8n, type NodeSetup } from './open-n8n.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-export-'));
let n8n: N8n;

beforeAll(async () => {
  mainRealm.process.env['PIPEWRIGHT_SQLITE_FOLDER'] = folder;
  const database = new DatabaseSync(join(folder, 'claims.db'));
  database.exec(
    "CREATE TABLE claims (policy TEXT, paid NUMERIC); INSERT INTO claims VALUES ('007', 12.5), ('008', NULL)",
  );
  database.close();
  n8n = await openN8n(['pipewright-sql']);
});

afterAll(async () => {
  delete mainRealm.process.env['PIPEWRIGHT_SQLITE_FOLDER'];
  await n8n.close();
  await rm(folder, { recursive: true, force: true });
});

const node = (parameters: object): NodeSetup => ({
  node: 'sqlTable',
  credentials: { pipewrightSqlApi: { engine: 'sqlite', file: 'claims.db' } },
  parameters: { resource: 'table', ...parameters },
});

const claims = { __rl: true, mode: 'name', value: 'claims' };

it('Export Table passes on a CSV file as binary data', async () => {
  const { items, error } = await n8n.execute(node({ operation: 'exportTable', table: claims }));
  expect(error).toBeUndefined();
  expect(items[0]).toMatchObject({
    json: { name: 'claims.csv', rows: 2, bytes: 29 },
    binary: { data: { fileName: 'claims.csv', mimeType: 'text/csv' } },
    pairedItem: { item: 0 },
  });
  expect(Buffer.from(items[0]?.binary?.['data']?.data ?? '', 'base64').toString()).toBe(
    'policy,paid\r\n007,12.5\r\n008,\r\n',
  );
});

it('Export Query passes on an Excel file, and Load Dataset reads its own CSV file back', async () => {
  const query = 'SELECT policy, paid FROM claims ORDER BY policy DESC';
  const { items } = await n8n.execute(
    node({ operation: 'exportQuery', query, format: 'excel', options: { fileName: 'report', sheetName: 'Claims' } }),
  );
  const binary = items[0]?.binary?.['data'];
  expect(binary).toMatchObject({ fileName: 'report.xlsx', fileExtension: 'xlsx' });
  const book = read(Buffer.from(binary?.data ?? '', 'base64'));
  expect(utils.sheet_to_json(book.Sheets['Claims'] ?? {})).toEqual([{ policy: '008' }, { policy: '007', paid: 12.5 }]);
  const csv = await n8n.execute(node({ operation: 'exportQuery', query }));
  const loaded = await n8n.execute(
    node({ operation: 'loadDataset', mode: 'replace', table: 'again' }),
    csv.items.map(({ json, binary: data }) => ({ json, ...(data ? { binary: data } : {}) })),
  );
  expect(loaded.items[0]?.json).toMatchObject({ rows: 2 });
});

it('Export Table passes on a Parquet file, which Load Dataset reads back', async () => {
  const { items } = await n8n.execute(node({ operation: 'exportTable', table: claims, format: 'parquet' }));
  const binary = items[0]?.binary;
  expect(binary?.['data']).toMatchObject({ fileName: 'claims.parquet', mimeType: 'application/vnd.apache.parquet' });
  const loaded = await n8n.execute(node({ operation: 'loadDataset', mode: 'replace', table: 'typed' }), [
    { json: {}, ...(binary ? { binary } : {}) },
  ]);
  expect(loaded.items[0]?.json).toMatchObject({ rows: 2 });
});

it('Export Query fails without a file for a statement that writes', async () => {
  const { items, error } = await n8n.execute(node({ operation: 'exportQuery', query: 'DELETE FROM claims' }));
  expect(error?.message).toBe('The query does not begin with SELECT, WITH, VALUES or TABLE.');
  expect(items).toEqual([]);
});

it('Export Query releases the database when the execution is stopped', async () => {
  const close = jest.spyOn(DatabaseSync.prototype, 'close');
  const prepare = jest.spyOn(DatabaseSync.prototype, 'prepare');
  const query = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, 'x' AS x FROM c";
  await n8n.execute(node({ operation: 'exportQuery', query }), undefined, {
    stopWhen: () => prepare.mock.calls.length > 0,
  });
  for (let looks = 0; looks < 600 && close.mock.calls.length === 0; looks += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(close).toHaveBeenCalledTimes(1);
  jest.restoreAllMocks();
});
