import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { affinityOf } from '../../../shared/src/databases/sqlite/sqlite-affinity.ts';
import { loadCsv } from '../load-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-sqlite-types-'));
const file = join(folder, 'test.db');
const database = new DatabaseSync(file);
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const load = (csv: string, options: Parameters<typeof loadCsv>[2]) => loadCsv(`sqlite:${file}`, csv, options);
const read = (table: string): unknown[][] => {
  const rows = database.prepare(`SELECT * FROM "${table}"`);
  rows.setReadBigInts(true);
  return rows
    .all()
    .map((row) => Object.values(row).map((value) => (typeof value === 'bigint' ? String(value) : value)));
};
let tables = 0;
/** The value of a column of a declared type after an append. */
async function stored(
  declaration: string,
  value: string,
  after = '',
  options: Partial<Parameters<typeof loadCsv>[2]> = {},
): Promise<unknown> {
  const table = `t${(tables += 1)}`;
  database.exec(`CREATE TABLE ${table} (v ${declaration}) ${after}`);
  await load(`v\n"${value.replaceAll('"', '""')}"\n`, { table, mode: 'append', ...options });
  return read(table)[0]?.[0];
}

it.each([
  ['INTEGER', false, 'INTEGER'],
  ['BIGINT', false, 'INTEGER'],
  ['POINT', false, 'INTEGER'],
  ['CHARINT', false, 'INTEGER'],
  ['VARCHAR(20)', false, 'TEXT'],
  ['CLOB', false, 'TEXT'],
  ['nvarchar(5)', false, 'TEXT'],
  ['BLOB', false, 'BLOB'],
  ['', false, 'BLOB'],
  ['REAL', false, 'REAL'],
  ['double precision', false, 'REAL'],
  ['FLOAT', false, 'REAL'],
  ['STRING', false, 'NUMERIC'],
  ['DATETIME', false, 'NUMERIC'],
  ['ANY', false, 'NUMERIC'],
  ['ANY', true, 'BLOB'],
])('The type “%s” (STRICT: %s) has the affinity %s', (declared, strict, affinity) => {
  expect(affinityOf(declared, strict)).toBe(affinity);
  if (strict) return;
  // How SQLite stores a number in a text reveals the affinity.
  database.exec(`CREATE TABLE probe (v ${declared}); INSERT INTO probe VALUES ('1')`);
  const { type } = database.prepare('SELECT typeof(v) AS type FROM probe').get() as { type: string };
  database.exec('DROP TABLE probe');
  expect(type).toBe({ INTEGER: 'integer', NUMERIC: 'integer', REAL: 'real', TEXT: 'text', BLOB: 'text' }[affinity]);
});

it.each<[declaration: string, value: string, stored: unknown, after?: string]>([
  ['DATE', '', null],
  ['DATETIME', '', null],
  ['TIME', '', null],
  ['DOUBLE', '', null],
  ['INT', '', null],
  ['VARCHAR(9)', '', ''],
  ['BIGINT', '9223372036854775807', '9223372036854775807'],
  ['INT', '1.0', '1'],
  ['INT', '+5', '5'],
  ['TINYINT', '255', '255'],
  ['TINYINT(1)', 'true', '1'],
  ['TINYINT(1)', '0', '0'],
  ['NUMERIC', '123456789012345678', '123456789012345678'],
  ['NUMERIC', '1234567890123.45', 1234567890123.45],
  ['DECIMAL(10,2)', '12345678.90', 12345678.9],
  ['DOUBLE', '0.30000000000000004', 0.30000000000000004],
  ['REAL', '1.5e-7', 1.5e-7],
  ['REAL', '16777217', 16777217],
  ['BOOLEAN', 'T', '1'],
  ['BOOLEAN', '0', '0'],
  ['DATE', '2026-11-20', '2026-11-20'],
  ['DATETIME', '2026-11-20 08:00:00 UTC', '2026-11-20 08:00:00 UTC'],
  ['TIMESTAMP', '1795860000', '1795860000'],
  ['TIME', '08:00:00.5', '08:00:00.5'],
  ['STRING', 'a text', 'a text'],
  ['STRING', '123', '123'],
  ['VARCHAR(3)', 'äö😀', 'äö😀'],
  ['CHAR(5)', '00123', '00123'],
  ['BLOB', '00123', '00123'],
  ['', '1.50', '1.50'],
  ['ANY', '00123', '00123', 'STRICT'],
  ['REAL', '2', 2, 'STRICT'],
  ['INT', '2.0', '2', 'STRICT'],
])('A column %s stores %s as %s', async (declaration, value, expected, after = '') => {
  expect(await stored(declaration, value, after)).toBe(expected);
  expect(await stored(declaration, value, after, { onSchemaChange: 'evolve' })).toBe(expected);
});

