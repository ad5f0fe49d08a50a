import { setTimeout as wait } from 'node:timers/promises';
import { loadDataset } from '../../shared/src/datasets/load/load-dataset.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../shared/src/datasets/node/open-target.ts';
import { openDatabase } from '../../shared/src/services/sql/open-database.ts';
import type { SqlConnection } from '../../shared/src/services/sql/connection.ts';
import { Fault } from '../sandbox/sql-server/fault.ts';
import { startSqlServer, type SqlServer, type SqlServerOptions } from '../sandbox/sql-server/sql-server.ts';
import { fakeHost } from '../unit/fake-host.ts';
import { inPieces, lateChange, loadCsv, numbered } from './load-csv.ts';

let server: SqlServer;
let count = 0;
let table: string;

beforeAll(async () => {
  server = await startSqlServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  table = `t${(count += 1)}`;
  server.forget();
});
// A statement that the double does not know would prove nothing.
afterEach(() => expect(server.misunderstood).toEqual([]));

const load = (csv: string | AsyncIterable<Uint8Array>, options: Partial<LoadOptions> = {}) => loadCsv(server.address({ encrypt: 'off' }), csv, { table, ...options });
const rows = (name = table) => server.rows(`dbo.${name}`);
const values = (name = table): unknown[][] => rows(name).map((row) => Object.values(row));
const types = (name = table) => server.types(`dbo.${name}`);
const upsert = { mode: 'upsert', key: ['id'] } as const;
const manyRows = (length: number): string => `id,name\n${Array.from({ length }, (_, row) => `${row},text of a row`).join('\n')}\n`;
async function failureOf(work: Promise<unknown>): Promise<Error & { code: string; hint: string; retryable: boolean }> {
  const failure: unknown = await work.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  return failure as Error & { code: string; hint: string; retryable: boolean };
}

async function withServer(options: SqlServerOptions, work: (other: SqlServer) => Promise<void>): Promise<void> {
  const other = await startSqlServer(options);
  try {
    await work(other);
    expect(other.misunderstood).toEqual([]);
  } finally {
    await other.stop();
  }
}

