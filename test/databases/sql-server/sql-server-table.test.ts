import type { LoadOptions } from '../../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { Fault } from '../../doubles/sql-server/fault.ts';
import type { SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { loadCsv } from '../load-csv.ts';
import { failureOf, useSqlServer, withServer } from './use-sql-server.ts';

const tests = useSqlServer();
const { load, values, types } = tests;
let server: SqlServer;
let table: string;
beforeEach(() => {
  ({ server, table } = tests);
});
const upsert = { mode: 'upsert', key: ['id'] } as const;

describe('An existing table of SQL Server', () => {
  const loadInto = (csv: string, options: Partial<LoadOptions> = {}) => load(csv, { mode: 'append', ...options });

  it('does not require identity, computed and default columns in the dataset', async () => {
    server.table(`dbo.${table}`, [
      { name: 'number', type: 'int', nullable: false, identity: true },
      { name: 'name', type: 'nvarchar(20)', nullable: false },
      { name: 'state', type: 'varchar(10)', nullable: false, standard: "'new'" },
      { name: 'twice', type: 'nvarchar(40)', computed: true },
      { name: 'version', type: 'timestamp', nullable: false },
    ]);
    await loadInto('name\nAda\nBob\n', { mode: 'replace' });
    expect(values()).toEqual([
      [1, 'Ada', 'new'],
      [2, 'Bob', 'new'],
    ]);
    await loadInto('number,name\n7,Cleo\n');
    await loadInto('name\nDan\n');
    expect(values()).toEqual([
      [1, 'Ada', 'new'],
      [2, 'Bob', 'new'],
      [7, 'Cleo', 'new'],
      [8, 'Dan', 'new'],
    ]);
    expect(await failureOf(loadInto('name,twice\nEve,x\n'))).toMatchObject({
      code: 'columns-missing',
      message: expect.stringContaining('generates that column itself'),
    });
    expect(await failureOf(loadInto('state\nold\n'))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining("'name'"),
    });
  });

  it('has its own types, whose values are checked before the transaction begins', async () => {
    server.table(`dbo.${table}`, [
      { name: 'small', type: 'tinyint' },
      { name: 'price', type: 'money' },
      { name: 'ratio', type: 'float' },
      { name: 'at', type: 'datetime' },
      { name: 'code', type: 'varchar(5)' },
      { name: 'exact', type: 'decimal(5,2)' },
    ]);
    await loadInto('small,price,ratio,at,code,exact\n255,12.3456,1.5e3,2026-11-20T10:00:00.5,ab-ü,-123.4\n');
    expect(values()).toEqual([[255, '12.3456', 1500, '2026-11-20 10:00:00.500', 'ab-ü', '-123.40']]);
    for (const [name, value, expected] of [
      ['small', '256', 'not between 0 and 255'],
      ['small', '-1', 'not between'],
      ['price', '1.23456', '4 after it'],
      ['exact', '1234', 'more than 3 digits'],
      ['exact', '1.1255', '2 after it'],
      ['ratio', 'much', '“ratio” that is not a number'],
      ['at', '1752-12-31 10:00', 'is before 1753-01-01'],
      [
        'code',
        'Łódź',
        'line 2 has a value in the column “code” that has a character that the code page of the column (1252) lacks',
      ],
      ['code', 'abcdef', 'more than 5 characters'],
    ]) {
      server.forget();
      expect(await failureOf(loadInto(`${name}\n${value}\n`))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(String(expected)),
      });
      expect(server.statements).not.toContain('(begin)');
    }
    expect(values()).toHaveLength(1);
  });

  it.each(['CASCADE', 'SET NULL'] as const)(
    'refuses a replacement that would change another table: %s',
    async (action) => {
      server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[1]], { key: ['a'] });
      server.table(`sales.${table}`, [{ name: 'a', type: 'int' }], [[1]], {
        references: { column: 'a', table: `dbo.${table}`, action },
      });
      expect(await failureOf(loadInto('a\n1\n', { mode: 'replace' }))).toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(`[sales].[${table}]`),
      });
      expect(server.rows(`sales.${table}`)).toEqual([{ a: 1 }]);
      await loadInto('a\n2\n', { mode: 'append' });
    },
  );

  it('is unchanged when other rows reference its rows, a key is repeated, or an index ignores rows', async () => {
    server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[1]], { key: ['a'] });
    server.table(`sales.${table}`, [{ name: 'a', type: 'int' }], [[1]], {
      references: { column: 'a', table: `dbo.${table}` },
    });
    server.table(`dbo.${table}_passing`, [{ name: 'a', type: 'int' }], [[1]], { key: ['a'], ignoresDuplicates: true });
    expect(await failureOf(loadInto('a\n1\n', { mode: 'replace' }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('error 547'),
    });
    expect(await failureOf(loadInto('a\n1\n'))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('error 2627'),
    });
    expect(await failureOf(loadInto('a\n1\n2\n', { table: `${table}_passing` }))).toMatchObject({
      code: 'unexpected-response',
      message: 'SQL Server changed 1 rows instead of 2.',
    });
    expect([values(), values(`${table}_passing`)]).toEqual([[[1]], [[1]]]);
  });

  it('is refused when it is a view', async () => {
    server.view(`dbo.${table}`);
    expect(await failureOf(loadInto('a\n1\n'))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is not a table'),
    });
  });

  it('accepts 1 and 0 for a bit, and nothing else', async () => {
    server.table(`dbo.${table}`, [{ name: 'flag', type: 'bit' }], []);
    await load('flag\n1\n0\nTRUE\nfalse\n', { mode: 'append' });
    expect(values()).toEqual([[0], [0], [1], [1]]);
    expect(await failureOf(load('flag\n2\n', { mode: 'append' }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('line 2'),
    });
    expect(await failureOf(load('flag\nmaybe\n', { mode: 'append' }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is not a boolean'),
    });
  });
});

