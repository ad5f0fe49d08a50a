import { setTimeout as wait } from 'node:timers/promises';
import { loadIntoTable } from '../../../shared/src/datasets/load/load-into-table.ts';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import type { SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { inPieces, lateChange, numbered } from '../load-csv.ts';
import { failureOf, manyRows, useSqlServer } from './use-sql-server.ts';

const tests = useSqlServer();
const { load, rows, values, types } = tests;
let server: SqlServer;
let table: string;
beforeEach(() => {
  ({ server, table } = tests);
});
const upsert = { mode: 'upsert', key: ['id'] } as const;

describe('A new table of SQL Server', () => {
  it('has the inferred types', async () => {
    const result = await load(
      `number,amount,flag,day,at,seen_at,id,word\n-7,1.50,true,2026-11-20,2026-11-20 10:00,2026-11-20T10:00:00.5+0130,8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77,007\n8,-20.125,FALSE,0001-01-01,2026-11-20T23:59:59.123456,2026-11-20 10:00Z,8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C78,x\n,,,,,,,\n`,
    );
    expect(result.columns.map(({ type }) => type)).toEqual([
      'integer',
      'decimal',
      'boolean',
      'date',
      'timestamp',
      'timestamp-with-zone',
      'uuid',
      'text',
    ]);
    expect(types()).toEqual({
      number: 'bigint',
      amount: 'decimal(19,3)',
      flag: 'bit',
      day: 'date',
      at: 'datetime2(6)',
      seen_at: 'datetimeoffset(6)',
      id: 'uniqueidentifier',
      word: 'nvarchar(max)',
    });
    expect(values()).toEqual([
      [null, null, null, null, null, null, null, null],
      [
        -7,
        '1.500',
        1,
        '2026-11-20',
        '2026-11-20 10:00:00.000000',
        '2026-11-20 10:00:00.500000 +01:30',
        '8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C77',
        '007',
      ],
      [
        8,
        '-20.125',
        0,
        '0001-01-01',
        '2026-11-20 23:59:59.123456',
        '2026-11-20 10:00:00.000000 +00:00',
        '8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C78',
        'x',
      ],
    ]);
  });

  it('stores all 38 digits of a decimal', async () => {
    const long = '12345678901234567890123456789012.345678';
    await load(`row,value\n1,${long}\n2,-0.000001\n`);
    expect(types()['value']).toBe('decimal(38,6)');
    expect(rows().map(({ value }) => value)).toEqual([long, '-0.000001']);
  });

  it('has the chosen column types, and refuses values that do not fit with their line', async () => {
    const columns = { share: 'decimal', policy: 'text' } as const;
    await load('share,policy\n+0.0625,1\n10,2\n', { columnTypes: columns });
    expect(types()).toEqual({ share: 'decimal(19,4)', policy: 'nvarchar(max)' });
    expect(rows().map(({ share }) => share)).toEqual(['0.0625', '10.0000']);
    const failure = await failureOf(load('share,policy\n1,1\nmany,2\n', { table: `${table}_2`, columnTypes: columns }));
    expect(failure).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/line 3 .*“share”.*“many”/),
    });
    expect(types(`${table}_2`)).toEqual({});
  });

  it.each([
    ['an integer, then a text', ['1', '-20', ''], ['n/a'], 'nvarchar(max)'],
    ['an integer, then a decimal', ['1', '-20', ''], ['0.125'], 'decimal(19,3)'],
    ['a timestamp, then a text', ['2026-11-20T10:00', ''], ['x'], 'nvarchar(max)'],
    ['a negative zero, then a text', ['1.50', '-0.00'], ['x', '""'], 'nvarchar(max)'],
  ])('stores every value of the file when a column changes its type late: %s', async (_case, early, late, type) => {
    const given = lateChange(early, late);
    await load(numbered(given));
    expect(types()['value']).toBe(type);
    const found = rows().map(({ value }) => value);
    const expected = given.map((value) => (value === '' ? null : value === '""' ? '' : value));
    expect(found).toEqual(
      type.startsWith('decimal')
        ? expected.map((value) => (value === null ? null : Number(value).toFixed(3)))
        : expected,
    );
  });

  it('distinguishes empty text and NULL', async () => {
    await load('v,w\nx,1\n,2\n"",3\n');
    expect(rows().map(({ v, w }) => [w, v])).toEqual([
      [2, null],
      [3, ''],
      [1, 'x'],
    ]);
  });

  it('stores characters of every plane, and texts longer than a page', async () => {
    const long = `${'ä𝄞'.repeat(20_000)}.`;
    await load(
      `id,text\n${`0,short${'.'.repeat(100)}\n`.repeat(3_000)}1,"Grüße, 表 and 𝄞 – 👩‍👩‍👧 ""x"""\n2,${long}\n`,
    );
    expect(server.statements.filter((statement) => /ALTER|^\(bulk/.test(statement))).toEqual([
      '(bulk 3001 rows)',
      'ALTER TABLE #pipewright_staging ALTER COLUMN [c2] nvarchar(max) COLLATE DATABASE_DEFAULT NULL',
      '(bulk 1 rows)',
    ]);
    expect(
      rows()
        .slice(3_000)
        .map(({ text }) => text),
    ).toEqual(['Grüße, 表 and 𝄞 – 👩‍👩‍👧 "x"', long]);
  });

  it('is created in the requested schema under any name', async () => {
    await load('a,"b]"" c"\n1,2\n', { table: 'Odd ]"table\'', schema: 'Odd ]schema' });
    expect(server.rows('Odd ]schema.Odd ]"table\'')).toEqual([{ a: 1, 'b]" c': 2 }]);
    expect(await failureOf(load('a\n1\n', { schema: 'nowhere' }))).toMatchObject({
      code: 'not-found',
      message: 'The schema “nowhere” does not exist.',
    });
  });

  it('refuses names that SQL Server does not allow', async () => {
    expect(await failureOf(load('a\n1\n', { table: 'é'.repeat(129) }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('128 characters'),
    });
    expect(await failureOf(load(`${'x'.repeat(129)}\n1\n`))).toMatchObject({ code: 'invalid-input' });
    expect(types()).toEqual({});
  });

  it('has key columns that can be indexed, as long as their values are short enough', async () => {
    await load(`id,year,note\nP-1,2026,x\n`, { mode: 'upsert', key: ['id', 'year'] });
    expect(types()).toEqual({ id: 'nvarchar(450)', year: 'bigint', note: 'nvarchar(max)' });
    await load(`id\n${'x'.repeat(451)}\n`, { ...upsert, table: `${table}_2` });
    await load(`id\n${'x'.repeat(4001)}\n`, { ...upsert, table: `${table}_3` });
    expect([types(`${table}_2`), types(`${table}_3`)]).toEqual([{ id: 'nvarchar(4000)' }, { id: 'nvarchar(max)' }]);
  });

  it('stores 50,000 rows', async () => {
    expect(await load(manyRows(50_000))).toMatchObject({ rows: 50_000 });
    const found = rows();
    expect(found).toHaveLength(50_000);
    expect(found.at(-1)).toEqual({ id: 49_999, name: 'text of a row' });
  });
});