describe('A new table of SQL Server', () => {
  it('has the types that its values show', async () => {
    const result = await load(
      `number,amount,flag,day,at,moment,id,word\n-7,1.50,true,2026-11-20,2026-11-20 10:00,2026-11-20T10:00:00.5+0130,8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77,007\n8,-20.125,FALSE,0001-01-01,2026-11-20T23:59:59.123456,2026-11-20 10:00Z,8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C78,x\n,,,,,,,\n`,
    );
    expect(result.columns.map(({ type }) => type)).toEqual(['integer', 'decimal', 'boolean', 'date', 'timestamp', 'timestamp-with-zone', 'uuid', 'text']);
    expect(types()).toEqual({ number: 'bigint', amount: 'decimal(19,3)', flag: 'bit', day: 'date', at: 'datetime2(6)', moment: 'datetimeoffset(6)', id: 'uniqueidentifier', word: 'nvarchar(max)' });
    expect(values()).toEqual([
      [null, null, null, null, null, null, null, null],
      [-7, '1.500', 1, '2026-11-20', '2026-11-20 10:00:00.000000', '2026-11-20 10:00:00.500000 +01:30', '8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C77', '007'],
      [8, '-20.125', 0, '0001-01-01', '2026-11-20 23:59:59.123456', '2026-11-20 10:00:00.000000 +00:00', '8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C78', 'x'],
    ]);
  });

  it('has every digit of a decimal of 38', async () => {
    const long = '12345678901234567890123456789012.345678';
    await load(`row,value\n1,${long}\n2,-0.000001\n`);
    expect(types()['value']).toBe('decimal(38,6)');
    expect(rows().map(({ value }) => value)).toEqual([long, '-0.000001']);
  });

  it('has the types that were given, and refuses what does not fit them with its line', async () => {
    const columns = { share: 'decimal', policy: 'text' } as const;
    await load('share,policy\n+0.0625,1\n10,2\n', { columns });
    expect(types()).toEqual({ share: 'decimal(19,4)', policy: 'nvarchar(max)' });
    expect(rows().map(({ share }) => share)).toEqual(['0.0625', '10.0000']);
    const failure = await failureOf(load('share,policy\n1,1\nmany,2\n', { table: `${table}_2`, columns }));
    expect(failure).toMatchObject({ code: 'bad-input', message: expect.stringMatching(/line 3 .*“share”.*“many”/) });
    expect(types(`${table}_2`)).toEqual({});
  });

  it.each([
    ['an integer, then a text', ['1', '-20', ''], ['n/a'], 'nvarchar(max)'],
    ['an integer, then a decimal', ['1', '-20', ''], ['0.125'], 'decimal(19,3)'],
    ['a timestamp, then a text', ['2026-11-20T10:00', ''], ['x'], 'nvarchar(max)'],
    ['a negative zero, then a text', ['1.50', '-0.00'], ['x', '""'], 'nvarchar(max)'],
  ])('holds every value as the file has it when a column changes its type late: %s', async (_case, early, late, type) => {
    const given = lateChange(early, late);
    await load(numbered(given));
    expect(types()['value']).toBe(type);
    const found = rows().map(({ value }) => value);
    const expected = given.map((value) => (value === '' ? null : value === '""' ? '' : value));
    expect(found).toEqual(type.startsWith('decimal') ? expected.map((value) => (value === null ? null : Number(value).toFixed(3))) : expected);
  });

  it('keeps apart what is empty and what is null', async () => {
    await load('v,w\nx,1\n,2\n"",3\n');
    expect(rows().map(({ v, w }) => [w, v])).toEqual([[2, null], [3, ''], [1, 'x']]);
  });

  it('holds letters of every plane, and texts that are longer than a page', async () => {
    const long = `${'ä𝄞'.repeat(20_000)}.`;
    await load(`id,text\n${`0,short${'.'.repeat(100)}\n`.repeat(3_000)}1,"Grüße, 表 and 𝄞 – 👩‍👩‍👧 ""x"""\n2,${long}\n`);
    expect(server.statements.filter((statement) => /ALTER|^\(bulk/.test(statement))).toEqual(['(bulk 3001 rows)', 'ALTER TABLE #pipewright_staging ALTER COLUMN [c2] nvarchar(max) COLLATE DATABASE_DEFAULT NULL', '(bulk 1 rows)']);
    expect(rows().slice(3_000).map(({ text }) => text)).toEqual(['Grüße, 表 and 𝄞 – 👩‍👩‍👧 "x"', long]);
  });

  it('stands in the schema that is asked for, under whatever name', async () => {
    await load('a,"b]"" c"\n1,2\n', { table: 'Odd ]"table\'', schema: 'Odd ]schema' });
    expect(server.rows('Odd ]schema.Odd ]"table\'')).toEqual([{ a: 1, 'b]" c': 2 }]);
    expect(await failureOf(load('a\n1\n', { schema: 'nowhere' }))).toMatchObject({ code: 'not-found', message: 'There is no schema “nowhere”.' });
  });

  it('gets no name that SQL Server would refuse', async () => {
    expect(await failureOf(load('a\n1\n', { table: 'é'.repeat(129) }))).toMatchObject({ code: 'bad-input', message: expect.stringContaining('128 characters') });
    expect(await failureOf(load(`${'x'.repeat(129)}\n1\n`))).toMatchObject({ code: 'bad-input' });
    expect(types()).toEqual({});
  });

  it('has key columns that an index takes, as long as their values are short enough', async () => {
    await load(`id,year,note\nP-1,2026,x\n`, { mode: 'upsert', key: ['id', 'year'] });
    expect(types()).toEqual({ id: 'nvarchar(450)', year: 'bigint', note: 'nvarchar(max)' });
    await load(`id\n${'x'.repeat(451)}\n`, { ...upsert, table: `${table}_2` });
    await load(`id\n${'x'.repeat(4001)}\n`, { ...upsert, table: `${table}_3` });
    expect([types(`${table}_2`), types(`${table}_3`)]).toEqual([{ id: 'nvarchar(4000)' }, { id: 'nvarchar(max)' }]);
  });

  it('takes 50,000 rows', async () => {
    expect(await load(manyRows(50_000))).toMatchObject({ rows: 50_000 });
    const found = rows();
    expect(found).toHaveLength(50_000);
    expect(found.at(-1)).toEqual({ id: 49_999, name: 'text of a row' });
  });
});

describe('A load into a table of SQL Server', () => {
  beforeEach(() => server.table(`dbo.${table}`, [{ name: 'id', type: 'int', nullable: false }, { name: 'name', type: 'nvarchar(20)' }], [[1, 'Ada'], [2, 'Bob']]));

  it('replaces, appends, upserts, and refuses to create what is there', async () => {
    await load('id,name\n3,Cleo\n', { mode: 'append' });
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob'], [3, 'Cleo']]);
    expect(await load('name,id\nBeth,2\nDan,4\n', upsert)).toMatchObject({ updated: 1, inserted: 1 });
    expect(values()).toEqual([[1, 'Ada'], [2, 'Beth'], [3, 'Cleo'], [4, 'Dan']]);
    await load('id,name\n9,Zoe\n', { mode: 'replace' });
    expect(values()).toEqual([[9, 'Zoe']]);
    expect(await failureOf(load('id,name\n1,x\n', { mode: 'create' }))).toMatchObject({ code: 'table-exists' });
    expect(types()).toEqual({ id: 'int NOT NULL', name: 'nvarchar(20)' });
  });

  it('upserts keys alone, and leaves columns as they are that the dataset lacks', async () => {
    expect(await load('id\n2\n3\n', upsert)).toMatchObject({ updated: 0, inserted: 1 });
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob'], [3, null]]);
  });

  it('publishes by one transaction, which begins when all rows are there and holds the table first', async () => {
    await load('id,name\n3,Cleo\n', { mode: 'replace', loadKey: 'event-1' });
    const published = server.statements.slice(server.statements.indexOf('(begin)'), server.statements.indexOf('(commit)') + 1);
    expect(server.statements.indexOf('(bulk 1 rows)')).toBeLessThan(server.statements.indexOf('(begin)'));
    expect(server.statements.filter((statement) => statement === '(begin)')).toHaveLength(1);
    expect(published.map((statement) => statement.replace(/\s+/g, ' ').slice(0, 90))).toEqual([
      '(begin)',
      `SELECT TOP (1) 1 AS held FROM [dbo].[${table}] WITH (TABLOCKX, HOLDLOCK)`,
      'SELECT o.type AS kind, c.name AS name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.u',
      'SELECT TOP (1) QUOTENAME(OBJECT_SCHEMA_NAME(f.parent_object_id)) + N\'.\' + QUOTENAME(OBJECT',
      `DELETE FROM [dbo].[${table}]`,
      `INSERT INTO [dbo].[${table}] ([id], [name]) SELECT CONVERT(int, incoming.[c1]), incoming.[c2] F`,
      "SELECT OBJECT_ID(@name, N'U') AS id",
      "EXEC sys.sp_getapplock @Resource = N'pipewright records', @LockMode = N'Exclusive', @LockO",
      "SELECT OBJECT_ID(@name, N'U') AS id",
      'CREATE TABLE [dbo].[pipewright_loads] (load_id nvarchar(225) COLLATE Latin1_General_100_BI',
      'DELETE FROM [dbo].[pipewright_loads] WHERE table_name = @table_name AND load_id = @load_id',
      '(commit)',
    ]);
    expect(server.statements[0]).toMatch(/set xact_abort on/);
  });

  it.each([
    ['a number that is too great', 'id,name\n5,x\n3000000000,y\n', /line 3 .*“id” that is not between/],
    ['a text that is too long in units of UTF-16', `id,name\n5,${'𝄞'.repeat(11)}\n`, /line 2 .*“name” that has more than 20 characters/],
    ['nothing where something must be', 'id,name\n5,x\n,y\n', /line 3 .*“id” that is empty/],
    ['a word in place of a number', 'id,name\nfive,x\n', /line 2 .*“id” that is not an integer/],
  ])('changes nothing for %s, and names the line', async (_case, csv, told) => {
    for (const mode of ['replace', 'append', 'upsert'] as const) {
      expect(await failureOf(load(csv, { mode, key: ['id'] }))).toMatchObject({ code: 'bad-input', message: expect.stringMatching(told), hint: expect.stringContaining('The table is as it was') });
    }
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob']]);
  });

  it.each([
    ['is the same in two rows', 'id,name\n3,Beth\n3,Bert\n', /“id” is not unique: 3 stands in more than one row/],
    ['is empty in a row', 'id,name\n3,Beth\n,Nobody\n', /empty/],
  ])('changes nothing when the key %s, in any mode', async (_case, csv, told) => {
    for (const mode of ['upsert', 'replace', 'append'] as const) expect(await failureOf(load(csv, { mode, key: ['id'] }))).toMatchObject({ code: 'bad-input', message: expect.stringMatching(told) });
    expect(await failureOf(load('id,name\n2,Beth\n', { mode: 'append', key: ['id'] }))).toMatchObject({ message: expect.stringContaining('not unique: 2') });
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob']]);
  });

  it('rejects rows whose values do not fit, and keeps them with line and reason', async () => {
    const { loadId } = await load(`id,name\n3,Cleo\nx,"Dan ""D"""\n4\n`, { mode: 'append', maxRejectedRows: 2, keepRejects: true });
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob'], [3, 'Cleo']]);
    const kept = rows('pipewright_rejects').filter(({ load_id: id }) => id === loadId);
    expect(kept.map(({ table_name, line, column_name, value, row_text }) => ({ table_name, line, column_name, value, row_text })).sort((a, b) => Number(a.line) - Number(b.line))).toEqual([
      { table_name: table, line: 3, column_name: 'id', value: 'x', row_text: 'x,"Dan ""D"""' },
      { table_name: table, line: 4, column_name: null, value: null, row_text: '4' },
    ]);
  });

  it('is done once under a key, also when it failed before', async () => {
    expect(await failureOf(load('id,name\nx,y\n', { mode: 'append', loadKey: 'event-1' }))).toMatchObject({ code: 'bad-input' });
    const records = () => rows('pipewright_loads').filter(({ table_name: name }) => name === table);
    expect(records()).toMatchObject([{ load_id: 'event-1', status: 'failed', row_count: 0 }]);
    expect(await load('id,name\n3,Cleo\n', { mode: 'append', loadKey: 'event-1', source: 'd-claims' })).not.toHaveProperty('repeated');
    expect(await load('id,name\n3,Cleo\n', { mode: 'append', loadKey: 'event-1' })).toMatchObject({ rows: 1, repeated: true });
    expect(await load('id,name\n4,Dan\n', { mode: 'append', loadKey: 'Event-1' })).not.toHaveProperty('repeated');
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob'], [3, 'Cleo'], [4, 'Dan']]);
    expect(records().map(({ load_id, status, row_count, source }) => [load_id, status, row_count, source])).toEqual([['event-1', 'done', 1, 'd-claims'], ['Event-1', 'done', 1, '']].sort());
    expect(await failureOf(load('id,name\n5,x\n', { mode: 'append', loadKey: 'x'.repeat(226) }))).toMatchObject({ code: 'bad-input', message: expect.stringContaining('225') });
  });

  it('keeps a record of a failure that was found within the transaction', async () => {
    expect(await failureOf(load('id,name\n2,Beth\n', { mode: 'append', key: ['id'], record: true }))).toMatchObject({ code: 'bad-input' });
    expect(server.statements.slice(-8)).toEqual(expect.arrayContaining(['(rollback)', '(commit)']));
    expect(rows('pipewright_loads').filter(({ table_name: name }) => name === table)).toMatchObject([{ status: 'failed' }]);
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob']]);
  });

  it('two at once under one key leave one', async () => {
    const both = await Promise.all([1, 2].map(() => load('id,name\n3,Cleo\n', { mode: 'append', loadKey: 'event-1' })));
    expect(both.filter(({ repeated }) => repeated)).toHaveLength(1);
    expect(values()).toHaveLength(3);
  });

  it('shows nothing before the end', async () => {
    let seen: unknown;
    async function* slow() {
      yield Buffer.from(manyRows(30_000));
      await wait(50);
      seen = values();
      yield Buffer.from('30000,last\n');
    }
    await load(slow(), { mode: 'replace' });
    expect(seen).toEqual([[1, 'Ada'], [2, 'Bob']]);
    expect(rows()).toHaveLength(30_001);
  });

  it('refuses a change in the number of rows that is too great', async () => {
    expect(await failureOf(load('id,name\n1,x\n', { mode: 'replace', maxChangePercent: 20 }))).toMatchObject({ code: 'rows-changed', message: expect.stringContaining('50.0 %') });
    expect(values()).toHaveLength(2);
  });

  it('is refused when somebody changed the table meanwhile', async () => {
    async function* slow() {
      yield Buffer.from(manyRows(30_000));
      server.changeColumn(`dbo.${table}`, 'name', 'nvarchar(5)');
      yield Buffer.from('30000,last\n');
    }
    expect(await failureOf(load(slow(), { mode: 'replace' }))).toMatchObject({ code: 'conflict', retryable: true });
    expect(values()).toEqual([[1, 'Ada'], [2, 'Bob']]);
  });

  it('can be followed by another one on the same connection, also after a failure', async () => {
    const target = await openTarget(server.address({ encrypt: 'off' }));
    try {
      for (const csv of ['id,name\nx,y\n', `${manyRows(30_000)}"unended`, 'id,name\n3,\xff\n']) {
        await failureOf(loadDataset(csv.includes('\xff') ? one(Buffer.from(csv, 'latin1')) : inPieces(csv), target, { table, mode: 'replace' }));
      }
      for (const mode of ['append', 'replace', 'append'] as const) await loadDataset(inPieces('id,name\n3,Cleo\n'), target, { table, mode });
      expect(await target.describe()).toBe('warehouse (loader)');
    } finally {
      await target.close();
    }
    expect(values()).toEqual([[3, 'Cleo'], [3, 'Cleo']]);
  });
});

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('A table of SQL Server that is not like ours', () => {
  const loadInto = (csv: string, options: Partial<LoadOptions> = {}) => load(csv, { mode: 'append', ...options });

  it('numbers its rows itself, computes columns and has defaults: the dataset needs none of them', async () => {
    server.table(`dbo.${table}`, [
      { name: 'number', type: 'int', nullable: false, identity: true }, { name: 'name', type: 'nvarchar(20)', nullable: false }, { name: 'state', type: 'varchar(10)', nullable: false, standard: "'new'" },
      { name: 'twice', type: 'nvarchar(40)', computed: true }, { name: 'version', type: 'timestamp', nullable: false },
    ]);
    await loadInto('name\nAda\nBob\n', { mode: 'replace' });
    expect(values()).toEqual([[1, 'Ada', 'new'], [2, 'Bob', 'new']]);
    await loadInto('number,name\n7,Cleo\n');
    await loadInto('name\nDan\n');
    expect(values()).toEqual([[1, 'Ada', 'new'], [2, 'Bob', 'new'], [7, 'Cleo', 'new'], [8, 'Dan', 'new']]);
    expect(await failureOf(loadInto('name,twice\nEve,x\n'))).toMatchObject({ code: 'columns-missing' });
    expect(await failureOf(loadInto('state\nold\n'))).toMatchObject({ code: 'bad-input', message: expect.stringContaining("'name'") });
  });

  it('has types of its own, whose values are checked before the transaction begins', async () => {
    server.table(`dbo.${table}`, [
      { name: 'small', type: 'tinyint' }, { name: 'price', type: 'money' }, { name: 'ratio', type: 'float' }, { name: 'at', type: 'datetime' }, { name: 'code', type: 'varchar(5)' }, { name: 'exact', type: 'decimal(5,2)' },
    ]);
    await loadInto('small,price,ratio,at,code,exact\n255,12.3456,1.5e3,2026-11-20T10:00:00.5,ab-ü,-123.4\n');
    expect(values()).toEqual([[255, '12.3456', 1500, '2026-11-20 10:00:00.500', 'ab-ü', '-123.40']]);
    for (const [name, value, told] of [
      ['small', '256', 'not between 0 and 255'], ['small', '-1', 'not between'], ['price', '1.23456', '4 behind it'], ['exact', '1234', 'more than 3 digits'], ['exact', '1.125', '2 behind it'],
      ['ratio', 'much', 'does not fit the column “ratio”, which is float'], ['ratio', '""', 'does not fit'], ['at', '1752-12-31 10:00', 'which is datetime'], ['code', 'Łódź', 'code page lacks a letter of “Łódź”'], ['code', 'abcdef', 'more than 5 characters'],
    ]) {
      server.forget();
      expect(await failureOf(loadInto(`${name}\n${value}\n`))).toMatchObject({ code: 'bad-input', message: expect.stringContaining(String(told)) });
      expect(server.statements).not.toContain('(begin)');
    }
    expect(values()).toHaveLength(1);
  });

  it.each(['CASCADE', 'SET NULL'] as const)('is not replaced where rows of another table would go too: %s', async (action) => {
    server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[1]], { key: ['a'] });
    server.table(`sales.${table}`, [{ name: 'a', type: 'int' }], [[1]], { references: { column: 'a', table: `dbo.${table}`, action } });
    expect(await failureOf(loadInto('a\n1\n', { mode: 'replace' }))).toMatchObject({ code: 'conflict', message: expect.stringContaining(`[sales].[${table}]`) });
    expect(server.rows(`sales.${table}`)).toEqual([{ a: 1 }]);
    await loadInto('a\n2\n', { mode: 'append' });
  });

  it('is as it was when other rows refer to its own, a key comes twice, or an index passes over rows', async () => {
    server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[1]], { key: ['a'] });
    server.table(`sales.${table}`, [{ name: 'a', type: 'int' }], [[1]], { references: { column: 'a', table: `dbo.${table}` } });
    server.table(`dbo.${table}_passing`, [{ name: 'a', type: 'int' }], [[1]], { key: ['a'], ignoresDuplicates: true });
    expect(await failureOf(loadInto('a\n1\n', { mode: 'replace' }))).toMatchObject({ code: 'conflict', message: expect.stringContaining('error 547') });
    expect(await failureOf(loadInto('a\n1\n'))).toMatchObject({ code: 'conflict', message: expect.stringContaining('error 2627') });
    expect(await failureOf(loadInto('a\n1\n2\n', { table: `${table}_passing` }))).toMatchObject({ code: 'unexpected-answer', message: 'SQL Server changed 1 rows instead of 2.' });
    expect([values(), values(`${table}_passing`)]).toEqual([[[1]], [[1]]]);
  });

  it('is refused when it is a view', async () => {
    server.view(`dbo.${table}`);
    expect(await failureOf(loadInto('a\n1\n'))).toMatchObject({ code: 'bad-input', message: expect.stringContaining('is not a table') });
  });

  it('takes 1 and 0 for a bit, too, and nothing else', async () => {
    server.table(`dbo.${table}`, [{ name: 'flag', type: 'bit' }], []);
    await load('flag\n1\n0\nTRUE\nfalse\n', { mode: 'append' });
    expect(values()).toEqual([[0], [0], [1], [1]]);
    expect(await failureOf(load('flag\n2\n', { mode: 'append' }))).toMatchObject({ code: 'bad-input', message: expect.stringContaining('line 2') });
    expect(await failureOf(load('flag\nyes\n', { mode: 'append' }))).toMatchObject({ code: 'bad-input', message: expect.stringContaining('is not a boolean') });
  });
});

