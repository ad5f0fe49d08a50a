import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { loadCsv } from '../load-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-sqlite-tables-'));
let database: DatabaseSync;
let file: string;
let files = 0;

// Each test has its own database, so table names can be short.
beforeEach(() => {
  file = join(folder, `${(files += 1)}.db`);
  database = new DatabaseSync(file);
});
afterEach(() => database.close());
afterAll(() => rmSync(folder, { recursive: true }));

const load = (csv: string, options: Parameters<typeof loadCsv>[2]) => loadCsv(`sqlite:${file}`, csv, options);
const read = (sql: string): unknown[][] =>
  database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row));
const modes = ['append', 'replace', 'upsert', 'evolve'] as const;
const optionsOf = (mode: (typeof modes)[number], key: string) =>
  mode === 'evolve'
    ? ({ mode: 'append', onSchemaChange: 'evolve' } as const)
    : mode === 'upsert'
      ? { mode, key: [key] }
      : { mode };

describe('Columns of SQLite', () => {
  it.each(['rowid', 'oid', '_rowid_', 'c0', 'new', 'old'])('can be named %s', async (name) => {
    const csv = `${name},v\n9,a\n3,b\n5,c\n`;
    expect(await load(csv, { table: 't' })).toMatchObject({ rows: 3 });
    expect(await load(csv, { table: 't', mode: 'replace' })).toMatchObject({ rows: 3 });
    expect(await load(`v,${name}\nB,3\nd,4\n`, { table: 't', mode: 'upsert', key: [name] })).toMatchObject({
      updated: 1,
      inserted: 1,
    });
    expect(await load(`${name},more\n1,2\n`, { table: 't', mode: 'append', onSchemaChange: 'evolve' })).toMatchObject({
      rows: 1,
    });
    expect(read('SELECT * FROM t').map((row) => row.join())).toEqual(['9,a,', '3,B,', '5,c,', '4,d,', '1,,2']);
  });

  it('can number as many as SQLite allows, and no more', async () => {
    const header = Array.from({ length: 2000 }, (_, index) => `c${index}`).join(',');
    const values = Array.from({ length: 2000 }, (_, index) => index).join(',');
    expect(await load(`${header}\n${values}\n`, { table: 'wide' })).toMatchObject({ rows: 1 });
    await expect(load(`${header},one\n${values},1\n`, { table: 'wider' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The table “wider” would have 2001 columns, but SQLite allows 2000.',
    });
    await expect(
      load(`${header},one\n${values},1\n`, { table: 'wide', mode: 'append', onSchemaChange: 'evolve' }),
    ).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('2001') });
    expect(read('SELECT count(*) FROM wide')).toEqual([[1]]);
  });

  it('that are generated cannot be loaded, but their table can', async () => {
    database.exec(
      "CREATE TABLE t (a INTEGER, twice INTEGER GENERATED ALWAYS AS (a * 2) STORED, text TEXT AS (a || '!'))",
    );
    for (const onSchemaChange of ['fail', 'evolve'] as const) {
      await expect(load('a,Twice\n1,2\n', { table: 't', mode: 'append', onSchemaChange })).rejects.toMatchObject({
        code: 'columns-missing',
        message: expect.stringContaining('“twice”'),
      });
    }
    await load('a\n1\n', { table: 't', mode: 'replace' });
    await load('a\n2\n', { table: 't', mode: 'append', onSchemaChange: 'evolve' });
    expect(read('SELECT * FROM t')).toEqual([
      [1, 2, '1!'],
      [2, 4, '2!'],
    ]);
  });
});