it.each<[declaration: string, value: string, reason: RegExp, after?: string]>([
  ['INT', 'abc', /is not an integer/],
  ['INTEGER', '01067', /leading zero/],
  ['INT', '1.5', /is not an integer/],
  ['BIGINT', '9223372036854775808', /is not between/],
  ['BIGINT', '123456789012345678901234567890', /integer|between/],
  ['SMALLINT', '40000', /is not between -32768 and 32767/],
  ['TINYINT', '256', /is not between/],
  ['BIGINT UNSIGNED', '-1', /is not between 0/],
  ['NUMERIC', '123456789012345678.12', /more than 15 digits/],
  ['NUMERIC', '12345678901234567890123456789.5', /more than 15 digits/],
  ['DECIMAL', '0.1234567890123456', /more than 15 digits/],
  ['NUMERIC', '9223372036854775808', /more than 15 digits/],
  ['DECIMAL(10,2)', '12.3456', /8 digits before the decimal point or 2 after/],
  ['DECIMAL(5)', '1.5', /5 digits before the decimal point or 0 after/],
  ['REAL', '123456789012345678.12', /floating-point/],
  ['DOUBLE PRECISION', '9007199254740993', /floating-point/],
  ['FLOAT', '1e400', /floating-point/],
  ['FLOAT', '1e-400', /floating-point/],
  ['REAL', '007', /floating-point/],
  ['REAL', 'NaN', /floating-point/],
  ['BOOLEAN', 'maybe', /is not a boolean/],
  ['BOOLEAN', '2', /is not a boolean/],
  ['DATE', '2026-02-30', /is not a date/],
  ['DATE', '2026-01-02 23:59:59', /is not a date/],
  ['DATE', '01/02/03', /is not a date/],
  ['DATETIME', '2026-13-01 10:00', /is not a date and time/],
  ['TIMESTAMP(0)', '2026-01-02 10:00:00.5', /more than 0 fractional second digits/],
  ['TIME', '25:00', /is not a time of day/],
  ['STRING', '00123', /would be changed: SQLite converts/],
  ['STRING', '1.10', /would be changed: SQLite converts/],
  ['UUID', '12345678901234567890123456789012', /would be changed: SQLite converts/],
  ['ANY', ' 5', /would be changed: SQLite converts/],
  ['INTERVAL', '007', /would be changed: SQLite converts/],
  ['VARCHAR(3)', 'abcd', /more than 3 characters/],
  ['TEXT(2)', 'abc', /more than 2 characters/],
  ['BLOB', 'x', /accepts bytes \(BLOB\) only/, 'STRICT'],
  ['REAL', 'abc', /floating-point/, 'STRICT'],
])('A column %s refuses %s', async (declaration, value, reason, after = '') => {
  for (const onSchemaChange of ['fail', 'evolve'] as const) {
    await expect(stored(declaration, value, after, { onSchemaChange })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(reason),
    });
  }
  // With rejected rows allowed, the row is rejected and reported, and the other one is loaded.
  const table = `t${(tables += 1)}`;
  database.exec(`CREATE TABLE ${table} (v ${declaration}, w INTEGER) ${after}`);
  const result = await load(`v,w\n"${value}",1\n,2\n`, { table, mode: 'replace', maxRejectedRows: 1 });
  expect(result).toMatchObject({ rows: 1, rejected: 1, rejects: [{ line: 2, column: 'v', value }] });
  expect(read(table)).toEqual([[null, '2']]);
});