describe('A table of SQL Server that evolves', () => {
  const evolve = { mode: 'append', columnChanges: 'evolve' } as const;

  it('gets the columns that it lacks, and wider types that keep what they were otherwise', async () => {
    server.table(`dbo.${table}`, [
      { name: 'id', type: 'smallint', nullable: false }, { name: 'paid', type: 'decimal(6,2)' }, { name: 'whole', type: 'int' }, { name: 'name', type: 'nvarchar(3)', collation: 'Latin1_General_CS_AS', nullable: false }, { name: 'flag', type: 'bit' },
    ], [[1, '1234.50', 5, 'Ada', 1]]);
    await load('id,paid,whole,name,flag,day\n70000,0.0625,0.5,Beth,maybe,2026-11-20\n', evolve);
    expect(types()).toEqual({ id: 'bigint NOT NULL', paid: 'decimal(19,4)', whole: 'decimal(19,1)', name: 'nvarchar(max) NOT NULL', flag: 'nvarchar(max)', day: 'date' });
    expect(values()).toEqual([[1, '1234.5000', '5.0', 'Ada', 'true', null], [70_000, '0.0625', '0.5', 'Beth', 'maybe', '2026-11-20']]);
    expect(server.statements).toContain(`ALTER TABLE [dbo].[${table}] ALTER COLUMN [name] nvarchar(max) COLLATE Latin1_General_CS_AS NOT NULL`);
  });

  it('stays as it is where everything fits, and in an upsert too', async () => {
    server.table(`dbo.${table}`, [{ name: 'id', type: 'int' }, { name: 'paid', type: 'money' }], [[1, '1.0000']]);
    expect(await load('id,paid,note\n1,2.5,x\n2,3,y\n', { ...evolve, ...upsert })).toMatchObject({ updated: 1, inserted: 1 });
    expect(types()).toEqual({ id: 'int', paid: 'money', note: 'nvarchar(max)' });
    expect(values()).toEqual([[1, '2.5000', 'x'], [2, '3.0000', 'y']]);
  });

  it('is as it was when no decimal is wide enough', async () => {
    server.table(`dbo.${table}`, [{ name: 'paid', type: 'decimal(38,2)' }], [['1.00']]);
    expect(await failureOf(load('paid\n0.125\n', evolve))).toMatchObject({ code: 'bad-input', message: expect.stringContaining('more than 38 digits') });
    expect(types()).toEqual({ paid: 'decimal(38,2)' });
  });
});

