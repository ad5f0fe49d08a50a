import pg from 'pg';
import { parse } from 'csv-parse/sync';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { claimsColumns, claimsPieces } from '../../support/claims-file.ts';
import { numberCell, textCell, workbookFile } from '../../unit/datasets/excel/workbook-file.ts';
import { cut } from '../../unit/datasets/read-dataset.ts';
import { lateChange, lateChanges, loadCsv, numbered } from '../load-csv.ts';

let postgres: Postgres;
let client: pg.Client;
let address: string;

beforeAll(async () => {
  postgres = await startPostgres();
  address = `${postgres.url}?sslmode=disable`;
  client = new pg.Client({ connectionString: address });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await postgres.stop();
});

type Row = Record<string, unknown>;
const ask = async (sql: string, values: unknown[] = []): Promise<Row[]> => (await client.query<Row>(sql, values)).rows;
const load = (csv: string | AsyncIterable<Uint8Array>, options: Parameters<typeof loadCsv>[2]) =>
  loadCsv(address, csv, options);

/** The type of a column, and its values as text. */
async function column(table: string, name = 'value', order = 'row'): Promise<{ type: string; values: unknown[] }> {
  const [first] = await ask(
    'SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2',
    [`"${table}"`, name],
  );
  const rows = await ask(`SELECT "${name}"::text AS value FROM "${table}" ORDER BY "${order}"`);
  return { type: String(first?.['type']), values: rows.map(({ value }) => value) };
}

const postgresTypes: Record<string, string> = { integer: 'bigint', decimal: 'numeric', text: 'text' };

