import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../shared/src/datasets/node/open-target.ts';
import type { SqlServer } from '../sandbox/sql-server/sql-server.ts';
import { failureOf, useSqlServer } from './use-sql-server.ts';

const tests = useSqlServer();
const { load, values, types } = tests;
let server: SqlServer;
let table: string;
beforeEach(() => {
  ({ server, table } = tests);
});
const upsert = { mode: 'upsert', key: ['id'] } as const;

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
    expect(await failureOf(loadInto('name,twice\nEve,x\n'))).toMatchObject({ code: 'columns-missing', message: expect.stringContaining('calculates “twice” itself') });
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
      ['ratio', 'much', '“ratio” that is not a number'], ['at', '1752-12-31 10:00', 'is before 1753-01-01'], ['code', 'Łódź', 'line 2 has a value in the column “code” that has a character that the code page of the column (1252) does not have'], ['code', 'abcdef', 'more than 5 characters'],
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
    expect(await failureOf(load('flag\nmaybe\n', { mode: 'append' }))).toMatchObject({ code: 'bad-input', message: expect.stringContaining('is not a boolean') });
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