describe('A load into a table of SQL Server', () => {
  beforeEach(() =>
    server.table(
      `dbo.${table}`,
      [
        { name: 'id', type: 'int', nullable: false },
        { name: 'name', type: 'nvarchar(20)' },
      ],
      [
        [1, 'Ada'],
        [2, 'Bob'],
      ],
    ),
  );

  it('matches columns and keys whatever their case, and never adds a column that differs in case only', async () => {
    expect(await load('ID,Name\n2,Beth\n4,Dan\n', { mode: 'upsert', key: ['Id'] })).toMatchObject({
      updated: 1,
      inserted: 1,
    });
    await load('NAME,ID\nEve,5\n', { mode: 'append', onSchemaChange: 'evolve' });
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Beth'],
      [4, 'Dan'],
      [5, 'Eve'],
    ]);
    expect(types()).toEqual({ id: 'int NOT NULL', name: 'nvarchar(20)' });
  });

  it('keeps the values of columns that the dataset of an upsert lacks', async () => {
    expect(await load('id\n2\n3\n', upsert)).toMatchObject({ updated: 0, inserted: 1 });
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
      [3, null],
    ]);
  });

  it('publishes in one transaction, which begins after the last row and locks the table first', async () => {
    await load('id,name\n3,Cleo\n', { mode: 'replace', loadKey: 'event-1' });
    const published = server.statements.slice(
      server.statements.indexOf('(begin)'),
      server.statements.indexOf('(commit)') + 1,
    );
    expect(server.statements.indexOf('(bulk 1 rows)')).toBeLessThan(server.statements.indexOf('(begin)'));
    expect(server.statements.filter((statement) => statement === '(begin)')).toHaveLength(1);
    expect(published.map((statement) => statement.replace(/\s+/g, ' ').slice(0, 90))).toEqual([
      '(begin)',
      `SELECT TOP (1) 1 AS held FROM [dbo].[${table}] WITH (TABLOCKX, HOLDLOCK)`,
      'SELECT o.type AS kind, t.is_memory_optimized AS in_memory, t.is_external AS outside, t.tem',
      "SELECT HAS_PERMS_BY_NAME(@name, N'OBJECT', N'VIEW DEFINITION') AS seen",
      'SELECT t.name AS name FROM sys.triggers AS t WHERE t.parent_id = OBJECT_ID(@name) AND t.is',
      "SELECT TOP (1) QUOTENAME(OBJECT_SCHEMA_NAME(f.parent_object_id)) + N'.' + QUOTENAME(OBJECT",
      `DELETE FROM [dbo].[${table}]`,
      `INSERT INTO [dbo].[${table}] ([id], [name]) SELECT CONVERT(int, LEFT(incoming.[c1], CHARINDEX(N`,
      "SELECT OBJECT_ID(@name, N'U') AS id",
      "DECLARE @got int; EXEC @got = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclu",
      "SELECT OBJECT_ID(@name, N'U') AS id",
      'CREATE TABLE [dbo].[pipewright_loads] (load_id nvarchar(225) COLLATE Latin1_General_100_BI',
      'DELETE FROM [dbo].[pipewright_loads] WHERE table_name = @p1 AND load_id = @p0; INSERT INTO',
      '(commit)',
    ]);
    expect(server.statements[0]).toMatch(/set xact_abort on/);
  });

  it.each([
    ['a number that is too great', 'id,name\n5,x\n3000000000,y\n', /line 3 .*“id” that is not between/],
    [
      'a text that is too long in units of UTF-16',
      `id,name\n5,${'𝄞'.repeat(11)}\n`,
      /line 2 .*“name” that has more than 20 characters/,
    ],
    ['nothing where something must be', 'id,name\n5,x\n,y\n', /line 3 .*“id” that is NULL/],
    ['a word in place of a number', 'id,name\nfive,x\n', /line 2 .*“id” that is not an integer/],
  ])('leaves the table unchanged for %s, and names the line', async (_case, csv, expected) => {
    for (const mode of ['replace', 'append', 'upsert'] as const) {
      expect(await failureOf(load(csv, { mode, key: ['id'] }))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(expected),
        hint: expect.stringContaining('The table was not changed'),
      });
    }
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
    ]);
  });

  it.each([
    ['is the same in two rows', 'id,name\n3,Beth\n3,Bert\n', /“id” is not unique: 3 occurs in more than one row/],
    ['is empty in a row', 'id,name\n3,Beth\n,Nobody\n', /NULL/],
  ])('leaves the table unchanged when the key %s, in any mode', async (_case, csv, expected) => {
    for (const mode of ['upsert', 'replace', 'append'] as const)
      expect(await failureOf(load(csv, { mode, key: ['id'] }))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(expected),
      });
    expect(await failureOf(load('id,name\n2,Beth\n', { mode: 'append', key: ['id'] }))).toMatchObject({
      message: expect.stringContaining('not unique: 2'),
    });
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
    ]);
  });

  it('rejects rows whose values do not fit, and saves them with line and reason', async () => {
    const { loadId } = await load(`id,name\n3,Cleo\nx,"Dan ""D"""\n4\n`, {
      mode: 'append',
      maxRejectedRows: 2,
      saveRejectedRows: true,
    });
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
      [3, 'Cleo'],
    ]);
    const kept = rows('pipewright_rejects').filter(({ load_id: id }) => id === loadId);
    expect(
      kept
        .map(({ table_name, line, column_name, value, row_text }) => ({
          table_name,
          line,
          column_name,
          value,
          row_text,
        }))
        .sort((a, b) => Number(a.line) - Number(b.line)),
    ).toEqual([
      { table_name: table, line: 3, column_name: 'id', value: 'x', row_text: 'x,"Dan ""D"""' },
      { table_name: table, line: 4, column_name: null, value: null, row_text: '4' },
    ]);
  });

  it('loads a load key once, also after a failure', async () => {
    expect(await failureOf(load('id,name\nx,y\n', { mode: 'append', loadKey: 'event-1' }))).toMatchObject({
      code: 'invalid-input',
    });
    const records = () => rows('pipewright_loads').filter(({ table_name: name }) => name === table);
    expect(records()).toMatchObject([{ load_id: 'event-1', status: 'failed', row_count: 0 }]);
    expect(
      await load('id,name\n3,Cleo\n', { mode: 'append', loadKey: 'event-1', source: 'd-claims' }),
    ).not.toHaveProperty('repeated');
    expect(await load('id,name\n3,Cleo\n', { mode: 'append', loadKey: 'event-1' })).toMatchObject({
      rows: 1,
      repeated: true,
    });
    expect(await load('id,name\n4,Dan\n', { mode: 'append', loadKey: 'Event-1' })).not.toHaveProperty('repeated');
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
      [3, 'Cleo'],
      [4, 'Dan'],
    ]);
    expect(records().map(({ load_id, status, row_count, source }) => [load_id, status, row_count, source])).toEqual(
      [
        ['event-1', 'done', 1, 'd-claims'],
        ['Event-1', 'done', 1, ''],
      ].sort(),
    );
    expect(await failureOf(load('id,name\n5,x\n', { mode: 'append', loadKey: 'x'.repeat(226) }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('225'),
    });
  });

  it('records a failure within the transaction', async () => {
    expect(
      await failureOf(load('id,name\n2,Beth\n', { mode: 'append', key: ['id'], saveLoadRecord: true })),
    ).toMatchObject({
      code: 'invalid-input',
    });
    expect(server.statements.slice(-8)).toEqual(expect.arrayContaining(['(rollback)', '(commit)']));
    expect(rows('pipewright_loads').filter(({ table_name: name }) => name === table)).toMatchObject([
      { status: 'failed' },
    ]);
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
    ]);
  });

  it('shows no rows before they are published', async () => {
    let seen: unknown;
    async function* slow() {
      yield Buffer.from(manyRows(30_000));
      await wait(50);
      seen = values();
      yield Buffer.from('30000,last\n');
    }
    await load(slow(), { mode: 'replace' });
    expect(seen).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
    ]);
    expect(rows()).toHaveLength(30_001);
  });

  it('is refused when another program changed the table during the load', async () => {
    async function* slow() {
      yield Buffer.from(manyRows(30_000));
      server.changeColumn(`dbo.${table}`, 'name', 'nvarchar(5)');
      yield Buffer.from('30000,last\n');
    }
    expect(await failureOf(load(slow(), { mode: 'replace' }))).toMatchObject({ code: 'conflict', retryable: true });
    expect(values()).toEqual([
      [1, 'Ada'],
      [2, 'Bob'],
    ]);
  });

  it('can be followed by another load on the same connection, also after a failure', async () => {
    const target = await openTarget(server.address({ encrypt: 'off' }));
    try {
      for (const csv of ['id,name\nx,y\n', `${manyRows(30_000)}"unended`, 'id,name\n3,\xff\n']) {
        await failureOf(
          loadIntoTable(csv.includes('\xff') ? one(Buffer.from(csv, 'latin1')) : inPieces(csv), target, {
            table,
            mode: 'replace',
          }),
        );
      }
      for (const mode of ['append', 'replace', 'append'] as const)
        await loadIntoTable(inPieces('id,name\n3,Cleo\n'), target, { table, mode });
      expect(await target.describe()).toBe('warehouse (loader)');
    } finally {
      await target.close();
    }
    expect(values()).toEqual([
      [3, 'Cleo'],
      [3, 'Cleo'],
    ]);
  });
});

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