describe('The key of an upsert into SQLite', () => {
  it.each([
    ['k TEXT COLLATE NOCASE PRIMARY KEY', 'a', 'A'],
    ['k TEXT COLLATE RTRIM UNIQUE', '"a"', '"a  "'],
    ['k VARCHAR(10) COLLATE "nocase"', 'é', 'é'],
  ])('is compared as the table compares it: %s', async (column, one, other) => {
    database.exec(`CREATE TABLE t (${column}, v INTEGER); INSERT INTO t VALUES ('a', 0)`);
    await expect(load(`k,v\n${one},1\n${other},2\n`, { table: 't', mode: 'upsert', key: ['k'] })).rejects.toMatchObject(
      { code: 'invalid-input', message: expect.stringContaining('not unique') },
    );
    expect(read('SELECT * FROM t')).toEqual([['a', 0]]);
  });

  it('matches a row that differs in case only if the collation ignores case', async () => {
    database.exec(
      "CREATE TABLE folded (k TEXT COLLATE NOCASE PRIMARY KEY, v INTEGER) WITHOUT ROWID; INSERT INTO folded VALUES ('a', 0)",
    );
    expect(await load('k,v\nA,1\nb,2\n', { table: 'folded', mode: 'upsert', key: ['k'] })).toMatchObject({
      updated: 1,
      inserted: 1,
    });
    expect(read('SELECT * FROM folded')).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    database.exec("CREATE TABLE exact (k TEXT PRIMARY KEY, v INTEGER); INSERT INTO exact VALUES ('a', 0)");
    expect(await load('k,v\nA,1\na,2\n', { table: 'exact', mode: 'upsert', key: ['k'] })).toMatchObject({
      updated: 1,
      inserted: 1,
    });
    expect(read('SELECT * FROM exact')).toEqual([
      ['a', 2],
      ['A', 1],
    ]);
  });
});

describe('A table of SQLite whose triggers interfere', () => {
  const table = "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (7, 'old'), (8, 'old');";

  it.each(
    modes.flatMap((mode) =>
      (
        [
          ['drops rows', 'CREATE TRIGGER x BEFORE INSERT ON t WHEN new.a = 2 BEGIN SELECT RAISE(IGNORE); END'],
          ['deletes rows', 'CREATE TRIGGER x AFTER INSERT ON t WHEN new.a = 2 BEGIN DELETE FROM t WHERE a = 2; END'],
          [
            'deletes other rows',
            'CREATE TRIGGER x AFTER INSERT ON t WHEN new.a = 2 BEGIN DELETE FROM t WHERE a IN (1, 7); END',
          ],
          [
            'adds rows',
            "CREATE TRIGGER x AFTER INSERT ON t WHEN new.a = 2 BEGIN INSERT INTO t VALUES (99, 'more'); END",
          ],
          ['changes values', 'CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET b = upper(b) WHERE a = new.a; END'],
        ] as const
      ).map(([what, trigger]) => [what, mode, trigger] as const),
    ),
  )('is not loaded when a trigger %s (%s)', async (_what, mode, trigger) => {
    database.exec(`${table} ${trigger}`);
    await expect(load('a,b\n1,x\n2,y\n', { table: 't', ...optionsOf(mode, 'a') })).rejects.toMatchObject({
      code: 'rows-changed',
      hint: expect.stringMatching(/The table was not changed\. The trigger “x”/),
    });
    expect(read('SELECT * FROM t')).toEqual([
      [7, 'old'],
      [8, 'old'],
    ]);
  });

  it.each([
    ['BEFORE UPDATE ON t BEGIN SELECT RAISE(IGNORE); END', 'upsert'],
    ['AFTER UPDATE ON t BEGIN UPDATE t SET b = upper(b) WHERE a = new.a; END', 'upsert'],
    ['BEFORE DELETE ON t BEGIN SELECT RAISE(IGNORE); END', 'replace'],
  ] as const)('is not loaded when a trigger keeps old rows as they were: %s', async (trigger, mode) => {
    database.exec(`${table} CREATE TRIGGER x ${trigger}`);
    await expect(load('a,b\n7,x\n2,y\n', { table: 't', ...optionsOf(mode, 'a') })).rejects.toMatchObject({
      code: 'rows-changed',
    });
    expect(read('SELECT * FROM t')).toEqual([
      [7, 'old'],
      [8, 'old'],
    ]);
  });

  it.each(modes)('is loaded when its triggers only write elsewhere (%s)', async (mode) => {
    database.exec(
      `${table} CREATE TABLE audit (n); CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO audit VALUES (new.a); END`,
    );
    expect(
      await load(
        'a,b\n1,x\n1,x\n7,y\n,\n'
          .replace('1,x\n1,x', mode === 'upsert' ? '1,x' : '1,x\n1,x')
          .replace(',\n', mode === 'upsert' ? '' : ',\n'),
        { table: 't', ...optionsOf(mode, 'a') },
      ),
    ).toMatchObject(mode === 'upsert' ? { updated: 1, inserted: 1 } : { rows: 4 });
    expect(read('SELECT count(*) FROM audit')).toEqual([[mode === 'upsert' ? 1 : 4]]);
  });

  it('is refused when ON CONFLICT would replace or ignore rows', async () => {
    database.exec(
      "CREATE TABLE r (a INTEGER UNIQUE ON CONFLICT REPLACE, b TEXT); INSERT INTO r VALUES (1, 'old'); CREATE TABLE i (a INTEGER PRIMARY KEY ON CONFLICT IGNORE, b TEXT); INSERT INTO i VALUES (1, 'old')",
    );
    for (const name of ['r', 'i']) {
      await expect(load('a,b\n1,x\n2,y\n', { table: name, mode: 'append' })).rejects.toMatchObject({
        code: 'rows-changed',
        hint: expect.stringContaining('ON CONFLICT clause'),
      });
      expect(read(`SELECT * FROM ${name}`)).toEqual([[1, 'old']]);
      expect(await load('a,b\n2,y\n3,z\n', { table: name, mode: 'append' })).toMatchObject({ rows: 2 });
    }
  });

  it('shows the message of a trigger that refuses a row', async () => {
    database.exec(
      `${table} CREATE TRIGGER x BEFORE INSERT ON t WHEN new.a > 1 BEGIN SELECT RAISE(ABORT, 'a is too large'); END`,
    );
    await expect(load('a,b\n1,x\n2,y\n', { table: 't', mode: 'append' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/row 2 of the dataset.*a is too large/),
    });
    expect(read('SELECT count(*) FROM t')).toEqual([[2]]);
  });
});

