import pg from 'pg';
import type { LoadOptions } from '../../../shared/src/datasets/load/load-options.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { isThorough } from '../../support/thorough.ts';
import { loadCsv } from '../load-csv.ts';

let postgres: Postgres;
let client: pg.Client;

beforeAll(async () => {
  postgres = await startPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN cents AS numeric(10,2); CREATE DOMAIN small AS cents CHECK (VALUE < 100);
    CREATE DOMAIN day AS date; CREATE TYPE pair AS (a int, b text)`);
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
});

const ask = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await client.query<Record<string, unknown>>(sql)).rows;
const load = (csv: string, options: Partial<LoadOptions> & { table: string }) =>
  loadCsv(`${postgres.url}?sslmode=disable`, csv, { mode: 'append', ...options });
const quotedCsv = (value: string): string => `"${value.replaceAll('"', '""')}"`;
let count = 0;
const newTable = async (columns: string): Promise<string> => {
  const table = `v${(count += 1)}`;
  await ask(`CREATE TABLE ${table} (${columns})`);
  return table;
};

const modes: [name: string, options: Partial<LoadOptions>][] = [
  ['append', {}],
  ['replace', { mode: 'replace' }],
  ['upsert', { mode: 'upsert', key: ['k'] }],
];

describe.each([
  ['smallint', ['40000', '01', '1.5', '0x1F', '1e2', ' 1', '1_000']],
  ['integer', ['01067', '0x1F', '0b11', '1.50', '2147483648', 'true']],
  ['bigint', ['9223372036854775808', '007', 'NaN']],
  ['numeric', ['007.5', '1e3', 'NaN', 'Infinity', '1,500', ' 1']],
  ['numeric(10,2)', ['12.3456', '123456789', '00.5']],
  ['numeric(5,-2)', ['150', '12345600', '100.5']],
  ['numeric(2,5)', ['0.0012', '0.000123', '1']],
  ['cents', ['12.3456', '007']],
  ['small', ['12.3456']],
  ['day', ['today', '2026-01-02 10:00']],
  ['numeric(10,2)[]', ['{12.3456}', '{007}']],
  ['integer[]', ['{01067}', '{1.0}', '{ 1 }']],
  ['date[]', ['{today}']],
  ['money', ['12.3456', '$5', '1,000', '(5)', '05']],
  ['real', ['16777217', '0.123456789', 'NaN', '1e400', '01']],
  ['double precision', ['9007199254740993', '0.12345678901234567', 'Infinity']],
  ['boolean', ['on', 'y', '2', 'tru']],
  ['date', ['2026-01-02 23:59:59', '01/02/03', 'today', 'infinity', '20260102', '2026-02-30', '10000-01-01']],
  [
    'timestamp',
    [
      '2026-01-02 10:00:00+02:00',
      '2026-01-02T10:00Z',
      'now',
      '2026-01-02',
      '2026-01-02 10:00:00.1234567',
      '2026-01-02 24:00',
    ],
  ],
  ['timestamp(0)', ['2026-01-02 10:00:00.5']],
  ['timestamptz', ['2026-01-02 10:00:00', '2026-01-02 10:00:00 CET', 'now']],
  ['time', ['10:00+02:00', '24:00', 'now', '10:00 PM', '10']],
  ['time(1)', ['10:00:00.25']],
  ['timetz', ['10:00', '10:00 UTC']],
  ['char(3)', ['abcd', 'a ']],
  ['varchar(3)', ['abcd', 'abc  ']],
  ['bit(4)', ['101', '10101', "B'1010'", 'xF']],
  ['bit varying(4)', ['10101', '2']],
  ['mood', ['ok', 'SAD', ' sad']],
  ['uuid', ['{8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77}', '8a4b7f5e2a864b3d9a586f3f8f0f9c77']],
  ['bytea', ['abc', '\\101', '\\x1', 'DEADBEEF']],
  ['json', ['{a:1}', "{'a':1}", '[1,', 'NaN']],
  ['jsonb', ['{"a":1,"a":2}', '{"a":{"b":1,"\\u0062":2}}', '"\\u0000"', '"\\ud800"', '1e99999']],
  ['interval', ['P1D', '1:30', '1 day 25 hours']],
  ['inet', ['010.0.0.1', '2001:DB8::1']],
  ['cidr', ['10.0.0.1']],
  ['macaddr', ['08002b010203']],
  ['int4range', ['[1,5]', '(1,3)']],
  ['point', ['1,2']],
  ['xml', ['<a>']],
  ['pair', ['(01,a)']],
  ['regclass', ['12']],
] as const)('A PostgreSQL column of the type %s', (type, values) => {
  it.each(modes)('refuses what the server would store differently, by %s', async (_mode, options) => {
    const table = await newTable(`k int PRIMARY KEY, v ${type}`);
    // Every mode checks values with the same rules, so one value shows that a mode applies them.
    for (const value of isThorough || options.mode === undefined ? values : values.slice(0, 1)) {
      await expect(load(`k,v\n1,${quotedCsv(value)}\n`, { table, ...options }).then(() => value)).rejects.toMatchObject(
        { code: 'invalid-input' },
      );
    }
    expect(await ask(`SELECT * FROM ${table}`)).toEqual([]);
  });
});

it.each([
  ['integer', '+5', '5'],
  ['integer', '1.0', '1'],
  ['integer', '-2.0000', '-2'],
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['bigint', '-9223372036854775808', '-9223372036854775808'],
  ['numeric', '1'.repeat(60), '1'.repeat(60)],
  ['numeric(10,2)', '1.5000', '1.50'],
  ['numeric(5,-2)', '1234500', '1234500'],
  ['numeric(2,5)', '0.00012', '0.00012'],
  ['cents', '+12.30', '12.30'],
  ['small', '1.0', '1.00'],
  ['money', '1234.50', '$1,234.50'],
  ['real', '0.1', '0.1'],
  ['real', '16777216', '1.6777216e+07'],
  ['double precision', '9007199254740992', '9.007199254740992e+15'],
  ['double precision', '1.5e3', '1500'],
  ['boolean', 'T', 'true'],
  ['boolean', 'f', 'false'],
  ['boolean', 'Yes', 'true'],
  ['boolean', '0', 'false'],
  ['timestamp(0)', '2026-01-02 10:00:00.000', '2026-01-02 10:00:00'],
  ['timestamp', '2026-01-02T10:00', '2026-01-02 10:00:00'],
  ['time(1)', '10:00:00.50', '10:00:00.5'],
  ['timetz', '10:00Z', '10:00:00+00'],
  ['char(5)', 'ab', 'ab'],
  ['char(3)', 'ab ', 'ab'],
  ['varchar(3)', '👍👍👍', '👍👍👍'],
  ['bit(4)', '1010', '1010'],
  ['mood', 'sad', 'sad'],
  ['bytea', '\\xDEADBEEF', '\\xdeadbeef'],
  ['json', '{"a":1,"a":2}', '{"a":1,"a":2}'],
  ['jsonb', '{"b":1.10,"a":[]}', '{"a": [], "b": 1.10}'],
  ['interval', '1 day 01:30:00', '1 day 01:30:00'],
  ['inet', '10.0.0.1', '10.0.0.1/32'],
  ['integer[]', '{1,2}', '{1,2}'],
  ['numeric(10,2)[]', '{12.30}', '{12.30}'],
  ['int4range', '[1,5)', '[1,5)'],
  ['xml', '<a/>', '<a/>'],
  ['pair', '(1,a)', '(1,a)'],
])('A PostgreSQL column of the type %s accepts %s', async (type, value, shown) => {
  const table = await newTable(`k int, v ${type}`);
  await load(`k,v\n1,${quotedCsv(value)}\n2,\n`, { table });
  await load(`k,v\n3,${quotedCsv(value)}\n4,\n`, { table, onSchemaChange: 'evolve' });
  expect(await ask(`SELECT v::text AS v FROM ${table} ORDER BY k`)).toEqual([
    { v: shown },
    { v: null },
    { v: shown },
    { v: null },
  ]);
  expect(
    await ask(
      `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = 'v'`,
    ),
  ).toEqual([{ type: expectedType(type) }]);
});

function expectedType(type: string): string {
  const names: Record<string, string> = {
    timestamp: 'timestamp without time zone',
    'timestamp(0)': 'timestamp(0) without time zone',
    'time(1)': 'time(1) without time zone',
    timetz: 'time with time zone',
    'char(5)': 'character(5)',
    'char(3)': 'character(3)',
    'varchar(3)': 'character varying(3)',
  };
  return names[type] ?? type;
}

it('A value that does not fit is reported with line, column and reason, and rejected where that is allowed', async () => {
  const table = await newTable('plz integer, n int');
  await expect(load('plz,n\n80331,1\n01067,2\n', { table })).rejects.toMatchObject({
    message: expect.stringContaining(
      'line 3 has a value in the column “plz” that is not an integer: it has a leading zero, which would be lost (“01067”)',
    ),
  });
  expect(await load('plz,n\n80331,1\n01067,2\n', { table, maxRejectedRows: 1 })).toMatchObject({
    rows: 1,
    rejected: 1,
    rejects: [{ line: 3, column: 'plz', value: '01067' }],
  });
  expect(await ask(`SELECT plz FROM ${table}`)).toEqual([{ plz: 80_331 }]);
});

it('A value of a type without rules is refused with its row and what the server would store', async () => {
  const table = await newTable('k int, v numeric(10,2)[]');
  await expect(load('k,v\n1,{1.00}\n2,{12.3456}\n', { table })).rejects.toMatchObject({
    message: expect.stringContaining(
      'Row 2 of the dataset has the value “{12.3456}” in the column “v”, which is numeric(10,2)[] and would store “{12.35}”',
    ),
  });
});

it.each([
  ['integer', '007'],
  ['integer', '+5'],
  ['integer', '1.0'],
  ['boolean', 'TRUE'],
  ['boolean', 't'],
  ['timestamptz', '2026-01-02T10:00:00Z'],
  ['timestamptz', '2026-01-02 10:00:00 +0900'],
  ['numeric', '1.50'],
  ['numeric(6,2)', '+1.5'],
  ['date', '2026-01-02'],
  ['uuid', '8A4B7F5E-2A86-4B3D-9A58-6F3F8F0F9C77'],
  ['smallint', '""'],
])(
  'A PostgreSQL column of the type %s that evolves to text keeps %s, whatever row changed the type',
  async (type, early) => {
    const table = await newTable(`row int, value ${type}`);
    const rows = Array.from({ length: 12_000 }, (_, row) => `${row},${early}`);
    await load(`row,value\n${rows.join('\n')}\n12000,abc\n`, { table, onSchemaChange: 'evolve' });
    expect(await ask(`SELECT value, count(*)::int AS rows FROM ${table} GROUP BY value ORDER BY 2`)).toEqual([
      { value: 'abc', rows: 1 },
      { value: early === '""' ? '' : early, rows: 12_000 },
    ]);
  },
);

it('A PostgreSQL table that evolves is widened only as far as its values need', async () => {
  const table = await newTable('a smallint, b int, c numeric(6,2), d varchar(5), e int');
  await load('a,b,c,d,e\n40000,99999999999999999999,1.0051,Cleopatra,1.0\n', { table, onSchemaChange: 'evolve' });
  expect(
    await ask(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 ORDER BY attnum`,
    ),
  ).toEqual([
    { name: 'a', type: 'bigint' },
    { name: 'b', type: 'numeric' },
    { name: 'c', type: 'numeric' },
    { name: 'd', type: 'text' },
    { name: 'e', type: 'integer' },
  ]);
  expect(await ask(`SELECT a::text, b::text, c::text, d, e FROM ${table}`)).toEqual([
    { a: '40000', b: '99999999999999999999', c: '1.0051', d: 'Cleopatra', e: 1 },
  ]);
});

it('A new PostgreSQL table infers types from quoted values, and "" is NULL in a column that is not text', async () => {
  const result = await load('"id","amount","d","t"\n"1","2.50","2026-01-01",""\n"2","","","x"\n', {
    table: 'all_quoted',
    mode: 'create',
  });
  expect(result.columns.map(({ type }) => type)).toEqual(['integer', 'decimal', 'date', 'text']);
  expect(await ask('SELECT id::int, amount::text, d::text, t FROM all_quoted ORDER BY id')).toEqual([
    { id: 1, amount: '2.50', d: '2026-01-01', t: '' },
    { id: 2, amount: null, d: null, t: 'x' },
  ]);
  await load('"id","amount","d","t"\n"3","","",""\n', { table: 'all_quoted' });
  expect(await ask('SELECT amount, d, t FROM all_quoted WHERE id = 3')).toEqual([{ amount: null, d: null, t: '' }]);
});

it('"" stays an empty text when a later value changes the column to text', async () => {
  const early = Array.from({ length: 30_000 }, (_, row) => (row % 3 === 0 ? '""' : String(row))).join('\n');
  await load(`v\n${early}\nabc\n`, { table: 'late_text', mode: 'create' });
  expect(await ask("SELECT count(*)::int AS blanks FROM late_text WHERE v = ''")).toEqual([{ blanks: 10_000 }]);
});

it('Timestamps with time zone are the same instant however the zone is written, in new and existing tables', async () => {
  const csv =
    'id,seen_at\n2,2026-11-20 08:00:00 UTC\n3,2026-11-20 08:00:00.250000 UTC\n4,2026-11-20 17:00:00.000 +0900\n';
  expect((await load(csv, { table: 'zones', mode: 'create' })).columns[1]).toEqual({
    name: 'seen_at',
    type: 'timestamp-with-zone',
  });
  await load(csv, { table: 'zones' });
  expect(await ask("SELECT to_char(seen_at AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS at FROM zones ORDER BY id")).toEqual(
    ['08:00:00.000', '08:00:00.250', '08:00:00.000'].flatMap((at) => [{ at }, { at }]),
  );
});

it.each([
  ['DateStyle', "'SQL, DMY'"],
  ['IntervalStyle', "'iso_8601'"],
  ['bytea_output', "'escape'"],
  ['extra_float_digits', "'-15'"],
  ['array_nulls', 'off'],
  ['TimeZone', "'Asia/Tokyo'"],
  ['search_path', 'hidden, public, pg_catalog'],
])('A value means the same when the server sets %s to %s', async (setting, value) => {
  await ask(
    "CREATE SCHEMA IF NOT EXISTS hidden; CREATE OR REPLACE FUNCTION hidden.format(text, interval) RETURNS text LANGUAGE sql AS $$ SELECT 'x'::text $$",
  );
  const table = await newTable('a date, b interval, c bytea, d double precision, e text[], f timestamptz, g real[]');
  await ask(`ALTER ROLE postgres SET ${setting} = ${value}`);
  try {
    await load('a,b,c,d,e,f,g\n2026-03-04,1 day 02:00:00,\\x01ff,0.1,"{NULL,a}",2026-01-02 10:00Z,{0.1}\n', {
      table,
      schema: 'public',
    });
  } finally {
    await ask(`ALTER ROLE postgres RESET ${setting}`);
  }
  expect(
    await ask(
      `SELECT a::text, b::text, c::text, d::text, e[1] IS NULL AS e, extract(epoch FROM f)::bigint::text AS f, g::text FROM ${table}`,
    ),
  ).toEqual([{ a: '2026-03-04', b: '1 day 02:00:00', c: '\\x01ff', d: '0.1', e: true, f: '1767348000', g: '{0.1}' }]);
});
