import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parse } from 'csv-parse/sync';
import mysql, { type Connection } from 'mysql2/promise';
import pg from 'pg';
import { loadIntoTable } from '../../shared/src/datasets/load/load-into-table.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';
import { startMariaDb } from '../support/machine/mariadb.ts';
import type { MysqlServer } from '../support/machine/mysql-family.ts';
import { startPostgres, type Postgres } from '../support/machine/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-datasets-'));
const file = join(folder, 'test.db');
let postgres: Postgres;
let reader: pg.Client;
let mariadb: MysqlServer;
let other: Connection;

beforeAll(async () => {
  [postgres, mariadb] = await Promise.all([startPostgres(), startMariaDb()]);
  other = await mysql.createConnection({ uri: mariadb.url, dateStrings: true });
  reader = new pg.Client({ connectionString: postgres.url });
  await reader.connect();
});

afterAll(async () => {
  await Promise.all([reader.end(), other.end()]);
  await Promise.all([postgres.stop(), mariadb.stop()]);
  rmSync(folder, { recursive: true });
});

type Engine = 'sqlite' | 'postgres' | 'mysql';
const engines: Engine[] = ['sqlite', 'postgres', 'mysql'];
const addressOf = (engine: Engine): string =>
  ({ sqlite: `sqlite:${file}`, postgres: `${postgres.url}?sslmode=disable`, mysql: `${mariadb.url}?ssl=off` })[engine];

