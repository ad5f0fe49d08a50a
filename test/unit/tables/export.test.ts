import { mkdtempSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { read, utils } from '@e965/xlsx';
import { sqlTable } from '../../../shared/src/catalog/sql-table.ts';
import { nodeHost, type NodeHostOptions } from '../../../shared/src/host/node/node-host.ts';
import { operate } from '../operate.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-export-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeAll(() => {
  const database = new DatabaseSync(join(folder, 'claims.db'));
  database.exec(
    "CREATE TABLE claims (policy TEXT, paid NUMERIC); INSERT INTO claims VALUES ('007', 12.5), ('008', NULL)",
  );
  database.close();
});

/** A query without end. */
const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, 'x' AS x FROM c";

const run = (key: 'exportTable' | 'exportQuery', typed: Record<string, unknown>, options: NodeHostOptions = {}) =>
  operate(sqlTable, key, typed, nodeHost({ folder, ...options }), { engine: 'sqlite', file: 'claims.db' });

const fileOf = ({ file }: Record<string, unknown>): Promise<Buffer> => readFile((file as { path: string }).path);

it('Export Table saves the rows as a file with the name of the table, and returns its size', async () => {
  const result = await run('exportTable', { table: 'claims' });
  expect(result).toMatchObject({ name: 'claims.csv', rows: 2, bytes: 29 });
  expect((await fileOf(result)).toString()).toBe('policy,paid\r\n007,12.5\r\n008,\r\n');
});

it('Export Query saves the result as an Excel file with the chosen names', async () => {
  const result = await run('exportQuery', {
    query: 'SELECT policy, count(*) AS number FROM claims GROUP BY policy ORDER BY policy',
    format: 'excel',
    fileName: 'Report 2026',
    sheetName: 'Claims',
    limit: 1,
  });
  expect(result).toMatchObject({ name: 'Report 2026.xlsx', rows: 1 });
  const book = read(await fileOf(result));
  expect(utils.sheet_to_json(book.Sheets['Claims'] ?? {})).toEqual([{ policy: '007', number: 1 }]);
});

it('Export Query refuses a statement that writes, and explains an error in a query', async () => {
  await expect(run('exportQuery', { query: 'DELETE FROM claims' })).rejects.toMatchObject({
    code: 'invalid-input',
    hint: 'Nothing was changed or exported. Enter a single SELECT statement that only reads.',
  });
  await expect(
    run('exportQuery', { query: 'WITH w AS (SELECT 1) DELETE FROM claims RETURNING policy' }),
  ).rejects.toMatchObject({
    code: 'invalid-input',
    hint: 'Nothing was exported. Export Query only reads: enter a single SELECT statement.',
  });
  await expect(run('exportQuery', { query: 'SELECT missing FROM claims' })).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('missing'),
    hint: 'Nothing was exported. Correct the query, and check the privileges of the database user.',
  });
  expect((await run('exportTable', { table: 'claims', fileName: 'unchanged.csv' }))['rows']).toBe(2);
});

it.each(['?', '?1', ':id', '@id', '$id'])(
  'Export Query refuses the parameter %s, which would be NULL',
  async (parameter) => {
    await expect(
      run('exportQuery', { query: `SELECT policy FROM claims WHERE policy = ${parameter}` }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The query has parameters such as ?, $1 or :name, which have no values.',
    });
    expect((await run('exportQuery', { query: `SELECT '${parameter}' AS a -- ${parameter}` }))['rows']).toBe(1);
  },
);

it('An export refuses text that is not UTF-8, and keeps the replacement character that a text really has', async () => {
  const database = new DatabaseSync(join(folder, 'claims.db'));
  database.exec(
    "CREATE TABLE notes (id INTEGER, note TEXT); INSERT INTO notes VALUES (1, 'a' || char(0xFFFD)), (2, CAST(x'FF41' AS TEXT))",
  );
  await expect(run('exportTable', { table: 'notes' })).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'The column “note” has text that is not valid UTF-8.',
  });
  database.exec('DELETE FROM notes WHERE id = 2');
  database.close();
  const result = await run('exportTable', { table: 'notes', fileName: 'notes.csv' });
  expect((await fileOf(result)).toString()).toBe('id,note\r\n1,a\uFFFD\r\n');
});

it('Export Query stops at the time limit of the platform and keeps no file', async () => {
  await expect(
    run('exportQuery', { query: endless, fileName: 'late.csv' }, { maxWaitSeconds: 0.2001 }),
  ).rejects.toMatchObject({
    code: 'timed-out',
    message: 'The export did not finish within the time limit of 1 seconds. Nothing was exported.',
  });
  expect((await readdir(folder)).filter((name) => name.includes('late'))).toEqual([]);
});

it('Export Query stops when the execution is stopped, keeps no file and releases the database', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  await expect(
    run('exportQuery', { query: endless, fileName: 'stopped.xlsx', format: 'excel' }, { signal: stop.signal }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  expect((await readdir(folder)).filter((name) => name.includes('stopped'))).toEqual([]);
  const database = new DatabaseSync(join(folder, 'claims.db'));
  database.exec("INSERT INTO claims VALUES ('009', 1); DELETE FROM claims WHERE policy = '009'");
  database.close();
});