describe('A violated constraint of SQLite', () => {
  const broken = async (
    csv: string,
    message: RegExp,
    options: Partial<Parameters<typeof loadCsv>[2]> = {},
  ): Promise<void> => {
    const before = read('SELECT * FROM t');
    await expect(load(csv, { table: 't', mode: 'append', ...options })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('The table was not changed.'),
    });
    expect(read('SELECT * FROM t')).toEqual(before);
  };

  it('is named with the row: CHECK', async () => {
    database.exec('CREATE TABLE t (a INTEGER CHECK (a > 0), b TEXT)');
    await broken('a,b\n1,x\n-5,y\n', /row 2 of the dataset \(a = -5\).*a > 0/);
  });

  it('is named with the row: UNIQUE, within the dataset and against the table', async () => {
    database.exec("CREATE TABLE t (a INTEGER, b TEXT, UNIQUE (a, b)); INSERT INTO t VALUES (7, 'q')");
    await broken(
      'a,b\n1,x\n2,y\n1,x\n',
      /requires unique values in t\.a, t\.b, but row 3 of the dataset \(a = 1, b = x\)/,
    );
    await broken('a,b\n1,x\n7,q\n', /row 2 of the dataset \(a = 7, b = q\)/);
  });

  it('is named with the row: NOT NULL of a column that the dataset lacks', async () => {
    database.exec('CREATE TABLE t (a INTEGER, b TEXT NOT NULL)');
    await broken('a\n1\n', /requires a value in t\.b/);
  });

  it('is named with the row that an upsert updates or inserts', async () => {
    database.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER CHECK (b < 10)); INSERT INTO t VALUES (1, 1)');
    await broken('a,b\n2,2\n1,11\n', /row 2 of the dataset \(b = 11\)/, { mode: 'upsert', key: ['a'] });
    await broken('a,b\n1,2\n5,12\n', /row 2 of the dataset \(b = 12\)/, { mode: 'upsert', key: ['a'] });
  });

  it.each(['append', 'replace', 'evolve', 'upsert'] as const)(
    'is named with the missing parent: FOREIGN KEY (%s)',
    async (mode) => {
      database.exec(
        'CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE t (a INTEGER REFERENCES p)',
      );
      await broken(
        'a\n1\n5\n',
        /^Row 2 of the dataset \(a = 5\) references a row that the table “p” does not have: id = 5\.$/,
        optionsOf(mode, 'a'),
      );
    },
  );

  it('is named with the missing parent: FOREIGN KEY of several columns', async () => {
    database.exec(
      "CREATE TABLE p (x TEXT, y TEXT, PRIMARY KEY (x, y)); INSERT INTO p VALUES ('1', '2'); CREATE TABLE t (a TEXT, b TEXT, FOREIGN KEY (a, b) REFERENCES p (x, y))",
    );
    await broken('a,b\n1,2\n,9\n1,3\n', /^Row 3 of the dataset \(a = 1, b = 3\).*x = 1, y = 3/);
  });

  it('is named with the table that references deleted rows', async () => {
    database.exec(
      'CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2); CREATE TABLE child (a REFERENCES t); INSERT INTO child VALUES (2)',
    );
    await broken('a\n1\n', /Rows of the table “child” reference rows of “t” that the dataset does not have/, {
      mode: 'replace',
    });
  });

  it('is not violated by rows that reference each other', async () => {
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t)');
    expect(await load('id,parent\n2,1\n1,\n', { table: 't', mode: 'append' })).toMatchObject({ rows: 2 });
  });
});

