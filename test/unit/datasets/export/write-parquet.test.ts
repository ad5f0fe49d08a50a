import { writeFileSync } from 'node:fs';
import { exportRows } from '../../../../shared/src/datasets/export/export-rows.ts';
import type { ExportColumn, ExportRow, ExportValue } from '../../../../shared/src/datasets/export/row-source.ts';
import { seedOf } from '../../../support/seed.ts';
import { samples } from '../../../support/thorough.ts';
import { randomFrom } from '../../random.ts';
import { DuckDb } from '../parquet/duckdb.ts';
import { readDataset } from '../read-dataset.ts';

const duckdb = new DuckDb();

beforeAll(() => duckdb.open());
afterAll(() => duckdb.close());

async function write(columns: readonly ExportColumn[], batches: readonly (readonly ExportRow[])[]): Promise<Buffer> {
  const left = [...batches];
  const source = { columns, next: async () => left.shift(), close: async () => undefined };
  const pieces: Uint8Array[] = [];
  const options = { delimiter: ',', header: true, byteOrderMark: false, protectFormulas: false, sheetName: 'x' };
  for await (const piece of exportRows(source, { format: 'parquet', ...options }).bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The types of the columns and the values as text, as DuckDB reads them. */
async function inDuckDb(file: Buffer): Promise<{ types: unknown[]; rows: unknown[][] }> {
  writeFileSync(duckdb.path, file);
  const described = await duckdb.run(`DESCRIBE SELECT * FROM '${duckdb.path}'`);
  return {
    types: described.map(([, type]) => type),
    rows: await duckdb.run(`SELECT columns(*)::VARCHAR FROM '${duckdb.path}'`),
  };
}

/** Writes one column, and returns what DuckDB and a load read. */
async function roundTrip(
  column: Omit<ExportColumn, 'name'>,
  values: readonly ExportValue[],
): Promise<{ type: unknown; duckdb: unknown[]; load: (string | null | undefined)[] }> {
  const file = await write([{ name: 'x', ...column }], [values.map((value) => [value])]);
  const { types, rows } = await inDuckDb(file);
  const loaded = await readDataset(file);
  expect(loaded.rejects).toEqual([]);
  return { type: types[0], duckdb: rows.map(([value]) => value), load: loaded.rows.map(([value]) => value) };
}

const refusal = (column: Omit<ExportColumn, 'name'>, value: ExportValue): Promise<Buffer> =>
  write([{ name: 'x', ...column }], [[[value]]]);

describe('A Parquet file', () => {
  it.each<[Omit<ExportColumn, 'name'>, string, readonly ExportValue[]]>([
    [{ kind: 'integer' }, 'BIGINT', ['9223372036854775807', '-9223372036854775808', '0', null]],
    [{ kind: 'integer', isUnsigned: true }, 'UBIGINT', ['18446744073709551615', '0', null]],
    [{ kind: 'decimal', precision: 10, scale: 2 }, 'DECIMAL(10,2)', ['99999999.99', '-0.01', '0.00', null]],
    [{ kind: 'decimal', precision: 18, scale: 0 }, 'DECIMAL(18,0)', ['999999999999999999', '-1']],
    [{ kind: 'decimal', scale: 4 }, 'DECIMAL(38,4)', ['-9999999999999999999999999999999999.9999', '1.0000']],
    [{ kind: 'decimal', precision: 38, scale: 37 }, 'DECIMAL(38,37)', [`9.${'9'.repeat(37)}`]],
    [{ kind: 'decimal' }, 'DECIMAL(38,18)', ['12345678901234567890.123456789012345678', '-1.500000000000000000']],
    [{ kind: 'boolean' }, 'BOOLEAN', ['true', 'false', null]],
    [{ kind: 'date' }, 'DATE', ['0001-01-01', '1969-12-31', '2024-02-29', '9999-12-31', null]],
    [
      { kind: 'timestamp' },
      'TIMESTAMP',
      ['0001-01-01 00:00:00', '1969-12-31 23:59:59.999999', '2026-11-20 10:00:00.5'],
    ],
    [{ kind: 'uuid' }, 'UUID', ['8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', null]],
    [{ kind: 'text' }, 'VARCHAR', ['', 'NULL', '007', 'Zürich 日本 🎉', 'line\r\nend', '"', null]],
    [{ kind: 'json' }, 'VARCHAR', ['{"a": 1.10}', 'null', '"text"', null]],
  ])('keeps the type and every value: %j as %s', async (column, type, values) => {
    expect(await roundTrip(column, values)).toEqual({ type, duckdb: values, load: values });
  });

  it('keeps a timestamp with time zone as the same instant in UTC', async () => {
    const values = ['2026-11-20 10:00:00Z', '2026-11-20 10:00:00.000001+05:30', '2026-01-01T00:00:00-0130', null];
    const utc = ['2026-11-20 10:00:00', '2026-11-20 04:30:00.000001', '2026-01-01 01:30:00'];
    expect(await roundTrip({ kind: 'timestamp-with-zone' }, values)).toEqual({
      type: 'TIMESTAMP WITH TIME ZONE',
      duckdb: [...utc.map((text) => `${text}+00`), null],
      load: [...utc.map((text) => `${text}Z`), null],
    });
  });

  it('keeps every floating-point number, infinity and NaN', async () => {
    const values = [
      '0.1',
      '-2.5e-300',
      '5e-324',
      '1.7976931348623157e+308',
      'Infinity',
      '-Infinity',
      'NaN',
      0.30000000000000004,
    ];
    const { type, load } = await roundTrip({ kind: 'float' }, values);
    expect(type).toBe('DOUBLE');
    expect(load.map(Number)).toEqual(values.map(Number));
  });

  it('keeps the sign of zero where many values repeat', async () => {
    const zeros = Array.from({ length: 1000 }, (_value, index) => (index % 2 === 0 ? '0' : '-0'));
    const { duckdb: read, load } = await roundTrip({ kind: 'float' }, zeros);
    expect(read).toEqual(zeros.map((zero) => `${zero}.0`));
    expect(load).toEqual(read);
  });

  it('chooses the type of a column without one, as in SQLite, by its first values', async () => {
    expect(await roundTrip({ kind: 'text' }, [1n, null, -(2n ** 63n)])).toMatchObject({ type: 'BIGINT' });
    expect(await roundTrip({ kind: 'text' }, [0.1, null, 2n])).toMatchObject({
      type: 'DOUBLE',
      load: ['0.1', null, '2.0'],
    });
    expect(await roundTrip({ kind: 'text' }, [0.5, 2n ** 53n + 1n])).toMatchObject({
      type: 'VARCHAR',
      load: ['0.5', '9007199254740993'],
    });
    expect(await roundTrip({ kind: 'text' }, [1n, 'n/a', 1e21])).toMatchObject({
      type: 'VARCHAR',
      load: ['1', 'n/a', '1000000000000000000000'],
    });
    expect(await roundTrip({ kind: 'text' }, [null, null])).toMatchObject({ type: 'VARCHAR', load: [null, null] });
    expect(await roundTrip({ kind: 'decimal', scale: 2 }, [0.5, 12n])).toMatchObject({ load: ['0.50', '12.00'] });
  });

  it.each<[Omit<ExportColumn, 'name'>, ExportValue, string]>([
    [{ kind: 'integer' }, '9223372036854775808', 'INT64'],
    [{ kind: 'integer' }, 'abc', 'INT64'],
    [{ kind: 'integer' }, 1.5, 'INT64'],
    [{ kind: 'decimal', precision: 5, scale: 2 }, '1000.00', 'DECIMAL(5,2)'],
    [{ kind: 'decimal', precision: 5, scale: 2 }, '0.125', 'DECIMAL(5,2)'],
    [{ kind: 'decimal' }, '100000000000000000000', 'DECIMAL(38,18)'],
    [{ kind: 'decimal' }, '0.0000000000000000001', 'DECIMAL(38,18)'],
    [{ kind: 'decimal' }, 'NaN', 'DECIMAL(38,18)'],
    [{ kind: 'decimal' }, '1e999999999', 'DECIMAL(38,18)'],
    [{ kind: 'float' }, 'abc', 'DOUBLE'],
    [{ kind: 'float' }, '1e400', 'DOUBLE'],
    [{ kind: 'float' }, '-1e-400', 'DOUBLE'],
    [{ kind: 'boolean' }, 2n, 'BOOLEAN'],
    [{ kind: 'date' }, 'infinity', 'DATE'],
    [{ kind: 'date' }, '0044-03-15 BC', 'DATE'],
    [{ kind: 'date' }, '2026-02-30', 'DATE'],
    [{ kind: 'date' }, '2026-05-00', 'DATE'],
    [{ kind: 'timestamp' }, '2026-11-20 10:00:00.1234567', 'TIMESTAMP (microseconds)'],
    [{ kind: 'timestamp' }, '2026-11-20 10:00:00Z', 'TIMESTAMP (microseconds)'],
    [{ kind: 'timestamp' }, '2026-11-20 24:00:00', 'TIMESTAMP (microseconds)'],
    [{ kind: 'timestamp-with-zone' }, '2026-11-20 10:00:00', 'TIMESTAMP (UTC, microseconds)'],
    [{ kind: 'uuid' }, '8a4b7f5e', 'UUID'],
  ])('refuses a value that the type cannot store exactly: %j %s', async (column, value, type) => {
    await expect(refusal(column, value)).rejects.toMatchObject({
      code: 'invalid-input',
      message: `The column “x” has a value in row 1 that Parquet cannot store exactly as ${type}: ${value}`,
      hint: expect.stringContaining('Nothing was exported.'),
    });
  });

  it('refuses half of a surrogate pair, and names the row of a value in a later row group', async () => {
    await expect(refusal({ kind: 'text' }, 'a\uD800')).rejects.toMatchObject({ code: 'invalid-input' });
    const batches = Array.from({ length: 12 }, () => Array.from({ length: 10_000 }, (): ExportRow => [1n]));
    await expect(write([{ name: 'x', kind: 'text' }], [...batches, [['n/a']]])).rejects.toMatchObject({
      message: 'The column “x” has a value in row 120001 that Parquet cannot store exactly as INT64: n/a',
    });
  });

  it('has the columns of an export without rows', async () => {
    const columns: ExportColumn[] = [
      { name: 'id', kind: 'integer' },
      { name: 'note', kind: 'text' },
    ];
    const file = await write(columns, []);
    expect(await inDuckDb(file)).toEqual({ types: ['BIGINT', 'VARCHAR'], rows: [] });
    expect(await readDataset(file)).toMatchObject({ header: ['id', 'note'], rows: [] });
  });

  it('has row groups of bounded size, written as rows arrive', async () => {
    const note = 'x'.repeat(1000);
    const rows = Array.from({ length: 5_000 }, (_value, index): ExportRow => [BigInt(index), `${note}${index}`]);
    let given = 0;
    const source = {
      columns: [
        { name: 'id', kind: 'integer' as const },
        { name: 'note', kind: 'text' as const },
      ],
      next: async () => (given++ < 10 ? rows : undefined),
      close: async () => undefined,
    };
    const options = { delimiter: ',', header: true, byteOrderMark: false, protectFormulas: false, sheetName: 'x' };
    const pieces: Uint8Array[] = [];
    for await (const piece of exportRows(source, { format: 'parquet', ...options }).bytes) {
      if (pieces.length === 0) expect(given).toBeLessThan(5);
      pieces.push(piece);
    }
    writeFileSync(duckdb.path, Buffer.concat(pieces));
    expect(
      await duckdb.run(`SELECT count(*)::INT, sum(id)::INT, count(DISTINCT note)::INT FROM '${duckdb.path}'`),
    ).toEqual([[50_000, 124_975_000, 5_000]]);
    const groups = await duckdb.run(`SELECT DISTINCT row_group_id FROM parquet_metadata('${duckdb.path}')`);
    expect(groups.length).toBeGreaterThan(2);
  });

  it('of random columns and rows has the same values for DuckDB and for a load', async () => {
    const random = randomFrom(seedOf('random Parquet exports'));
    const whole = (below: number): number => Math.floor(random() * below);
    const digits = (count: number): string => Array.from({ length: count }, () => whole(10)).join('');
    const two = (number: number): string => String(number).padStart(2, '0');
    const day = (): string => `${String(1 + whole(9998)).padStart(4, '0')}-${two(1 + whole(12))}-${two(1 + whole(28))}`;
    const fraction = (): string => (random() < 0.5 ? '' : `.${digits(whole(6))}${1 + whole(9)}`);
    const clock = (): string => `${two(whole(24))}:${two(whole(60))}:${two(whole(60))}${fraction()}`;
    const sign = (): string => (random() < 0.5 ? '-' : '');
    const natural = (count: number): string => String(BigInt(digits(1 + whole(count))));
    const signed = (count: number): string => {
      const number = natural(count);
      return number === '0' ? number : sign() + number;
    };
    const decimal = (precision: number, scale: number): string => {
      const unsigned = `${natural(precision - scale)}${scale > 0 ? `.${digits(scale)}` : ''}`;
      return /[1-9]/.test(unsigned) ? sign() + unsigned : unsigned;
    };
    const kinds: (() => [Omit<ExportColumn, 'name'>, () => ExportValue])[] = [
      () => [{ kind: 'integer' }, () => signed(18)],
      () => [{ kind: 'integer', isUnsigned: true }, () => natural(19)],
      () => {
        const precision = 1 + whole(38);
        const scale = whole(precision);
        return [{ kind: 'decimal', precision, scale }, () => decimal(precision, scale)];
      },
      () => [{ kind: 'boolean' }, () => String(random() < 0.5)],
      () => [{ kind: 'date' }, day],
      () => [{ kind: 'timestamp' }, () => `${day()} ${clock()}`],
      () => [{ kind: 'uuid' }, () => digits(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')],
      () => {
        const words = Array.from(
          { length: 1 + whole(500) },
          () => ['é', '語', '🎉', 'a', '"', ',', '\n'][whole(7)]?.repeat(whole(30)) ?? '',
        );
        return [{ kind: 'text' }, () => words[whole(words.length)] ?? ''];
      },
      () => [{ kind: 'text' }, () => digits(whole(40))],
    ];
    for (let round = 0; round < samples(10, 25); round += 1) {
      const chosen = Array.from({ length: 1 + whole(8) }, () => (kinds[whole(kinds.length)] as (typeof kinds)[0])());
      const columns = chosen.map(([column], index): ExportColumn => ({ name: `c${index}`, ...column }));
      const nulls = random() < 0.5 ? 0 : random();
      const rows = Array.from(
        { length: whole(1500) },
        (): ExportRow => chosen.map(([, value]) => (random() < nulls ? null : value())),
      );
      const cut = whole(rows.length + 1);
      const file = await write(columns, [rows.slice(0, cut), rows.slice(cut)]);
      const read = await inDuckDb(file);
      expect(read.rows).toEqual(rows);
      // Readers skip row groups by the least and greatest values that the file states.
      await duckdb.run(`CREATE OR REPLACE TABLE copy AS SELECT * FROM '${duckdb.path}'`);
      for (const [index, { name }] of columns.entries()) {
        const value = rows[whole(rows.length)]?.[index];
        if (typeof value !== 'string') continue;
        for (const operator of ['=', '<', '>=']) {
          const filter = `WHERE ${name} ${operator} '${value.replaceAll("'", "''")}'::${String(read.types[index])}`;
          const [found] = await duckdb.run(`SELECT count(*) FROM '${duckdb.path}' ${filter}`);
          expect([filter, found]).toEqual([filter, (await duckdb.run(`SELECT count(*) FROM copy ${filter}`))[0]]);
        }
      }
      expect((await readDataset(file)).rows).toEqual(rows);
    }
  });
});
