import { seededRandom } from '../../../support/claims-file.ts';
import { seedOf } from '../../../support/seed.ts';
import { readDataset } from '../read-dataset.ts';
import { DuckDb } from './duckdb.ts';

const seed = seedOf('random Parquet files');
const duckdb = new DuckDb();

beforeAll(() => duckdb.open());
afterAll(() => duckdb.close());

type Random = () => number;

const whole = (random: Random, below: number): number => Math.floor(random() * below);
const pick = (random: Random, values: readonly string[]): string => values[whole(random, values.length)] ?? '';
const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String(whole(random, 10))).join('');
const two = (number: number): string => String(number).padStart(2, '0');

/** A whole number between the bounds of a signed type. */
const integer =
  (bits: number) =>
  (random: Random): string => {
    const value = BigInt.asIntN(bits, BigInt(`0x${Math.floor(random() * 2 ** 48).toString(16)}${digits(random, 8)}`));
    return String(random() < 0.2 ? -(2n ** BigInt(bits - 1)) : random() < 0.2 ? 2n ** BigInt(bits - 1) - 1n : value);
  };

const decimal =
  (precision: number, scale: number) =>
  (random: Random): string => {
    const all = digits(random, 1 + whole(random, precision)).padStart(scale + 1, '0');
    return `${random() < 0.5 ? '-' : ''}${all.slice(0, all.length - scale)}.${all.slice(all.length - scale)}0`;
  };

const day = (random: Random): string =>
  random() < 0.1
    ? pick(random, ['0001-01-01', '9999-12-31', '1582-10-10', '1969-12-31', '1970-01-01', '2000-02-29'])
    : `${String(1 + whole(random, 9998)).padStart(4, '0')}-${two(1 + whole(random, 12))}-${two(1 + whole(random, 28))}`;

const clock = (random: Random): string =>
  `${two(whole(random, 24))}:${two(whole(random, 60))}:${two(whole(random, 60))}`;

const text = (random: Random): string =>
  Array.from({ length: whole(random, 12) }, () =>
    pick(random, ['a', 'Z', '0', ' ', 'é', '語', '😀', ',', '"', '\n', '\r', ';', '\t', '\\', '{', '\u0085', 'NULL']),
  ).join('');

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** How a column is written: its type in DuckDB, and a literal. */
const kinds: [type: string, literal: (random: Random) => string][] = [
  ['BOOLEAN', (random) => pick(random, ['true', 'false'])],
  ['TINYINT', integer(8)],
  ['SMALLINT', integer(16)],
  ['INTEGER', integer(32)],
  ['BIGINT', integer(64)],
  ['UTINYINT', (random) => String(whole(random, 256))],
  ['UINTEGER', (random) => pick(random, ['0', '4294967295', '2147483648', digits(random, 9)])],
  ['UBIGINT', (random) => pick(random, ['0', '18446744073709551615', '9223372036854775808', digits(random, 19)])],
  ['DECIMAL(4,2)', decimal(4, 2)],
  ['DECIMAL(9,0)', (random) => digits(random, 9)],
  ['DECIMAL(18,6)', decimal(18, 6)],
  ['DECIMAL(38,10)', decimal(38, 10)],
  ['DECIMAL(38,38)', (random) => `0.${digits(random, 38)}`],
  ['DOUBLE', (random) => `${random() - 0.5}e${whole(random, 600) - 300}`],
  ['DOUBLE', (random) => pick(random, ["'nan'", "'inf'", '-0.0', '1', '0.1', '5e-324', '1.7976931348623157e308'])],
  ['FLOAT', (random) => `${random() - 0.5}e${whole(random, 70) - 38}`],
  ['DATE', (random) => quoted(day(random))],
  ['TIMESTAMP', (random) => quoted(`${day(random)} ${clock(random)}.${digits(random, 1 + whole(random, 6))}`)],
  ['TIMESTAMP_S', (random) => quoted(`${day(random)} ${clock(random)}`)],
  ['TIMESTAMP_MS', (random) => quoted(`${day(random)} ${clock(random)}.${digits(random, 3)}`)],
  ['TIMESTAMP_NS', (random) => quoted(`20${digits(random, 2)}-01-02 ${clock(random)}.${digits(random, 9)}`)],
  ['TIMESTAMPTZ', (random) => quoted(`${day(random)} ${clock(random)}.${digits(random, 6)}Z`)],
  ['TIME', (random) => quoted(`${clock(random)}.${digits(random, 6)}`)],
  [
    'UUID',
    (random) => quoted(`${digits(random, 8)}-abcd-4${digits(random, 3)}-a${digits(random, 3)}-${digits(random, 12)}`),
  ],
  ['VARCHAR', (random) => quoted(text(random))],
  ['VARCHAR', (random) => quoted(pick(random, ['open', 'closed', 'geändert']))],
  ["ENUM('low', 'high')", (random) => quoted(pick(random, ['low', 'high']))],
  ['INTEGER[]', (random) => pick(random, ['[]', '[1]', '[NULL]', '[1, NULL, 3]'])],
  ['VARCHAR[][]', (random) => pick(random, ['[]', '[[]]', "[['é\"'], NULL, []]", "[['a', NULL], ['b']]"])],
  [
    'STRUCT(a BIGINT, b STRUCT(c VARCHAR, d DECIMAL(12, 2)[]))',
    (random) =>
      pick(random, [
        '{a: 9007199254740993, b: {c: NULL, d: [1.5, NULL]}}',
        '{a: NULL, b: NULL}',
        "{a: 1, b: {c: 'x', d: []}}",
      ]),
  ],
  ['MAP(VARCHAR, INTEGER)', (random) => pick(random, ['MAP {}', "MAP {'k': 1, 'é': NULL}", "MAP {'__proto__': 2}"])],
  ['STRUCT(x INTEGER[])[]', (random) => pick(random, ['[]', '[{x: [1, 2]}, NULL, {x: NULL}]', '[{x: []}]'])],
];