describe('A table of SQL Server that evolves', () => {
  const evolve = { mode: 'append', onSchemaChange: 'evolve' } as const;

  it('gets new columns, and wider types that keep NULL and collation', async () => {
    server.table(
      `dbo.${table}`,
      [
        { name: 'id', type: 'smallint', nullable: false },
        { name: 'paid', type: 'decimal(6,2)' },
        { name: 'whole', type: 'int' },
        { name: 'name', type: 'nvarchar(3)', collation: 'Latin1_General_CS_AS', nullable: false },
        { name: 'flag', type: 'bit' },
      ],
      [[1, '1234.50', 5, 'Ada', 1]],
    );
    await load('id,paid,whole,name,flag,day\n70000,0.0625,0.5,Beth,maybe,2026-11-20\n', evolve);
    expect(types()).toEqual({
      id: 'bigint NOT NULL',
      paid: 'decimal(19,4)',
      whole: 'decimal(19,1)',
      name: 'nvarchar(max) NOT NULL',
      flag: 'nvarchar(max)',
      day: 'date',
    });
    expect(values()).toEqual([
      [1, '1234.5000', '5.0', 'Ada', 'true', null],
      [70_000, '0.0625', '0.5', 'Beth', 'maybe', '2026-11-20'],
    ]);
    expect(server.statements).toContain(
      `ALTER TABLE [dbo].[${table}] ALTER COLUMN [name] nvarchar(max) COLLATE Latin1_General_CS_AS NOT NULL`,
    );
  });

  it('keeps its types where every value fits, also in an upsert', async () => {
    server.table(
      `dbo.${table}`,
      [
        { name: 'id', type: 'int' },
        { name: 'paid', type: 'money' },
      ],
      [[1, '1.0000']],
    );
    expect(await load('id,paid,note\n1,2.5,x\n2,3,y\n', { ...evolve, ...upsert })).toMatchObject({
      updated: 1,
      inserted: 1,
    });
    expect(types()).toEqual({ id: 'int', paid: 'money', note: 'nvarchar(max)' });
    expect(values()).toEqual([
      [1, '2.5000', 'x'],
      [2, '3.0000', 'y'],
    ]);
  });

  it('is unchanged when no decimal is wide enough', async () => {
    server.table(`dbo.${table}`, [{ name: 'paid', type: 'decimal(38,2)' }], [['1.00']]);
    expect(await failureOf(load('paid\n0.125\n', evolve))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('more than 38 digits'),
    });
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

  it('are returned once each, as a dataset writes them', async () => {
    server.table(
      `dbo.${table}`,
      [
        { name: 'word', type: 'nvarchar(10)' },
        { name: 'flag', type: 'bit' },
        { name: 'id', type: 'uniqueidentifier' },
      ],
      [
        ['a', 1, 'AB'],
        ['A', 0, null],
        ['a', 1, null],
        [null, null, null],
      ],
    );
    expect(await read(table, 'word')).toEqual(['A', 'a']);
    expect(await read(`dbo.${table}`, 'FLAG')).toEqual(['false', 'true']);
    expect(await read(table, 'id')).toEqual(['ab']);
    expect(await failureOf(read(`${table}_none`, 'id'))).toMatchObject({ code: 'table-missing' });
    expect(await failureOf(read(table, 'other'))).toMatchObject({ code: 'columns-missing' });
  });
});

describe('Existing values of SQL Server, when a column becomes text,', () => {
  it.each([
    ['datetime', '2026-11-20 10:00:00.500', '2026-11-20 10:00:00.500'],
    ['datetime', '2026-11-20 23:59:59.997', '2026-11-20 23:59:59.997'],
    ['smalldatetime', '2026-11-20 10:05:00', '2026-11-20 10:05:00'],
    ['datetime2(3)', '2026-11-20 10:00:00.120', '2026-11-20 10:00:00.120'],
    ['datetimeoffset(0)', '2026-11-20 10:00:00 +01:30', '2026-11-20 10:00:00+01:30'],
    ['date', '2026-11-20', '2026-11-20'],
    ['money', '12.3456', '12.3456'],
    ['smallmoney', '-0.0001', '-0.0001'],
    ['decimal(9,3)', '1.500', '1.500'],
    ['int', 5, '5'],
    ['bit', 1, 'true'],
    ['uniqueidentifier', '8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C77', '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77'],
  ])('keep every digit of %s: %s', async (type, before, after) => {
    server.table(
      `dbo.${table}`,
      [
        { name: 'id', type: 'int' },
        { name: 'v', type },
      ],
      [
        [1, before],
        [2, null],
      ],
    );
    await load('id,v\n3,"n/a "\n4,\n', { mode: 'append', onSchemaChange: 'evolve' });
    expect(types()).toEqual({ id: 'int', v: 'nvarchar(max)' });
    expect(values()).toEqual([
      [1, after],
      [2, null],
      [3, 'n/a '],
      [4, null],
    ]);
  });

  it('keep types without an exact text, and refuse values that do not fit', async () => {
    server.table(
      `dbo.${table}`,
      [
        { name: 'ratio', type: 'float' },
        { name: 'at', type: 'time(0)' },
        { name: 'when', type: 'datetime' },
      ],
      [[0.1, '10:00:00', '2026-11-20 10:00:00.003']],
    );
    for (const [name, value] of [
      ['ratio', 'n/a'],
      ['at', '10:00:00.7'],
      ['when', '2026-11-20 10:00:00.001'],
    ]) {
      expect(await failureOf(load(`${name}\n${value}\n`, { mode: 'append', onSchemaChange: 'evolve' }))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(String(name)),
        hint: expect.stringContaining('The table was not changed'),
      });
    }
    expect(types()).toEqual({ ratio: 'float', at: 'time(0)', when: 'datetime' });
    expect(values()).toEqual([[0.1, '10:00:00', '2026-11-20 10:00:00.003']]);
  });

  it('get room for more fraction digits, larger amounts, and every character', async () => {
    server.table(
      `dbo.${table}`,
      [
        { name: 'at', type: 'datetime2(0)' },
        { name: 'paid', type: 'smallmoney' },
        { name: 'word', type: 'varchar(5)' },
      ],
      [['2026-11-20 10:00:00', '1.5000', 'é']],
    );
    await load('at,paid,word\n2026-11-20 10:00:00.25,300000.5,Łódź\n', { mode: 'append', onSchemaChange: 'evolve' });
    expect(types()).toEqual({ at: 'datetime2(2)', paid: 'decimal(19,4)', word: 'nvarchar(max)' });
    expect(values()).toEqual([
      ['2026-11-20 10:00:00.00', '1.5000', 'é'],
      ['2026-11-20 10:00:00.25', '300000.5000', 'Łódź'],
    ]);
  });

  it('keep the text of the dataset, whichever row changed the type', async () => {
    server.table(
      `dbo.${table}`,
      [
        { name: 'id', type: 'int' },
        { name: 'v', type: 'int' },
      ],
      [[0, 7]],
    );
    const written = ['+5', '1.0', '8', '-3', 'TRUE', '2026-01-01T00:00Z', '007', '1.50', 'abc'];
    await load(`id,v\n${written.map((value, index) => `${index + 1},${value}`).join('\n')}\n`, {
      mode: 'append',
      onSchemaChange: 'evolve',
    });
    expect(values()).toEqual([[0, '7'], ...written.map((value, index) => [index + 1, value])]);
  });
});