describe('The values of a column of SQL Server', () => {
  const read = async (name: string, column: string): Promise<string[]> => {
    const target = await openTarget(server.address({ encrypt: 'off' }));
    try {
      const found: string[] = [];
      for await (const value of target.readColumn(name, column)) found.push(value);
      return found.sort();
    } finally {
      await target.close();
    }
  };

  it('are read as a dataset has them, each once', async () => {
    server.table(`dbo.${table}`, [{ name: 'word', type: 'nvarchar(10)' }, { name: 'flag', type: 'bit' }, { name: 'id', type: 'uniqueidentifier' }], [['a', 1, 'AB'], ['A', 0, null], ['a', 1, null], [null, null, null]]);
    expect(await read(table, 'word')).toEqual(['A', 'a']);
    expect(await read(`dbo.${table}`, 'FLAG')).toEqual(['false', 'true']);
    expect(await read(table, 'id')).toEqual(['ab']);
    expect(await failureOf(read(`${table}_none`, 'id'))).toMatchObject({ code: 'table-missing' });
    expect(await failureOf(read(table, 'other'))).toMatchObject({ code: 'columns-missing' });
  });
});

describe('A log-in to SQL Server', () => {
  const connection: SqlConnection = { engine: 'sqlserver', login: 'password', ssl: 'encrypt', cloud: 'public' };
  const ask = async (values: Partial<SqlConnection>, host = fakeHost()): Promise<string> => {
    const target = await openDatabase({ ...connection, host: 'localhost', port: server.port, database: server.database, ...values }, host);
    try {
      return await target.describe();
    } finally {
      await target.close();
    }
  };

  it.each([['verify', 'TLSv1.2'], ['encrypt', 'TLSv1.2'], ['off', 'none']])('is encrypted as it was chosen: %s', async (encrypt, protocol) => {
    expect(await loadCsv(server.address({ encrypt }), 'a\n1\n', { table })).toMatchObject({ rows: 1 });
    expect(server.logins).toMatchObject([{ user: 'loader', password: 'pass word/+§', database: 'warehouse', application: 'pipewright', token: undefined, encrypted: protocol }]);
  });

  it('is refused when the certificate is not trusted or the server does not encrypt, with what to do', async () => {
    const failure = await failureOf(openTarget(server.address({ encrypt: 'verify' }).replace(/&ca=.*/, '')));
    expect(failure).toMatchObject({ code: 'unavailable', retryable: false, hint: expect.stringContaining('Encrypt Only') });
    expect(server.logins).toEqual([]);
    await withServer({ encryption: 'none' }, async (other) => expect(await failureOf(openTarget(other.address()))).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('Encryption') }));
    await withServer({ encryption: 'required' }, async (other) => expect(await failureOf(openTarget(other.address({ encrypt: 'off' })))).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('Encryption') }));
  });

  it('fails with a wrong password, at once and without telling it', async () => {
    const failure = await failureOf(ask({ user: 'loader', password: 'secret-word' }));
    expect(failure).toMatchObject({ code: 'unauthorized', retryable: false, message: expect.stringContaining('error 18456') });
    expect(JSON.stringify({ ...failure, message: failure.message, stack: failure.stack })).not.toContain('secret-word');
    expect(server.logins).toHaveLength(1);
  });

  it('goes by user and password, or by a token of Microsoft Entra that the driver hands on', async () => {
    expect(await ask({ user: server.user, password: server.password })).toBe('warehouse (loader)');
    const host = fakeHost().on('POST', 'https://login.microsoftonline.com/my-tenant/oauth2/v2.0/token', { json: { access_token: server.token, expires_in: 3600 } });
    const application = { login: 'entra', tenantId: 'my-tenant', clientId: 'my-app', clientSecret: 'app-secret' } as const;
    expect(await ask(application, host)).toBe('warehouse (application)');
    expect(Object.fromEntries(new URLSearchParams(host.requests[0]?.body))).toMatchObject({ grant_type: 'client_credentials', client_id: 'my-app', client_secret: 'app-secret', scope: 'https://database.windows.net/.default' });
    expect(server.logins.at(-1)).toMatchObject({ user: '', password: '', token: server.token, encrypted: 'TLSv1.2' });
    const refusing = fakeHost().on('POST', /oauth2/, { json: { access_token: 'another-token', expires_in: 3600 } });
    const failure = await failureOf(ask(application, refusing));
    expect(failure).toMatchObject({ code: 'unauthorized', hint: expect.stringContaining('Microsoft Entra') });
    expect(JSON.stringify({ ...failure, message: failure.message })).not.toContain('another-token');
  });

  it.each([['host', 'Host'], ['database', 'Database Name'], ['user', 'User']] as const)('says that %s is missing', async (name, label) => {
    expect(await failureOf(ask({ user: 'x', [name]: undefined }))).toMatchObject({ code: 'not-connected', message: `“${label}” is missing in the connection.` });
  });

  it('is tried again, with growing pauses, while the server starts', async () => {
    const starting = new Fault(40613, "Database 'warehouse' is not currently available.", 14);
    const host = fakeHost();
    server.fail({ at: 'login', fault: starting, times: 2 });
    expect(await ask({ user: server.user, password: server.password }, host)).toBe('warehouse (loader)');
    server.fail({ at: 'login', times: 1 });
    await ask({ user: server.user, password: server.password }, host);
    expect(host.sleeps).toEqual([1_000, 2_000, 1_000]);
    server.fail({ at: 'login', fault: starting, times: 99 });
    const short = fakeHost({ longestWaitSeconds: 25 });
    expect(await failureOf(ask({ user: server.user, password: server.password }, short))).toMatchObject({ code: 'unavailable', retryable: true, message: expect.stringContaining('error 40613') });
    expect(short.sleeps).toEqual([1_000, 2_000, 4_000]);
  });

  it('names a database that is not there', async () => {
    const host = fakeHost();
    expect(await failureOf(ask({ user: server.user, password: server.password, database: 'other' }, host))).toMatchObject({ code: 'not-found', hint: expect.stringContaining('name of the database') });
    expect(host.sleeps).toEqual([1_000, 2_000]);
  });

  it.each(['sqlserver:x', 'sqlserver://host', 'sqlserver://host/db?encrypt=maybe'])('is refused for the address %s', async (address) => {
    expect(await failureOf(openTarget(address))).toMatchObject({ code: 'bad-input', hint: expect.stringContaining('sqlserver://') });
  });
});

