import type { SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { failureOf, useSqlServer } from './use-sql-server.ts';

const tests = useSqlServer();
const { load, values } = tests;
let server: SqlServer;
let table: string;
beforeEach(() => {
  ({ server, table } = tests);
});

/** A column type, values that it stores unchanged with their display form, and values that it would change. */
type Case = [
  type: string,
  taken: [written: string, held: unknown][],
  refused: [written: string, reason: string][],
  says?: Record<string, number>,
  collation?: string,
];

const cases: Case[] = [
  [
    'tinyint',
    [
      ['0', 0],
      ['255', 255],
      ['1.0', 1],
      ['+5', 5],
    ],
    [
      ['256', 'between 0 and 255'],
      ['-1', 'between 0 and 255'],
      ['1.5', 'integer'],
      ['007', 'leading zero'],
    ],
  ],
  ['smallint', [['-32768', -32_768]], [['32768', 'between']]],
  [
    'int',
    [['2147483647', 2_147_483_647]],
    [
      ['2147483648', 'between'],
      ['1e3', 'integer'],
      ['', ''],
    ],
  ],
  [
    'bigint',
    [
      ['9223372036854775807', 9_223_372_036_854_775_807n],
      ['-9223372036854775808', -9_223_372_036_854_775_808n],
      ['9007199254740993', 9_007_199_254_740_993n],
    ],
    [['9223372036854775808', 'between']],
  ],
  [
    'decimal(5,2)',
    [
      ['123.45', '123.45'],
      ['.5', '0.50'],
      ['1.5000', '1.50'],
    ],
    [
      ['1234', '3 digits before'],
      ['1.1255', '2 after'],
    ],
  ],
  [
    'money',
    [
      ['922337203685477.5807', '922337203685477.5807'],
      ['-922337203685477.5808', '-922337203685477.5808'],
      ['12.3450', '12.3450'],
    ],
    [
      ['922337203685477.5808', 'between -922337203685477.5808'],
      ['1.23456', '4 after'],
    ],
  ],
  [
    'smallmoney',
    [['214748.3647', '214748.3647']],
    [
      ['214748.3648', 'between -214748.3648'],
      ['-214748.3649', 'between'],
      ['999999', 'between'],
    ],
  ],
  [
    'float',
    [
      ['0.1', 0.1],
      ['1.5e3', 1500],
      ['0.30000000000000004', 0.300_000_000_000_000_04],
      ['123456789012345', 123_456_789_012_345],
    ],
    [
      ['9007199254740993', 'floating-point'],
      ['1e400', ''],
      ['1e-310', 'range of float'],
      ['NaN', 'not a number'],
      ['0x1F', 'not a number'],
      ['007', 'floating-point'],
    ],
  ],
  [
    'real',
    [
      ['0.1', Math.fround(0.1)],
      ['16777216', 16_777_216],
      ['123456', 123_456],
    ],
    [
      ['16777217', 'floating-point'],
      ['1e39', 'range of real'],
      ['1e-40', 'range of real'],
      ['0.123456789', 'floating-point'],
    ],
  ],
  [
    'bit',
    [
      ['true', 1],
      ['F', 0],
      ['1', 1],
      ['0', 0],
      ['no', 0],
    ],
    [
      ['2', 'boolean'],
      ['maybe', 'boolean'],
    ],
  ],
  [
    'date',
    [
      ['0001-01-01', '0001-01-01'],
      ['9999-12-31', '9999-12-31'],
    ],
    [
      ['2026-01-02 10:00:00', 'has a time of day, which would be lost'],
      ['01/02/03', 'date'],
      ['today', 'date'],
      ['20260102', 'date'],
      ['2026-02-30', 'date'],
    ],
  ],
  [
    'datetime',
    [
      ['2026-11-20 10:00:00', '2026-11-20 10:00:00.000'],
      ['2026-11-20T10:00:00.007', '2026-11-20 10:00:00.007'],
      ['2026-11-20 10:00:00.5', '2026-11-20 10:00:00.500'],
      ['9999-12-31 23:59:59.997', '9999-12-31 23:59:59.997'],
    ],
    [
      ['2026-11-20 10:00:00.001', 'milliseconds that datetime rounds'],
      ['2026-11-20 23:59:59.999', 'milliseconds that datetime rounds'],
      ['2026-11-20 10:00:00.0003', 'milliseconds that datetime rounds'],
      ['1752-12-31 10:00:00', 'before 1753'],
      ['2026-11-20 10:00:00Z', 'time zone'],
    ],
  ],
  [
    'smalldatetime',
    [
      ['2026-11-20 10:00', '2026-11-20 10:00:00'],
      ['2026-11-20 10:00:00.000', '2026-11-20 10:00:00'],
      ['2079-06-06 23:59', '2079-06-06 23:59:00'],
    ],
    [
      ['2026-11-20 10:00:29', 'seconds'],
      ['2026-11-20 10:00:00.5', 'seconds'],
      ['1899-12-31 10:00', 'before 1900'],
      ['2079-06-07 00:00', 'after 2079'],
    ],
  ],
  [
    'datetime2(0)',
    [
      ['2026-11-20 23:59:59', '2026-11-20 23:59:59'],
      ['2026-11-20 10:00:00.000', '2026-11-20 10:00:00'],
    ],
    [['2026-11-20 23:59:59.5', '0 fractional second digits']],
  ],
  [
    'datetime2(3)',
    [['2026-11-20 10:00:00.123', '2026-11-20 10:00:00.123']],
    [['2026-11-20 10:00:00.1235', '3 fractional second digits']],
  ],
  [
    'datetime2',
    [['2026-11-20 10:00:00.1234567', '2026-11-20 10:00:00.1234567']],
    [['2026-11-20 10:00:00.12345678', '7 fractional second digits']],
  ],
  [
    'datetimeoffset(0)',
    [
      ['2026-11-20 10:00:00+14:00', '2026-11-20 10:00:00 +14:00'],
      ['2026-11-20 10:00 UTC', '2026-11-20 10:00:00 +00:00'],
      ['2026-11-20T10:00:00 +0900', '2026-11-20 10:00:00 +09:00'],
    ],
    [
      ['2026-11-20 10:00:00.5Z', '0 fractional second digits'],
      ['2026-11-20 10:00:00+14:30', 'more than 14 hours'],
      ['0001-01-01 01:00:00+02:00', 'years 1 to 9999'],
      ['9999-12-31 23:00:00-01:00', 'years 1 to 9999'],
      ['2026-11-20 10:00:00', 'it has no time zone'],
    ],
  ],
  [
    'time(0)',
    [
      ['10:00', '10:00:00'],
      ['23:59:59', '23:59:59'],
    ],
    [
      ['10:00:00.7', '0 fractional second digits'],
      ['24:00', 'time of day'],
      ['10:00 PM', 'time of day'],
      ['10:00+02:00', 'time of day'],
    ],
  ],
  ['time', [['10:00:00.1234567', '10:00:00.1234567']], [['10:00:00.12345678', 'time of day']]],
  [
    'uniqueidentifier',
    [['8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', '8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C77']],
    [
      ['8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77x', 'uuid'],
      ['8a4b7f5e2a864b3d9a586f3f8f0f9c77', 'uuid'],
    ],
  ],
  [
    'nchar(4)',
    [
      ['ab', 'ab  '],
      ['abc ', 'abc '],
    ],
    [
      ['ab ', 'ends in a space'],
      ['abcde', '4 characters'],
      ['𝄞𝄞x', '4 characters'],
    ],
  ],
  [
    'char(4)',
    [['äb', 'äb  ']],
    [
      ['Ł', 'code page of the column (1252)'],
      ['a ', 'ends in a space'],
    ],
  ],
  [
    'nvarchar(3)',
    [
      ['abc', 'abc'],
      ['a  ', 'a  '],
      ['表', '表'],
    ],
    [
      ['abc  ', '3 characters'],
      ['𝄞𝄞', '3 characters'],
    ],
  ],
  [
    'varchar(3)',
    [['€äß', '€äß']],
    [
      ['abc  ', '3 characters'],
      ['Łód', 'code page'],
      ['😀', 'code page'],
    ],
  ],
  [
    'varchar(4)',
    [
      ['ää', 'ää'],
      ['表', '表'],
    ],
    [
      ['äää', '4 bytes in UTF-8'],
      ['𝄞a', '4 bytes'],
    ],
    {},
    'Latin1_General_100_CI_AS_SC_UTF8',
  ],
  ['varchar(5)', [['ab', 'ab']], [['ab ', 'ANSI_PADDING OFF']], { is_ansi_padded: 0 }],
  ['varchar(max)', [['é'.repeat(9000), 'é'.repeat(9000)]], [['Ł', 'code page']]],
  ['text', [['é', 'é']], [['Ł', 'code page']]],
  ['ntext', [['表𝄞', '表𝄞']], []],
  [
    'varbinary(2)',
    [
      ['0x', '0x'],
      ['0x00fF', '0x00FF'],
    ],
    [
      ['0x000000', 'more than 2 bytes'],
      ['00FF', 'binary data'],
      ['0xF', 'binary data'],
    ],
  ],
  ['varbinary(max)', [['0xDEADBEEF', '0xDEADBEEF']], [['abc', 'binary data']]],
  ['binary(2)', [['0x0001', '0x0001']], [['0x01', 'does not have 2 bytes']]],
];

describe('A column of SQL Server', () => {
  it.each(cases)(
    '%s stores values unchanged, and refuses by line those that it would change',
    async (type, taken, refused, says = {}, collation = undefined) => {
      server.table(`dbo.${table}`, [
        { name: 'id', type: 'int' },
        { name: 'value', type, says, ...(collation ? { collation } : {}) },
      ]);
      const dataset = (written: readonly string[]): string =>
        `id,value\n${written.map((value, index) => `${index},"${value}"`).join('\n')}\n`;
      await load(dataset(taken.map(([written]) => written)), { mode: 'append' });
      const exact = (value: unknown): string => `${typeof value === 'string' ? 'text ' : ''}${String(value)}`;
      expect(values().map((row) => exact(row[1]))).toEqual(taken.map(([, held]) => exact(held)));
      for (const [written, reason] of refused.filter(([value]) => value !== '')) {
        for (const mode of ['append', 'replace', 'upsert'] as const) {
          server.statements.length = 0;
          const failure = await failureOf(load(dataset([taken[0]?.[0] ?? '', written]), { mode, key: ['id'] }));
          expect(failure).toMatchObject({
            code: 'invalid-input',
            message: expect.stringContaining('line 3 has a value in the column “value” that'),
          });
          expect(failure.message).toContain(reason);
          expect(server.statements).not.toContain('(begin)');
        }
      }
      expect(values()).toHaveLength(taken.length);
      const all = [
        ...taken.map(([written]) => written),
        ...refused.map(([written]) => written).filter((written) => written !== ''),
      ];
      expect(await load(dataset(all), { mode: 'replace', maxRejectedRows: all.length })).toMatchObject({
        rows: taken.length,
        rejected: all.length - taken.length,
      });
    },
  );

  it.each<[string, string, Record<string, number>, string]>([
    ['xml', 'xml', {}, 'has the type xml'],
    ['sql_variant', 'sql_variant', {}, 'has the type sql_variant'],
    ['hierarchyid', 'hierarchyid', {}, 'has the type hierarchyid'],
    ['geography', 'geography', {}, 'has the type geography'],
    ['geometry', 'geometry', {}, 'has the type geometry'],
    ['json', 'json', {}, 'has the type json'],
    ['vector', 'vector', {}, 'has the type vector'],
    ['image', 'image', {}, 'has the type image'],
    ['that is encrypted', 'nvarchar(20)', { encryption_type: 2 }, 'is encrypted with Always Encrypted'],
    ['that is a column set', 'xml', { is_column_set: 1 }, 'is a column set'],
  ])('%s is refused with its name, in every mode', async (_case, type, says, reason) => {
    server.table(`dbo.${table}`, [
      { name: 'id', type: 'int' },
      { name: 'value', type, nullable: false, says },
    ]);
    for (const options of [
      { mode: 'append' },
      { mode: 'replace' },
      { mode: 'append', onSchemaChange: 'evolve' },
    ] as const) {
      expect(await failureOf(load('id,value\n1,x\n', options))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(`The column “value” of the table “${table}” ${reason}`),
        hint: expect.stringContaining('The table was not changed'),
      });
    }
    expect(server.statements.join('\n')).not.toContain('(bulk');
  });

  it.each<[string, string, Record<string, number>]>([
    ['a period of a temporal table', 'datetime2(7)', { generated_always_type: 1 }],
    ['hidden', 'datetime2(7)', { is_hidden: 1 }],
    ['a version of the row', 'timestamp', {}],
  ])('that is %s is generated: a dataset with it is refused, one without it is loaded', async (_case, type, says) => {
    server.table(`dbo.${table}`, [
      { name: 'id', type: 'int' },
      { name: 'value', type, says },
    ]);
    expect(await failureOf(load('id,value\n1,x\n', { mode: 'append' }))).toMatchObject({
      code: 'columns-missing',
      message: expect.stringContaining('“value”'),
    });
    expect(await failureOf(load('id,value\n1,x\n', { mode: 'append', onSchemaChange: 'evolve' }))).toMatchObject({
      code: 'columns-missing',
    });
    expect(await load('id\n1\n', { mode: 'replace' })).toMatchObject({ rows: 1 });
  });

  it('that is sparse or masked stores values like any other', async () => {
    server.table(`dbo.${table}`, [
      { name: 'id', type: 'int' },
      { name: 'value', type: 'nvarchar(20)', says: { is_masked: 1 } },
    ]);
    await load('id,value\n1,x\n', { mode: 'append' });
    expect(values()).toEqual([[1, 'x']]);
    expect(
      await failureOf(load(`id,value\n1,${'x'.repeat(21)}\n`, { mode: 'append', onSchemaChange: 'evolve' })),
    ).toMatchObject({ code: 'conflict', message: expect.stringContaining('is masked') });
  });
});

describe('A new column of SQL Server', () => {
  it('infers its type although some values are quoted and empty: they are NULL', async () => {
    await load('id,day,word\n1,"2026-11-20","x"\n2,"",""\n');
    expect(tests.types()).toMatchObject({ day: 'date', word: 'nvarchar(max)' });
    expect(values()).toEqual([
      [1, '2026-11-20', 'x'],
      [2, null, ''],
    ]);
  });

  it('can have a name that is shortened to 128 characters', async () => {
    const name = 'x'.repeat(140);
    await load(`${name}\n1\n`, { shortenNames: true });
    expect(Object.keys(tests.types())[0]).toHaveLength(128);
    expect(await failureOf(load(`${name}\n1\n`, { table: `${table}_2` }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('128 characters'),
    });
  });
});