describe('A dataset of many columns', () => {
  const names = Array.from({ length: 600 }, (_, index) => `column_${index}`);
  const row = (id: number): string =>
    `${id},${names.map((_name, index) => `${1 + (id % 9)}23456789012345${index}.25`).join(',')}`;
  const held = (id: number): unknown[] => [
    id,
    ...names.map((_name, index) => `${1 + (id % 9)}23456789012345${index}.25`),
  ];

  it('is loaded although a row of its texts does not fit one staging table', async () => {
    const csv = `id,${names.join(',')}\n${[1, 2, 3].map(row).join('\n')}\n`;
    await load(csv, { key: ['id'] });
    expect(values().map((found) => found.map(String))).toEqual([1, 2, 3].map((id) => held(id).map(String)));
    expect(
      await load(`id,${names.join(',')}\n${[3, 4].map(row).join('\n')}\n`, { mode: 'upsert', key: ['id'] }),
    ).toMatchObject({ updated: 1, inserted: 1 });
    expect(values()).toHaveLength(4);
    expect(
      await load(`id,${names.join(',')}\n${Array.from({ length: 300 }, (_, index) => row(index + 5)).join('\n')}\n`, {
        mode: 'append',
      }),
    ).toMatchObject({ rows: 300 });
    expect(values()).toHaveLength(304);
  });

  it('is refused when a row is longer than SQL Server allows', async () => {
    server.fail({
      at: 'statement',
      matching: /^INSERT INTO/,
      fault: new Fault(
        511,
        'Cannot create a row of size 9000 which is greater than the allowable maximum row size of 8060.',
      ),
    });
    expect(await failureOf(load('a\n1\n'))).toMatchObject({
      code: 'invalid-input',
      hint: expect.stringContaining('8,060 bytes'),
    });
    expect(types()).toEqual({});
  });
});