const isNested = (type: string): boolean => /\[\]|STRUCT|MAP/.test(type);

/** A value as DuckDB shows it, in the form of a dataset. */
function expected(type: string, value: string | null): unknown {
  if (value === null) return null;
  if (isNested(type)) return JSON.parse(value);
  if (type === 'DOUBLE') return Number(value === 'inf' ? Infinity : value);
  if (type === 'FLOAT') return Math.fround(Number(value));
  if (type.startsWith('DECIMAL')) return value.replace(/^(-?)\./, '$10.');
  return type === 'TIMESTAMPTZ' ? value.replace(/\+00$/, 'Z') : value;
}

function found(type: string, value: string | null | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (isNested(type)) return JSON.parse(value);
  if (type === 'DOUBLE') return Number(value);
  return type === 'FLOAT' ? Math.fround(Number(value)) : value;
}

const codecs = ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'lz4_raw'];

it.each(codecs.flatMap((codec) => ['V1', 'V2'].map((version) => [codec, version] as const)))(
  'Every value of random tables that DuckDB writes with %s, version %s, is read as DuckDB reads it',
  async (codec, version) => {
    const random = seededRandom(seed + codecs.indexOf(codec) * 2 + Number(version === 'V2'));
    const names = kinds.map((_kind, index) => `c${index}`);
    const types = kinds.map(([type]) => type);
    const nulls = kinds.map(() => pick(random, ['0', '0.2', '1']));
    const rows = Array.from({ length: 30 + whole(random, 300) }, () =>
      kinds
        .map(([type, literal], column) => (random() < Number(nulls[column]) ? 'NULL' : `(${literal(random)})::${type}`))
        .join(', '),
    );
    await duckdb.run(`CREATE OR REPLACE TABLE random (${names.map((name, at) => `${name} ${types[at]}`).join(', ')})`);
    for (let at = 0; at < rows.length; at += 50)
      await duckdb.run(
        `INSERT INTO random VALUES ${rows
          .slice(at, at + 50)
          .map((row) => `(${row})`)
          .join(', ')}`,
      );
    const groups = pick(random, ['row_group_size 100', 'row_group_size 1000', 'row_group_size 17']);
    const file = await duckdb.write('FROM random', `codec ${codec}, parquet_version ${version}, ${groups}`);
    const shown = names.map((name, at) =>
      isNested(types[at] ?? '') ? `to_json(${name})::VARCHAR` : `${name}::VARCHAR`,
    );
    const truth = await duckdb.run(`SELECT ${shown.join(', ')} FROM '${duckdb.path}'`);

    const dataset = await readDataset(file, {}, 1 + whole(random, 100_000));

    expect(dataset.rejects).toEqual([]);
    expect(dataset.header).toEqual(names);
    expect(dataset.rows).toHaveLength(rows.length);
    types.forEach((type, column) => {
      const label = `${names[column]} ${type}`;
      expect([label, dataset.rows.map((row) => found(type, row[column]))]).toEqual([
        label,
        truth.map((row) => expected(type, row[column] === null ? null : String(row[column]))),
      ]);
    });
  },
);