describe('A target in SQLite', () => {
  it.each([
    [
      'a view with an INSTEAD OF trigger',
      'CREATE TABLE base (a); CREATE VIEW t AS SELECT a FROM base; CREATE TRIGGER x INSTEAD OF INSERT ON t BEGIN SELECT 1; END',
      'is a view',
    ],
    ['a virtual table', 'CREATE VIRTUAL TABLE t USING fts5(a)', 'is a virtual table'],
    ['an R-tree, which rounds', 'CREATE VIRTUAL TABLE t USING rtree(a, b, c)', 'is a virtual table'],
  ])('cannot be %s', async (_what, sql, message) => {
    database.exec(sql);
    for (const mode of modes)
      await expect(load('a\n1\n', { table: 't', ...optionsOf(mode, 'a') })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(message),
      });
  });

  it('cannot be part of a virtual table', async () => {
    database.exec('CREATE VIRTUAL TABLE t USING fts5(a)');
    await expect(load('id,c0\n1,x\n', { table: 't_content', mode: 'append' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('part of a virtual table'),
    });
  });

  it.each(['pipewright_loads', 'Pipewright_Rejects', 'pipewright_staging', '"pipewright_loads"'])(
    'cannot be a record table of Pipewright: %s',
    async (table) => {
      await load('a\n1\n', { table: 'first', saveLoadRecord: true });
      const before = read('SELECT count(*) FROM pipewright_loads');
      for (const mode of modes)
        await expect(load('load_id\n1\n', { table, ...optionsOf(mode, 'load_id') })).rejects.toMatchObject({
          code: 'invalid-input',
        });
      expect(read('SELECT count(*) FROM pipewright_loads')).toEqual(before);
    },
  );

  it('can be a table WITHOUT ROWID, or STRICT', async () => {
    database.exec('CREATE TABLE t (k TEXT PRIMARY KEY, v REAL) STRICT, WITHOUT ROWID');
    await load('k,v\nb,2\na,1.5\n', { table: 't', mode: 'append' });
    await load('k,v\nb,3\nc,4\n', { table: 't', mode: 'upsert', key: ['k'] });
    expect(read('SELECT * FROM t')).toEqual([
      ['a', 1.5],
      ['b', 3],
      ['c', 4],
    ]);
    await expect(load('k,v\n,3\n', { table: 't', mode: 'append' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is NULL'),
    });
  });
});