describe('A table of SQL Server that cannot be loaded', () => {
  it.each<[string, Record<string, number>, string]>([
    ['memory-optimized', { is_memory_optimized: 1 }, 'is memory-optimized'],
    ['external', { is_external: 1 }, 'is an external table'],
    ['the history of a temporal table', { temporal_type: 1 }, 'is the history of a temporal table'],
  ])('is refused before rows are sent when it is %s', async (_case, says, expected) => {
    server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[1]], { says });
    expect(await failureOf(load('a\n2\n', { mode: 'replace' }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(expected),
    });
    expect(server.statements.join('\n')).not.toMatch(/bulk|TABLOCKX/);
    expect(values()).toEqual([[1]]);
  });

  it('is hidden from the user: the missing permission is named, and the error is not retryable', async () => {
    server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[1]]);
    server.hidden.add(`dbo.${table}`);
    const failure = await failureOf(load('a\n2\n', { mode: 'append' }));
    expect(failure).toMatchObject({
      code: 'forbidden',
      retryable: false,
      message: expect.stringContaining('has no permission to see it'),
      hint: expect.stringContaining(`GRANT SELECT, INSERT, UPDATE, DELETE, VIEW DEFINITION ON [dbo].[${table}]`),
    });
    expect(values()).toEqual([[1]]);
  });

  it.each([
    ['INSERT', 'append'],
    ['DELETE', 'replace'],
  ] as const)('needs the permission %s, which is named before a row is sent', async (right, mode) => {
    server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[1]]);
    server.denied.add(right);
    expect(await failureOf(load('a\n2\n', { mode }))).toMatchObject({
      code: 'forbidden',
      retryable: false,
      message: `The database user has no ${right} permission on [dbo].[${table}].`,
      hint: expect.stringContaining(`GRANT ${right} ON [dbo].[${table}]`),
    });
    expect(server.statements.join('\n')).not.toContain('(bulk');
  });

  it('was created by another program during the load: the error is retryable', async () => {
    server.fail({
      at: 'statement',
      matching: /^CREATE TABLE \[/,
      fault: new Fault(2714, 'There is already an object named that.'),
    });
    async function* source() {
      yield Buffer.from('a\n1\n');
      server.table(`dbo.${table}`, [{ name: 'a', type: 'int' }], [[7]]);
    }
    expect(await failureOf(load(source()))).toMatchObject({ code: 'table-exists', retryable: true });
    expect(values()).toEqual([[7]]);
  });

  it.each([[-1], [-2], [-3], [-999]])(
    'is busy when the lock of the record table is not granted (%s), and nothing is created',
    async (got) => {
      await withServer({ longestLockWait: 50 }, async (other) => {
        const holder = {};
        await other.locks.take('pipewright records', holder, 0);
        other.locks.refusal = got;
        const failure = await failureOf(
          loadCsv(other.address({ encrypt: 'off' }), 'a\n1\n', { table, saveLoadRecord: true }),
        );
        expect(failure).toMatchObject({
          code: 'busy',
          retryable: true,
          message: expect.stringContaining('pipewright_loads'),
        });
        expect([other.types(`dbo.${table}`), other.types('dbo.pipewright_loads')]).toEqual([{}, {}]);
        other.locks.releaseAll(holder);
        expect(
          await loadCsv(other.address({ encrypt: 'off' }), 'a\n1\n', { table, saveLoadRecord: true }),
        ).toMatchObject({
          rows: 1,
        });
      });
    },
  );
});