async function* pieces(text: string | Buffer, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function load(
  engine: Engine,
  csv: string | AsyncIterable<Uint8Array>,
  options: Partial<LoadOptions> & { table: string },
) {
  const target = await openTarget(addressOf(engine));
  try {
    return await loadIntoTable(typeof csv === 'string' ? pieces(csv) : csv, target, { mode: 'create', ...options });
  } finally {
    await target.close();
  }
}

async function rows(engine: Engine, table: string): Promise<Record<string, unknown>[]> {
  const sql = `SELECT * FROM "${table.replaceAll('"', '""')}"`;
  if (engine === 'mysql')
    return (await other.query(`SELECT * FROM \`${table.replaceAll('`', '``')}\``))[0] as Record<string, unknown>[];
  if (engine === 'postgres') return (await reader.query<Record<string, unknown>>(sql)).rows;
  const database = new DatabaseSync(file);
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

const claims = 'policy,paid,closed\n007,12.50,true\n008,,false\n';

describe.each(engines)('Loading a dataset into %s', (engine) => {
  it('makes a table whose types hold for every value', async () => {
    const result = await load(engine, claims, { table: 'created' });
    expect(result).toMatchObject({ rows: 2, bytes: claims.length, rejected: 0 });
    expect(result.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'policy text',
      'paid decimal',
      'closed boolean',
    ]);
    const expected =
      engine === 'postgres'
        ? [
            { policy: '007', paid: '12.50', closed: true },
            { policy: '008', paid: null, closed: false },
          ]
        : [
            { policy: '007', paid: engine === 'mysql' ? '12.50' : 12.5, closed: 1 },
            { policy: '008', paid: null, closed: 0 },
          ];
    expect(await rows(engine, 'created')).toEqual(expected);
  });

  it('refuses to create a table that exists, and leaves it as it is', async () => {
    await load(engine, 'a\n1\n', { table: 'once' });
    await expect(load(engine, 'a\n2\n', { table: 'once' })).rejects.toMatchObject({ code: 'table-exists' });
    expect(await rows(engine, 'once')).toHaveLength(1);
  });

  it('replaces the rows and appends to them', async () => {
    await load(engine, 'a,b\n1,x\n', { table: 'kept' });
    await load(engine, 'b,a\ny,2\nz,3\n', { table: 'kept', mode: 'replace' });
    await load(engine, 'a\n4\n', { table: 'kept', mode: 'append' });
    expect((await rows(engine, 'kept')).map(({ a, b }) => `${String(a)}${b === null ? '' : String(b)}`)).toEqual([
      '2y',
      '3z',
      '4',
    ]);
  });

  it.each<[string, string, Partial<LoadOptions>, string]>([
    ['a row with too few values', 'a,b\n1,2\n3\n', {}, 'rejected-rows'],
    ['a quotation mark that is never closed', 'a,b\n1,"2\n', {}, 'bad-csv'],
    ['no rows', 'a,b\n', {}, 'empty-dataset'],
    ['nothing at all', '', {}, 'empty-dataset'],
    ['fewer bytes than promised', 'a,b\n1,2\n', { expectedBytes: 100 }, 'cut-short'],
    ['a column that the table does not have', 'a,b,c\n1,2,3\n', {}, 'columns-missing'],
    ['a column missing that the table has', 'a\n1\n', {}, 'columns-missing'],
  ])('changes nothing when the dataset has %s', async (_case, csv, options, code) => {
    await load(engine, 'a,b\n9,9\n', { table: 'safe', mode: 'replace' });
    await expect(load(engine, csv, { table: 'safe', mode: 'replace', ...options })).rejects.toMatchObject({ code });
    expect((await rows(engine, 'safe')).map(({ a }) => Number(a))).toEqual([9]);
  });

  it('changes nothing when the stream breaks, and the next load works', async () => {
    async function* broken() {
      yield Buffer.from('a\n1\n2\n');
      throw new Error('The connection broke.');
    }
    await load(engine, 'a\n9\n', { table: 'broken', mode: 'replace' });
    await expect(load(engine, broken(), { table: 'broken', mode: 'replace' })).rejects.toThrow('The connection broke.');
    await load(engine, 'a\n8\n', { table: 'broken', mode: 'append' });
    expect((await rows(engine, 'broken')).map(({ a }) => Number(a))).toEqual([9, 8]);
  });

  it('leaves out as many rows as are allowed, and says which', async () => {
    const result = await load(engine, 'a,b\n1,2\n"3\n3",4,5\nx"y,2\n6,7\n', { table: 'some', maxRejectedRows: 2 });
    expect(result).toMatchObject({
      rows: 2,
      rejected: 2,
      rejects: [
        { line: 3, reason: 'has 3 values instead of 2' },
        { line: 5, reason: expect.stringContaining('quotation mark') },
      ],
    });
    expect((await rows(engine, 'some')).map(({ a }) => Number(a))).toEqual([1, 6]);
  });

  it('takes any name of a table or column as a name and nothing else', async () => {
    const table = 'Robert"; DROP TABLE "created"; --';
    await load(engine, '"a""b; DROP TABLE x",select,Ünïcode\n1,2,3\n', { table });
    expect(Object.keys((await rows(engine, table))[0] ?? {})).toEqual(['a"b; DROP TABLE x', 'select', 'Ünïcode']);
    expect(await rows(engine, 'created')).toHaveLength(2);
  });

  it('loads many rows exactly as csv-parse reads them, whatever the pieces', async () => {
    const csv = hardCsv(400);
    const expected = parse(csv, { columns: true, bom: true, skip_empty_lines: true }) as Record<string, string>[];
    for (const [index, size] of [1, 2, 5, 64, 65_536].entries()) {
      await load(engine, pieces(csv, size), { table: `hard_${index}` });
      const found = await rows(engine, `hard_${index}`);
      expect(
        found.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? '']))),
      ).toEqual(expected);
    }
  });

  it('lets two loads into one table wait for each other', async () => {
    await load(engine, 'a\n0\n', { table: 'shared_by_two' });
    const block = Array.from({ length: 500 }, (_value, index) => index).join('\n');
    await Promise.all([1, 2].map(() => load(engine, `a\n${block}\n`, { table: 'shared_by_two', mode: 'replace' })));
    expect(await rows(engine, 'shared_by_two')).toHaveLength(500);
  });

  it('empties a table only when that is allowed', async () => {
    await load(engine, 'a,b\n9,9\n', { table: 'emptied' });
    const result = await load(engine, 'a,b\n', { table: 'emptied', mode: 'replace', allowEmpty: true });
    expect(result).toMatchObject({ rows: 0, rejected: 0 });
    expect(await rows(engine, 'emptied')).toEqual([]);
    await expect(load(engine, '', { table: 'emptied', mode: 'replace', allowEmpty: true })).rejects.toMatchObject({
      code: 'empty-dataset',
    });
  });

  it('tells how far it is', async () => {
    const told: number[] = [];
    const row = `${'x'.repeat(99)}\n`;
    async function* long() {
      yield Buffer.from('a\n');
      for (let piece = 0; piece < 70; piece += 1) yield Buffer.from(row.repeat(10_000));
    }
    const onProgress = ({ rows }: { rows: number }) => told.push(rows);
    expect(await load(engine, long(), { table: 'told', onProgress })).toMatchObject({ rows: 700_000 });
    expect(told).toHaveLength(2);
    expect(told[1]).toBeGreaterThan(told[0] ?? Infinity);
  });

  it('closes its source also when nothing of it is loaded', async () => {
    let closed = 0;
    async function* source() {
      try {
        yield Buffer.from('id\n1\n');
        yield Buffer.from('2\n');
      } finally {
        closed += 1;
      }
    }
    const until = async (count: number): Promise<void> => {
      for (let looks = 0; looks < 6_000 && closed < count; looks += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(closed).toBe(count);
    };
    await load(engine, source(), { table: 'left', loadKey: 'event-1' });
    await until(1);
    expect(await load(engine, source(), { table: 'left', mode: 'append', loadKey: 'event-1' })).toMatchObject({
      repeated: true,
    });
    await until(2);
    await expect(load(engine, source(), { table: 'left', mode: 'upsert' })).rejects.toMatchObject({
      code: 'bad-input',
    });
    await until(3);
    await expect(load(engine, source(), { table: '' })).rejects.toThrow();
    await until(4);
  });

  it('holds on to nothing that has passed, also where it can be stopped', async () => {
    const pieces: WeakRef<Uint8Array>[] = [];
    async function* source() {
      yield Buffer.from('a,b\n');
      for (let piece = 0; piece < 40; piece += 1) {
        const bytes = Buffer.alloc(200_000, '1,x\n');
        pieces.push(new WeakRef(bytes));
        yield bytes;
        // Only what is let go of can be collected, and only between two turns.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      setFlagsFromString('--expose-gc');
      (runInNewContext('gc') as () => void)();
    }
    expect(await load(engine, source(), { table: 'forgotten', signal: new AbortController().signal })).toMatchObject({
      rows: 2_000_000,
    });
    expect(pieces.filter((piece) => piece.deref() !== undefined).length).toBeLessThan(8);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    async function* endless() {
      yield Buffer.from('a\n');
      for (let number = 0; ; number += 1) {
        if (number === 50) stop.abort();
        yield Buffer.from(`${number}\n`);
      }
    }
    await expect(load(engine, endless(), { table: 'stopped', signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('A reader of a PostgreSQL table', () => {
  it('sees all of the old rows until all of the new ones are there, and never waits', async () => {
    await load('postgres', 'a\n1\n2\n3\n', { table: 'watched' });
    await reader.query('CREATE VIEW watching AS SELECT count(*)::int AS rows FROM watched');
    const seen = new Set<number>();
    async function* slow() {
      yield Buffer.from('a\n');
      for (let number = 0; number < 20; number += 1) {
        yield Buffer.from(`${number}\n`);
        seen.add((await reader.query<{ rows: number }>('SELECT rows FROM watching')).rows[0]?.rows ?? -1);
      }
    }
    await load('postgres', slow(), { table: 'watched', mode: 'replace' });
    seen.add((await reader.query<{ rows: number }>('SELECT rows FROM watching')).rows[0]?.rows ?? -1);
    expect([...seen]).toEqual([3, 20]);
  });

  it('is told what is wrong with a login, without the password', async () => {
    const wrong = `postgres://${postgres.user}:secret-word@${postgres.host}:${postgres.port}/nowhere?sslmode=disable`;
    const failure: unknown = await openTarget(wrong).catch((error: unknown) => error);
    expect(failure).toMatchObject({ hint: expect.stringMatching(/connection/) });
    expect(String((failure as Error).message)).not.toContain('secret-word');
  });
});

describe('An address of a database', () => {
  it.each(['oracle:x', 'nothing', 'sqlite:'])('is refused when it is %s', async (address) => {
    await expect(openTarget(address)).rejects.toMatchObject({
      code: 'bad-input',
      hint: expect.stringContaining('sqlite:'),
    });
  });
});

/** Rows with everything that is hard, the same every time. */
function hardCsv(count: number): string {
  const values = [
    'plain',
    '',
    '""',
    '"with, comma"',
    '"line\nend"',
    '"crlf\r\nend"',
    '"quote "" here"',
    '"""all"""',
    'Zürich',
    '"日本, 語"',
    ' space ',
    '0012',
    '1e5',
    '-',
    '"\\."',
  ];
  let seed = 42;
  const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
  const body = Array.from(
    { length: count },
    (_row, index) => `r${index},${Array.from({ length: 3 }, () => values[next() % values.length]).join(',')}`,
  );
  return `\uFEFFid,one,"two ""2""",three\r\n${body.join('\r\n')}`;
}
