import mysql, { type Connection } from 'mysql2/promise';
import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

type Row = Record<string, unknown>;

describe.each(mysqlProducts)('A table of %s that is replaced', (_product, start) => {
  const { server, client, ask, load } = useMysql(start);
  it('keeps its index, default, auto-increment, trigger and view, and does not touch a generated column', async () => {
    await ask(`CREATE TABLE stays (id int AUTO_INCREMENT PRIMARY KEY, a int UNIQUE, b text, made date DEFAULT '2026-01-01', twice int AS (a * 2));
      CREATE VIEW above AS SELECT a, b FROM stays; CREATE TABLE seen_by_trigger (a int);
      CREATE TRIGGER watch AFTER INSERT ON stays FOR EACH ROW INSERT INTO seen_by_trigger VALUES (new.a);
      INSERT INTO stays (a, b) VALUES (1, 'old'), (2, 'old')`);
    await load('b,a\nnew,2\nnew,3\n', { table: 'stays', mode: 'replace' });
    await load('b,a\nmore,4\n', { table: 'stays', mode: 'append' });
    expect(await ask('SELECT a, b FROM above ORDER BY a')).toEqual([
      { a: 2, b: 'new' },
      { a: 3, b: 'new' },
      { a: 4, b: 'more' },
    ]);
    expect(
      await ask('SELECT count(DISTINCT made) AS defaults, sum(twice) AS twice, count(DISTINCT id) AS ids FROM stays'),
    ).toEqual([{ defaults: 1, twice: '18', ids: 3 }]);
    expect(await ask('SELECT a FROM seen_by_trigger ORDER BY a')).toEqual([1, 2, 2, 3, 4].map((a) => ({ a })));
    await expect(load('a,twice\n9,18\n', { table: 'stays', mode: 'append' })).rejects.toMatchObject({
      code: 'columns-missing',
    });
  });

  it('shows the old rows until COMMIT, and after it to an older transaction', async () => {
    await load('a\n1\n2\n', { table: 'seen' });
    const other = await mysql.createConnection(server().url);
    const count = async (by: Connection): Promise<unknown> =>
      ((await by.query('SELECT count(*) AS number FROM seen'))[0] as Row[])[0]?.['number'];
    try {
      await client().query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
      const during: unknown[] = [];
      async function* slow() {
        yield Buffer.from('a\n1\n2\n3\n');
        for (let piece = 0; piece < 5; piece += 1) {
          yield Buffer.from('4\n'.repeat(100_000));
          during.push(await count(other));
        }
      }
      await load(slow(), { table: 'seen', mode: 'replace' });
      expect([new Set(during), Number(await count(client())), await count(other)]).toEqual([new Set([2]), 2, 500_003]);
    } finally {
      await client().query('COMMIT');
      await other.end();
    }
  });

  it.each(['CASCADE', 'SET NULL'])('is refused where a foreign key would change another table: %s', async (action) => {
    await ask(`DROP TABLE IF EXISTS child, parent; CREATE TABLE parent (a int PRIMARY KEY); INSERT INTO parent VALUES (1);
      CREATE TABLE child (a int, FOREIGN KEY (a) REFERENCES parent (a) ON DELETE ${action}); INSERT INTO child VALUES (1)`);
    await expect(load('a\n1\n', { table: 'parent', mode: 'replace' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('child'),
    });
    expect(await ask('SELECT a FROM child')).toEqual([{ a: 1 }]);
    await load('a\n2\n', { table: 'parent', mode: 'append' });
  });

  it('is refused where other rows reference its rows', async () => {
    await ask(
      'DROP TABLE IF EXISTS child, parent; CREATE TABLE parent (a int PRIMARY KEY); INSERT INTO parent VALUES (1); CREATE TABLE child (a int, FOREIGN KEY (a) REFERENCES parent (a)); INSERT INTO child VALUES (1)',
    );
    await expect(load('a\n1\n', { table: 'parent', mode: 'replace' })).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('Append'),
    });
    await expect(load('a\n1\n9\n', { table: 'child', mode: 'append' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await ask('SELECT a FROM child')).toEqual([{ a: 1 }]);
  });

  it.each([
    ['a value of another type', 'a,b\n1,x\nnone,y\n', 'invalid-input', 'column “a”'],
    ['a key that comes twice', 'a,b\n1,x\n1,y\n', 'conflict', 'Duplicate entry'],
    ['a null where none may be', 'a,b\n1,\n', 'invalid-input', 'is NULL'],
    ['a row that breaks a rule', 'a,b\n1,forbidden\n', 'invalid-input', 'strict'],
  ])('is unchanged after %s', async (_name, csv, code, expected) => {
    await ask(
      "DROP TABLE IF EXISTS strict; CREATE TABLE strict (a int UNIQUE, b varchar(20) NOT NULL CHECK (b <> 'forbidden')); INSERT INTO strict VALUES (9, 'old')",
    );
    for (const mode of ['replace', 'append'] as const)
      await expect(load(csv, { table: 'strict', mode })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(new RegExp(expected, 'i')),
      });
    expect(await ask('SELECT * FROM strict')).toEqual([{ a: 9, b: 'old' }]);
  });

  it.each([
    ['a view', 'CREATE VIEW refused AS SELECT 1 AS a', 'VIEW', 'is not a table'],
    ['of an engine without transactions', 'CREATE TABLE refused (a int) ENGINE = MyISAM', 'TABLE', 'MyISAM'],
    ['of memory alone', 'CREATE TABLE refused (a int) ENGINE = MEMORY', 'TABLE', 'MEMORY'],
  ])('is refused when it is %s', async (_kind, sql, kind, expected) => {
    await ask(sql);
    for (const mode of ['replace', 'append', 'upsert'] as const)
      await expect(load('a\n1\n', { table: 'refused', mode, key: ['a'] })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(expected),
      });
    await ask(`DROP ${kind} refused`);
  });
});