describe('A new PostgreSQL table', () => {
  it.each(lateChanges)('stores every value of the file: %s', async (name, early, late, type) => {
    const values = lateChange(early, late);
    const result = await load(numbered(values), { table: name });
    expect(result.columns.map((each) => each.type)).toEqual(['integer', type]);
    const expected = values.map((value) => (value === '' ? null : value === '""' ? '' : value));
    const found = await column(name);
    expect(found.type).toBe(postgresTypes[type]);
    if (type !== 'decimal') expect(found.values).toEqual(expected);
    else expect(found.values.map((value) => value ?? '').join()).toBe(expected.map((value) => value ?? '').join());
    await ask(`DROP TABLE "${name}"`);
  });

  it('stores every value when every column changes its type at another row', async () => {
    const width = 12;
    const rows = Array.from({ length: 24_000 }, (_, row) =>
      Array.from({ length: width }, (_cell, at) => (row === 4000 + at * 1500 ? `late ${at}` : `${row}.${10 + at}`)),
    );
    const header = Array.from({ length: width }, (_, at) => `c${at}`).join();
    const csv = `row,${header}\n${rows.map((cells, row) => [row, ...cells].join()).join('\n')}`;
    await load(csv, { table: 'staggered' });
    const found = await ask('SELECT * FROM staggered ORDER BY row');
    expect(found.map(({ row: _row, ...cells }) => Object.values(cells).join())).toEqual(
      rows.map((cells) => cells.join()),
    );
  });

  it('has the values and types of a claims file', async () => {
    const csv = Buffer.concat([...claimsPieces(5000)]).toString();
    await load(csv, { table: 'claims' });
    const expected = parse(csv, { columns: true }) as Record<string, string>[];
    const texts = claimsColumns.map(([name]) => `coalesce("${name}"::text, '') AS "${name}"`).join();
    expect(await ask(`SELECT ${texts} FROM claims ORDER BY claims.claim_id`)).toEqual(expected);
    for (const [name, type] of claimsColumns) {
      const shown =
        { integer: 'bigint', decimal: 'numeric', timestamp: 'timestamp without time zone' }[type as string] ?? type;
      expect([name, (await column('claims', name, 'claim_id')).type]).toEqual([name, shown]);
    }
  });

  it('stores timestamps of every time zone as instants', async () => {
    await load('at\n2026-11-20T10:00:00+02:00\n2026-11-20 08:00Z\n2026-11-20T03:00-0500\n', { table: 'moments' });
    expect(await ask("SELECT DISTINCT at AT TIME ZONE 'UTC' = '2026-11-20 08:00' AS same FROM moments")).toEqual([
      { same: true },
    ]);
  });

  it('has the chosen column types', async () => {
    const columns = { policy: 'text', share: 'integer' } as const;
    const result = await load('policy,share\n1,+7\n', { table: 'given', columnTypes: columns });
    expect(result.columns).toEqual([
      { name: 'policy', type: 'text' },
      { name: 'share', type: 'integer' },
    ]);
    expect(await ask('SELECT policy, share::int FROM given')).toEqual([{ policy: '1', share: 7 }]);
    await expect(load('a\n1\n', { table: 'given2', columnTypes: columns })).rejects.toMatchObject({
      code: 'columns-missing',
    });
    await expect(load('share,policy\nx,1\n', { table: 'given2', columnTypes: columns })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(await ask("SELECT to_regclass('given2') AS made")).toEqual([{ made: null }]);
  });

  it('distinguishes empty text and NULL, and loads a text that would end a COPY', async () => {
    await load('v\nx\n\n""\n\\.\n"\\."\n"a""b"\n', { table: 'single' });
    expect((await ask('SELECT v FROM single')).map(({ v }) => v)).toEqual(['x', null, '', '\\.', '\\.', 'a"b']);
  });

  it('accepts both line ends in one file', async () => {
    await load('a,b\r\n1,x\n2,y\r\n3,"z\nz"', { table: 'ends' });
    expect((await ask('SELECT b FROM ends ORDER BY a')).map(({ b }) => b)).toEqual(['x', 'y', 'z\nz']);
  });

  it('refuses names that PostgreSQL would truncate', async () => {
    await expect(load('a\n1\n', { table: 'é'.repeat(32) })).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(load(`${'x'.repeat(64)}\n1\n`, { table: 'cut' })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('is created in the requested schema', async () => {
    await ask('CREATE SCHEMA "Odd ""schema"');
    await load('a\n1\n', { table: 'placed', schema: 'Odd "schema' });
    expect(await ask('SELECT a::int FROM "Odd ""schema".placed')).toEqual([{ a: 1 }]);
    await expect(load('a\n1\n', { table: 'placed', schema: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('A PostgreSQL table that is replaced', () => {
  it('keeps its grants, index, comment, default and view', async () => {
    await ask(`CREATE ROLE looker; CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY, a int PRIMARY KEY, b text,
      made date DEFAULT '2026-01-01'); COMMENT ON TABLE kept IS 'said'; GRANT SELECT ON kept TO looker;
      CREATE VIEW above AS SELECT a, b FROM kept; INSERT INTO kept (a, b) VALUES (1, 'old'), (2, 'old')`);
    await load('b,a\nnew,2\nnew,3\n', { table: 'kept', mode: 'replace' });
    await load('b,a\nmore,4\n', { table: 'kept', mode: 'append' });
    expect(await ask('SELECT a, b FROM above ORDER BY a')).toEqual([
      { a: 2, b: 'new' },
      { a: 3, b: 'new' },
      { a: 4, b: 'more' },
    ]);
    expect(
      await ask(`SELECT has_table_privilege('looker', 'kept', 'SELECT') AS may,
        obj_description('kept'::regclass) AS comment,
        (SELECT count(*)::int FROM pg_index WHERE indrelid = 'kept'::regclass) AS indexes,
        (SELECT count(DISTINCT made)::int FROM kept) AS defaults`),
    ).toEqual([{ may: true, comment: 'said', indexes: 1, defaults: 1 }]);
  });

  it('shows the old rows to an older transaction, also after COMMIT', async () => {
    await load('a\n1\n2\n', { table: 'seen' });
    await ask('BEGIN ISOLATION LEVEL REPEATABLE READ');
    try {
      expect(await ask('SELECT count(*)::int AS rows FROM seen')).toEqual([{ rows: 2 }]);
      await load('a\n1\n2\n3\n', { table: 'seen', mode: 'replace' });
      expect(await ask('SELECT count(*)::int AS rows FROM seen')).toEqual([{ rows: 2 }]);
    } finally {
      await ask('COMMIT');
    }
    expect(await ask('SELECT count(*)::int AS rows FROM seen')).toEqual([{ rows: 3 }]);
  });

  it.each(['CASCADE', 'SET NULL'])('is refused where a foreign key would change another table: %s', async (action) => {
    await ask(`DROP TABLE IF EXISTS child, parent; CREATE TABLE parent (a int PRIMARY KEY); 
      INSERT INTO parent VALUES (1);
      CREATE TABLE child (a int REFERENCES parent ON DELETE ${action}); INSERT INTO child VALUES (1)`);
    await expect(load('a\n1\n', { table: 'parent', mode: 'replace' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await ask('SELECT a FROM child')).toEqual([{ a: 1 }]);
  });

  it.each([
    ['a value of another type', 'a,b\n1,x\nnone,y\n', 'invalid-input', 'column “a”'],
    ['a key that comes twice', 'a,b\n1,x\n1,y\n', 'conflict', 'duplicate key'],
    ['a null where none may be', 'a,b\n1,\n', 'invalid-input', 'is NULL, which the table does not allow'],
  ])('is unchanged after %s', async (_name, csv, code, expected) => {
    await ask(
      `DROP TABLE IF EXISTS strict; CREATE TABLE strict (a int UNIQUE, b text NOT NULL);
       INSERT INTO strict VALUES (9, 'old')`,
    );
    for (const mode of ['replace', 'append'] as const) {
      await expect(load(csv, { table: 'strict', mode })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(expected),
      });
    }
    expect(await ask('SELECT * FROM strict')).toEqual([{ a: 9, b: 'old' }]);
  });

  it('is refused when it is a view', async () => {
    await ask('CREATE VIEW looks AS SELECT 1 AS a');
    await expect(load('a\n1\n', { table: 'looks', mode: 'replace' })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('A load into PostgreSQL', () => {
  const rows = (count: number) =>
    `a,b\n${Array.from({ length: count }, (_, row) => `${row},text of a row`).join('\n')}\n`;

  it('leaves the table unchanged when the server ends the connection', async () => {
    await load('a,b\n1,x\n', { table: 'cut_off' });
    async function* interrupted() {
      yield Buffer.from(rows(50_000));
      await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipewright'");
      for (let piece = 0; piece < 50; piece += 1) yield Buffer.from(rows(20_000).slice(4));
    }
    const failure: unknown = await load(interrupted(), { table: 'cut_off', mode: 'replace' }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'unavailable', retryable: true });
    expect(await ask('SELECT a::int, b FROM cut_off')).toEqual([{ a: 1, b: 'x' }]);
  });

  it('leaves the table unchanged when it is cancelled while its source stalls', async () => {
    await load('a,b\n1,x\n', { table: 'still' });
    const stop = new AbortController();
    async function* silent() {
      yield Buffer.from(rows(50_000));
      setTimeout(() => stop.abort(), 20);
      await new Promise(() => undefined);
    }
    const options = { table: 'still', mode: 'replace', signal: stop.signal } as const;
    await expect(load(silent(), options)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await ask('SELECT a::int, b FROM still')).toEqual([{ a: 1, b: 'x' }]);
  });

  it('is not limited by the statement timeout of the server', async () => {
    await ask("ALTER ROLE postgres SET statement_timeout = '50ms'");
    try {
      async function* slow() {
        yield Buffer.from('a\n1\n');
        await new Promise((resolve) => setTimeout(resolve, 200));
        yield Buffer.from('2\n'.repeat(200_000));
      }
      expect(await load(slow(), { table: 'patient' })).toMatchObject({ rows: 200_001 });
    } finally {
      await ask('ALTER ROLE postgres RESET statement_timeout');
    }
  });

  it('stores the same values whatever the settings of the server', async () => {
    await ask("ALTER ROLE postgres SET DateStyle = 'SQL, DMY'");
    try {
      await load('row,value\n1,2026-11-02\n', { table: 'styled' });
      await load(numbered(lateChange(['2026-11-02'], ['x'])), { table: 'styled_late' });
    } finally {
      await ask('ALTER ROLE postgres RESET DateStyle');
    }
    expect((await column('styled')).values).toEqual(['2026-11-02']);
    expect(await ask('SELECT DISTINCT value FROM styled_late ORDER BY value')).toEqual([
      { value: '2026-11-02' },
      { value: 'x' },
    ]);
  });

  it('can be followed by another load on the same connection, also after a failure', async () => {
    const target = await openTarget(address);
    const { loadIntoTable } = await import('../../../shared/src/datasets/load/load-into-table.ts');
    async function* one(text: string) {
      yield Buffer.from(text);
    }
    try {
      await expect(loadIntoTable(one('a,b\n1\n'), target, { table: 'serial', mode: 'create' })).rejects.toMatchObject({
        code: 'rejected-rows',
      });
      for (const mode of ['create', 'append', 'replace', 'append'] as const) {
        await loadIntoTable(one('a,b\n1,2\n'), target, { table: 'serial', mode });
      }
    } finally {
      await target.close();
    }
    expect(await ask('SELECT count(*)::int AS rows FROM serial')).toEqual([{ rows: 2 }]);
  });
});

describe('A new table over several connections', () => {
  const several = { parallelConnections: 3 } as const;
  const waiting = () => ask("SELECT relname FROM pg_class WHERE relname LIKE 'pipewright_staging%'");
  const many = (count: number, value = (row: number): string => String(row)): string =>
    `a,b\n${Array.from({ length: count }, (_, row) => `${row},${value(row)}`).join('\n')}\n`;

  it('has every row, however often types change', async () => {
    const csv = many(200_000, (row) => (row < 60_000 ? `${row}` : row < 120_000 ? `${row}.5` : `x${row}`));
    expect(await load(csv, { table: 'broad', ...several })).toMatchObject({
      rows: 200_000,
      columns: [{ type: 'integer' }, { type: 'text' }],
    });
    expect(
      await ask(
        'SELECT count(*)::int AS rows, count(DISTINCT a)::int AS each, min(b) AS least, sum(a)::text AS sum FROM broad',
      ),
    ).toEqual([{ rows: 200_000, each: 200_000, least: '0', sum: '19999900000' }]);
    expect(await ask('SELECT b FROM broad WHERE a IN (7, 60001, 120001) ORDER BY a')).toEqual([
      { b: '7' },
      { b: '60001.5' },
      { b: 'x120001' },
    ]);
    expect((await column('broad', 'a', 'a')).type).toBe('bigint');
    expect(await waiting()).toEqual([]);
  });

  it('is published atomically with its record', async () => {
    const counts: unknown[] = [];
    async function* watched() {
      yield Buffer.from(many(100_000));
      counts.push(...(await ask("SELECT to_regclass('watched') AS name")));
      yield Buffer.from(many(100_000).slice(4));
    }
    await load(watched(), { table: 'watched', loadKey: 'once', ...several });
    expect(counts).toEqual([{ name: null }]);
    expect(await load(many(5), { table: 'watched', mode: 'append', loadKey: 'once', ...several })).toMatchObject({
      repeated: true,
      rows: 200_000,
    });
  });

  it.each([
    ['a row that does not fit', (): string => `${many(150_000)}1\n`, 'rejected-rows'],
    ['a key that is there twice', (): string => `${many(150_000)}7,7\n`, 'invalid-input'],
  ])('does not exist after %s, nor does its staging table', async (_case, csv, code) => {
    await expect(load(csv(), { table: 'broken', key: ['a'], ...several })).rejects.toMatchObject({ code });
    expect(await ask("SELECT to_regclass('broken') AS name")).toEqual([{ name: null }]);
    expect(await waiting()).toEqual([]);
  });

  it('does not exist when the server ends the connections, and the next load drops its staging table', async () => {
    async function* interrupted() {
      yield Buffer.from(many(100_000));
      await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipewright'");
      for (let piece = 0; piece < 20; piece += 1) yield Buffer.from(many(20_000).slice(4));
    }
    await expect(load(interrupted(), { table: 'ended', ...several })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    expect(await ask("SELECT to_regclass('ended') AS name")).toEqual([{ name: null }]);
    await load(many(100), { table: 'ended', ...several });
    expect(await waiting()).toEqual([]);
    expect(await ask('SELECT count(*)::int AS rows FROM ended')).toEqual([{ rows: 100 }]);
  });

  it('closes its connections, and uses one for an existing table', async () => {
    await load(many(10), { table: 'plain', ...several });
    await load(many(10), { table: 'plain', mode: 'append', ...several });
    expect(
      await ask("SELECT count(*)::int AS rows FROM pg_stat_activity WHERE application_name = 'pipewright'"),
    ).toEqual([{ rows: 0 }]);
    expect(await ask('SELECT count(*)::int AS rows FROM plain')).toEqual([{ rows: 20 }]);
  });
});

describe('Limits of a PostgreSQL table', () => {
  it('reject rows by line and column before the server sees them', async () => {
    await ask('CREATE TABLE narrow (id smallint NOT NULL, name varchar(5), paid numeric(6, 2))');
    const csv =
      'id,name,paid\n1,Ada,12.50\n40000,Bob,1\n3,Cleopatra,1\n,Dan,1\n5,Eve,1.0051\n6,Finn,99999\n7,👍👍👍👍👍,-9999.99\n';
    const { rejects } = await load(csv, { table: 'narrow', mode: 'append', maxRejectedRows: 5 });
    expect(rejects.map(({ line, column: name, value }) => [line, name, value])).toEqual([
      [3, 'id', '40000'],
      [4, 'name', 'Cleopatra'],
      [5, 'id', null],
      [6, 'paid', '1.0051'],
      [7, 'paid', '99999'],
    ]);
    expect(await ask('SELECT id, name, paid::text FROM narrow ORDER BY id')).toEqual([
      { id: 1, name: 'Ada', paid: '12.50' },
      { id: 7, name: '👍👍👍👍👍', paid: '-9999.99' },
    ]);
  });

  it('widen the column instead of rounding a decimal', async () => {
    await expect(load('id,name,paid\n1,Ada,1.0051\n', { table: 'narrow', mode: 'append' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('2 after it (“1.0051”)'),
    });
    await load('id,name,paid\n8,Ada,1.0051\n9,Bob,123456.7\n', {
      table: 'narrow',
      mode: 'append',
      onSchemaChange: 'evolve',
    });
    expect(await ask('SELECT paid::text FROM narrow WHERE id > 7 ORDER BY id')).toEqual([
      { paid: '1.0051' },
      { paid: '123456.7' },
    ]);
    expect((await column('narrow', 'paid', 'id')).type).toBe('numeric');
  });
});

it('A date of Excel is midnight in a timestamp column; a text, and a date in a column with time zone, are rejected', async () => {
  const book = (cell: string): AsyncIterable<Uint8Array> =>
    cut(
      workbookFile({
        formats: ['yyyy-mm-dd'],
        sheets: [
          {
            name: 'x',
            rows: `<row>${textCell('row')}${textCell('at')}</row><row>${numberCell(1)}${numberCell(45000.5, 1)}</row><row>${numberCell(2)}${cell}</row>`,
          },
        ],
      }),
      1_000,
    );
  await client.query('CREATE TABLE midnights (row integer, at timestamp)');
  await load(book(numberCell(45000, 1)), { table: 'midnights', mode: 'append' });
  expect((await column('midnights', 'at')).values).toEqual(['2023-03-15 12:00:00', '2023-03-15 00:00:00']);
  await expect(load(book(textCell('2023-03-15')), { table: 'midnights', mode: 'append' })).rejects.toMatchObject({
    message: expect.stringContaining('“at”'),
  });
  await client.query('CREATE TABLE zoned_midnights (row integer, at timestamptz)');
  await expect(load(book(numberCell(45000, 1)), { table: 'zoned_midnights', mode: 'append' })).rejects.toMatchObject({
    message: expect.stringContaining('“at”'),
  });
});