describe('A load into SQL Server that is broken off', () => {
  beforeEach(() => server.table(`dbo.${table}`, [{ name: 'id', type: 'int' }, { name: 'name', type: 'nvarchar(20)' }], [[1, 'Ada']]));
  afterEach(() => expect(values()).toEqual([[1, 'Ada']]));
  const loadRows = (options: Partial<LoadOptions> = {}, source: string | AsyncIterable<Uint8Array> = manyRows(20_000)) => failureOf(load(source, { mode: 'replace', ...options }));

  it('changes nothing when the connection is cut in the middle of the rows', async () => {
    server.fail({ at: 'bulk', afterBytes: 300_000 });
    expect(await loadRows()).toMatchObject({ code: 'unavailable', retryable: true, hint: expect.stringContaining('The table is as it was') });
    expect(server.statements).not.toContain('(begin)');
  });

  it('changes nothing when the connection is cut between statements of the transaction', async () => {
    server.fail({ at: 'statement', matching: /^INSERT INTO/ });
    expect(await loadRows()).toMatchObject({ code: 'unavailable', retryable: true });
    expect(server.statements).not.toContain('(commit)');
  });

  it('says that it is open what became of it when the connection is cut at the commit', async () => {
    server.fail({ at: 'commit' });
    expect(await loadRows()).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('wholly or not at all') });
  });

  it('is busy, and can be run again, when the server chose it as the victim of a deadlock', async () => {
    server.fail({ at: 'statement', matching: /^INSERT INTO/, fault: new Fault(1205, 'Transaction was deadlocked on lock resources with another process and has been chosen as the deadlock victim.', 13) });
    expect(await loadRows({ record: true })).toMatchObject({ code: 'busy', retryable: true, message: expect.stringContaining('error 1205') });
    expect(server.statements).toContain('(taken back by the server)');
    expect(rows('pipewright_loads').filter(({ table_name: name }) => name === table)).toMatchObject([{ status: 'failed' }]);
  });

  it.each([
    [1222, 'busy', true], [229, 'forbidden', false], [208, 'table-missing', false], [1105, 'unavailable', false], [9002, 'unavailable', false], [40501, 'unavailable', true], [8152, 'bad-input', false], [547, 'conflict', false],
  ])('has an error of its own for %s of the server', async (number, code, retryable) => {
    server.fail({ at: 'statement', matching: /^INSERT INTO/, fault: new Fault(number, 'It cannot be.') });
    expect(await loadRows()).toMatchObject({ code, retryable, message: `SQL Server answered: It cannot be (error ${number}).` });
  });

  it('changes nothing when the server refuses the rows', async () => {
    server.fail({ at: 'bulk', afterBytes: Infinity, fault: new Fault(1105, "Could not allocate space in database 'tempdb'.", 17) });
    expect(await loadRows()).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('no room left') });
  });

  it('changes nothing when it is stopped while its source stands still, and tells the server', async () => {
    const stop = new AbortController();
    async function* silent() {
      yield Buffer.from(manyRows(20_000));
      setTimeout(() => stop.abort(), 20);
      await new Promise(() => undefined);
    }
    expect(await loadRows({ signal: stop.signal, record: true }, silent())).toMatchObject({ code: 'cancelled' });
    expect(server.statements).toContain('(taken back)');
    expect(rows('pipewright_loads').filter(({ table_name: name }) => name === table)).toMatchObject([{ status: 'failed' }]);
  });

  it('is told after a while that another load holds the table', async () => {
    await withServer({ longestLockWait: 100 }, async (other) => {
      const address = other.address({ encrypt: 'off' });
      const first = await openTarget(address);
      const going = await first.begin({ table, mode: 'create' });
      expect(await failureOf(loadCsv(address, 'a\n1\n', { table: table.toUpperCase() }))).toMatchObject({ code: 'busy', retryable: true, message: expect.stringContaining('is going on') });
      await going.abort();
      expect(await loadCsv(address, 'a\n1\n', { table })).toMatchObject({ rows: 1 });
      await first.close();
    });
  });

  it('takes no more from its source than the server takes from it', async () => {
    let given = 0;
    async function* endless() {
      yield Buffer.from('id,name\n');
      for (; given < 400; given += 1) yield Buffer.from('7,a name of twenty..\n'.repeat(5_000));
    }
    const stop = new AbortController();
    const loading = loadRows({ signal: stop.signal }, endless());
    while (server.bulkBytes === 0) await wait(5);
    server.hold();
    await wait(300);
    const before = given;
    await wait(300);
    expect(given - before).toBeLessThanOrEqual(1);
    expect(given).toBeLessThan(200);
    stop.abort();
    server.release();
    expect(await loading).toMatchObject({ code: 'cancelled' });
  });
});