describe('A table that a load created', () => {
  it.each(['append', 'replace', 'evolve'] as const)(
    'refuses a code with leading zeros where the first file had integers: %s',
    async (way) => {
      const table = `codes_${way}`;
      await load('code,n\n80331,1\n', { table });
      const options = way === 'evolve' ? ({ mode: 'append', onSchemaChange: 'evolve' } as const) : { mode: way };
      await expect(load('code,n\n01067,2\n', { table, ...options })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('leading zero'),
      });
      expect(read(table)).toEqual([['80331', '1']]);
    },
  );

  it('refuses decimals with more digits than it stores', async () => {
    await load('id,amount\n1,1.10\n2,2.25\n', { table: 'amounts' });
    await expect(
      load('id,amount\n3,123456789012345678.12\n4,12345678901234567890123456789.5\n', {
        table: 'amounts',
        mode: 'append',
      }),
    ).rejects.toMatchObject({ code: 'invalid-input' });
    expect(read('amounts')).toEqual([
      ['1', 1.1],
      ['2', 2.25],
    ]);
  });

  it.each(['fail', 'evolve'] as const)('matches columns that differ in case only (%s)', async (onSchemaChange) => {
    const table = `cased_${onSchemaChange}`;
    await load('id,Name\n1,Ada\n', { table });
    await load('ID,name\n2,Bob\n', { table, mode: 'append', onSchemaChange });
    await load('iD,NAME\n2,Cleo\n', { table, mode: 'upsert', key: ['Id'], onSchemaChange });
    expect(read(table)).toEqual([
      ['1', 'Ada'],
      ['2', 'Cleo'],
    ]);
    expect(
      database
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => name),
    ).toEqual(['id', 'Name']);
  });

  it('stores an empty text as NULL in a number column, and keeps it where the column becomes text', async () => {
    await load('n,d,b,w,t\n"1","1.5","true","2026-11-20","x"\n"","","","",""\n', { table: 'blanks' });
    expect(read('blanks')).toEqual([
      ['1', 1.5, '1', '2026-11-20', 'x'],
      [null, null, null, null, ''],
    ]);
    const early = '"7","x"\n'.repeat(30_000);
    await load(`n,t\n${early}"","x"\n"8","x"\n`, { table: 'late_blanks' });
    expect(
      database
        .prepare('SELECT n, typeof(n) AS type, count(*) AS rows FROM late_blanks GROUP BY n ORDER BY n')
        .all()
        .map((row) => Object.values(row)),
    ).toEqual([
      [null, 'null', 1],
      [7, 'integer', 30_000],
      [8, 'integer', 1],
    ]);
    await load(`n,t\n${early}"","x"\n"abc","x"\n`, { table: 'blank_texts' });
    expect(
      database
        .prepare('SELECT n, count(*) AS rows FROM blank_texts GROUP BY n ORDER BY n')
        .all()
        .map((row) => Object.values(row)),
    ).toEqual([
      ['', 1],
      ['7', 30_000],
      ['abc', 1],
    ]);
  });

  it('stores the text of new columns when rows are merged', async () => {
    await load('id,a\n1,x\n2,y\n', { table: 'widened' });
    const lines = Array.from({ length: 30_000 }, (_, index) => `${index + 2},z,${index}`);
    await load(`id,a,extra\n${lines.join('\n')}\n1,x,n/a\n`, {
      table: 'widened',
      mode: 'upsert',
      key: ['id'],
      onSchemaChange: 'evolve',
    });
    expect(
      database
        .prepare('SELECT id, extra FROM widened WHERE id IN (1, 2, 3) ORDER BY id')
        .all()
        .map((row) => Object.values(row)),
    ).toEqual([
      [1, 'n/a'],
      [2, '0'],
      [3, '1'],
    ]);
  });
});
