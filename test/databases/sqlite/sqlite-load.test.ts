import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parse } from 'csv-parse/sync';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { claimsPieces } from '../../support/claims-file.ts';
import { lateChange, lateChanges, loadCsv, numbered } from '../load-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-sqlite-'));
const file = join(folder, 'test.db');
const address = `sqlite:${file}`;
const opened = new DatabaseSync(file);
// Other programs that read or write retry for a while, as in production.
opened.exec('PRAGMA busy_timeout = 2000');

afterAll(() => {
  opened.close();
  rmSync(folder, { recursive: true });
});

type Row = Record<string, unknown>;
const ask = (sql: string): Row[] =>
  opened
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }));
const load = (csv: string | AsyncIterable<Uint8Array>, options: Parameters<typeof loadCsv>[2]) =>
  loadCsv(address, csv, options);

describe('A new SQLite table', () => {
  it.each(lateChanges)('stores every value of the file: %s', async (name, early, late, type) => {
    const values = lateChange(early, late);
    const result = await load(numbered(values), { table: name });
    expect(result.columns.map((each) => each.type)).toEqual(['integer', type]);
    const [shown] = ask(
      `SELECT type, (SELECT count(*) FROM "${name}") AS rows FROM pragma_table_info('${name}') WHERE name = 'value'`,
    );
    const long = name.includes('very many digits');
    expect(shown).toEqual({
      type: type === 'decimal' && !long ? 'NUMERIC' : type === 'integer' ? 'INTEGER' : 'TEXT',
      rows: values.length,
    });
    const found = ask(`SELECT value FROM "${name}" ORDER BY row`).map(({ value }) => value);
    const number = shown?.['type'] !== 'TEXT';
    const expected = values.map((value) =>
      value === '' ? null : number ? Number(value) : value === '""' ? '' : value,
    );
    expect(found).toEqual(expected);
    ask(`DROP TABLE "${name}"`);
  });

  it('has the values of a claims file, with every digit of its decimals', async () => {
    const csv = Buffer.concat([...claimsPieces(5000)]).toString();
    await load(csv, { table: 'claims' });
    const expected = parse(csv, { columns: true }) as Record<string, string>[];
    const found = ask('SELECT * FROM claims ORDER BY claim_id');
    const numbers = ['claim_id', 'gross_paid', 'gross_outstanding', 'ceded_paid', 'share', 'year_of_account'];
    const shown = (row: Row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => {
          if (name === 'open') return [name, value === 1 ? 'true' : 'false'];
          return [name, value === null ? '' : numbers.includes(name) ? Number(value) : value];
        }),
      );
    expect(found.map(shown)).toEqual(
      expected.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, numbers.includes(name) ? Number(value) : value]),
        ),
      ),
    );
    expect(
      ask('SELECT DISTINCT typeof(claim_id) AS a, typeof(policy_number) AS b, typeof(open) AS c FROM claims'),
    ).toEqual([{ a: 'integer', b: 'text', c: 'integer' }]);
  });

  it('stores booleans as 1 and 0 however they are written, and accepts more of them', async () => {
    await load('row,open\n1,True\n2,FALSE\n3,\n', { table: 'flags' });
    await load('row,open\n4,true\n5,False\n', { table: 'flags', mode: 'append' });
    expect(ask('SELECT open FROM flags ORDER BY row').map(({ open }) => open)).toEqual([1, 0, null, 1, 0]);
  });

  it('has the chosen column types', async () => {
    await load('policy,share,paid\n1,+7,.5\n', {
      table: 'given',
      columnTypes: { policy: 'text', share: 'integer', paid: 'decimal' },
    });
    expect(ask('SELECT * FROM given')).toEqual([{ policy: '1', share: 7, paid: 0.5 }]);
  });

  it('distinguishes empty text and NULL', async () => {
    await load('v\nx\n\n""\n', { table: 'single' });
    expect(ask('SELECT v FROM single').map(({ v }) => v)).toEqual(['x', null, '']);
  });

  it('works in a database with UTF-16 encoding', async () => {
    const other = join(folder, 'utf16.db');
    const database = new DatabaseSync(other);
    database.exec("PRAGMA encoding = 'UTF-16le'; CREATE TABLE first (a)");
    const values = lateChange(['1', '2'], ['Zürich 東京']);
    await loadCsv(`sqlite:${other}`, numbered(values), { table: 'wide' });
    expect(
      database
        .prepare('SELECT value FROM wide ORDER BY row')
        .all()
        .map(({ value }) => value),
    ).toEqual(values);
    database.close();
  });

  it.each(['UTF-8', 'UTF-16le'])(
    'has texts of any length, in a new and an existing table, in a database in %s',
    async (encoding) => {
      const other = join(folder, `texts-${encoding}.db`);
      const database = new DatabaseSync(other);
      database.exec(
        `PRAGMA encoding = '${encoding}'; CREATE TABLE known (row INTEGER PRIMARY KEY, typed VARCHAR, untyped, list BLOB)`,
      );
      const forms = ['plain ', 'Zürich 東京 😀 ', 'say ""no"" ', '""', 'x""', 'line\nand\r\nline ', '7', '\uFEFF', '’'];
      const texts = forms.flatMap((form) =>
        [1, 5, 10, 16, 32, 60, 64, 65, 66, 500].flatMap((times) => [
          form.repeat(times),
          `${'x'.repeat(60)}${form.repeat(times)}`,
        ]),
      );
      const rows = texts.map((text, row) => `${row},"${text}",,"${text}"\n`);
      await loadCsv(`sqlite:${other}`, `row,typed,untyped,list\n${rows.join('')}`, { table: 'fresh' });
      const known = texts.map((text, row) => `${row},"${text}","${text}","${text}"\n`);
      await loadCsv(`sqlite:${other}`, `row,typed,untyped,list\n${known.join('')}`, { table: 'known', mode: 'append' });
      const values = texts.map((text) => text.replaceAll('""', '"'));
      const all = (sql: string): Row[] =>
        database
          .prepare(sql)
          .all()
          .map((row) => ({ ...row }));
      expect(all('SELECT typed, untyped, list FROM fresh ORDER BY row')).toEqual(
        values.map((value) => ({ typed: value, untyped: null, list: value })),
      );
      expect(all('SELECT typed, untyped, list FROM known ORDER BY row')).toEqual(
        values.map((value) => ({ typed: value, untyped: value, list: value })),
      );
      expect(all('SELECT DISTINCT typeof(typed) AS a, typeof(untyped) AS b, typeof(list) AS c FROM known')).toEqual([
        { a: 'text', b: 'text', c: 'text' },
      ]);
      database.close();
    },
  );

  it('has the long texts of a column that began with numbers', async () => {
    const texts = ['1', '2.5', 'x'.repeat(300), `Zürich ${'"'.repeat(100)}`, '7'];
    await load(numbered(texts.map((text) => `"${text.replaceAll('"', '""')}"`)), { table: 'changed' });
    expect(ask('SELECT value FROM changed ORDER BY row').map(({ value }) => value)).toEqual(texts);
  });

  it('is not created from bytes that are not UTF-8', async () => {
    async function* latin1() {
      yield Buffer.from('a\nM\xfcller\n', 'latin1');
    }
    await expect(load(latin1(), { table: 'wrong' })).rejects.toMatchObject({
      code: 'invalid-file',
      hint: expect.stringContaining('UTF-8'),
    });
  });
});

describe('A SQLite table that is replaced', () => {
  it('keeps its index and view, and assigns its own row IDs', async () => {
    ask('CREATE TABLE kept (id INTEGER PRIMARY KEY, a INTEGER UNIQUE, b TEXT)');
    ask("INSERT INTO kept (a, b) VALUES (1, 'old'), (2, 'old')");
    ask('CREATE VIEW above AS SELECT a, b FROM kept');
    await load('b,a\nnew,2\nnew,3\n', { table: 'kept', mode: 'replace' });
    expect(ask('SELECT * FROM above ORDER BY a')).toEqual([
      { a: 2, b: 'new' },
      { a: 3, b: 'new' },
    ]);
    await expect(load('b,a\nnew,5\nnew,5\n', { table: 'kept', mode: 'replace' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(ask('SELECT id, a FROM kept')).toEqual([
      { id: 1, a: 2 },
      { id: 2, a: 3 },
    ]);
  });

  it('refuses values that do not fit the declared type, although SQLite would not', async () => {
    await load('a,b,c\n1,1.5,true\n', { table: 'typed' });
    for (const csv of ['a,b,c\nx,1,true\n', 'a,b,c\n1,"1,500",true\n', 'a,b,c\n1,1,maybe\n']) {
      await expect(load(csv, { table: 'typed', mode: 'append' })).rejects.toMatchObject({ code: 'invalid-input' });
    }
    expect(ask('SELECT * FROM typed')).toEqual([{ a: 1, b: 1.5, c: 1 }]);
  });

  it('can be referenced by other tables, unless their rows would be deleted', async () => {
    ask('CREATE TABLE parent (a INTEGER PRIMARY KEY)');
    ask('INSERT INTO parent VALUES (1), (2)');
    ask('CREATE TABLE child (a REFERENCES parent)');
    ask('INSERT INTO child VALUES (1)');
    await load('a\n1\n3\n', { table: 'parent', mode: 'replace' });
    await expect(load('a\n3\n', { table: 'parent', mode: 'replace' })).rejects.toMatchObject({ code: 'conflict' });
    expect(ask('SELECT a FROM parent').map(({ a }) => a)).toEqual([1, 3]);
    ask('CREATE TABLE dependant (a REFERENCES parent ON DELETE CASCADE)');
    ask('INSERT INTO dependant VALUES (1)');
    await expect(load('a\n1\n', { table: 'parent', mode: 'replace' })).rejects.toMatchObject({ code: 'conflict' });
    expect(ask('SELECT a FROM dependant')).toHaveLength(1);
  });

  it('is refused when it is a view, or reserved by SQLite', async () => {
    ask('CREATE VIEW looks AS SELECT 1 AS a');
    for (const table of ['looks', 'LOOKS', 'sqlite_schema', 'SQLite_x']) {
      await expect(load('a\n1\n', { table, mode: 'replace' })).rejects.toMatchObject({ code: 'invalid-input' });
    }
  });
});

describe('A load into SQLite', () => {
  const rows = (count: number) =>
    `a,b\n${Array.from({ length: count }, (_, row) => `${row},text of a row`).join('\n')}\n`;

  it.each(['delete', 'wal'])(
    'lets other connections read and write the file until it publishes, in journal mode %s',
    async (mode) => {
      ask(`PRAGMA journal_mode = ${mode}`);
      ask('DROP TABLE IF EXISTS busy');
      ask('DROP TABLE IF EXISTS diary');
      ask('CREATE TABLE diary (n)');
      await load('a,b\n1,x\n', { table: 'busy' });
      const seen = new Set<unknown>();
      async function* slow() {
        yield Buffer.from(rows(100_000));
        for (let piece = 0; piece < 5; piece += 1) {
          seen.add(ask('SELECT count(*) AS rows FROM busy')[0]?.['rows']);
          ask(`INSERT INTO diary VALUES (${piece})`);
          yield Buffer.from('1,more\n'.repeat(50_000));
        }
      }
      await load(slow(), { table: 'busy', mode: 'replace' });
      seen.add(ask('SELECT count(*) AS rows FROM busy')[0]?.['rows']);
      expect([...seen]).toEqual([1, 350_000]);
      expect(ask('SELECT count(*) AS rows FROM diary')).toEqual([{ rows: 5 }]);
      expect(ask('PRAGMA journal_mode')).toEqual([{ journal_mode: mode }]);
    },
  );

  it('waits for another program that has locked the file', async () => {
    await load('a\n1\n', { table: 'held' });
    opened.exec('BEGIN IMMEDIATE');
    setTimeout(() => opened.exec('COMMIT'), 300);
    expect(await load('a\n2\n', { table: 'held', mode: 'append' })).toMatchObject({ rows: 1 });
  });

  it('waits for a reader, which keeps its snapshot', async () => {
    await load('a\n1\n', { table: 'read' });
    opened.exec('BEGIN');
    expect(ask('SELECT a FROM read')).toHaveLength(1);
    const loading = load('a\n2\n3\n', { table: 'read', mode: 'replace' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ask('SELECT a FROM read')).toHaveLength(1);
    opened.exec('COMMIT');
    await loading;
    expect(ask('SELECT a FROM read')).toHaveLength(2);
  });

  it('is refused when the table was created or changed during the load', async () => {
    async function* meddling(sql: string) {
      yield Buffer.from(rows(20_000));
      ask(sql);
    }
    await expect(load(meddling('CREATE TABLE meddled (a, b)'), { table: 'meddled' })).rejects.toMatchObject({
      code: 'table-exists',
    });
    const changing = load(meddling('ALTER TABLE meddled ADD COLUMN c'), { table: 'meddled', mode: 'append' });
    await expect(changing).rejects.toMatchObject({ code: 'conflict' });
    expect(ask('SELECT * FROM meddled')).toEqual([]);
  });

  it('leaves the file unchanged when its process is killed', async () => {
    const other = join(folder, 'killed.db');
    await loadCsv(`sqlite:${other}`, 'a,b\n1,x\n', { table: 'kept' });
    const size = statSync(other).size;
    const program = `
      import { loadIntoTable } from './shared/src/datasets/load/load-into-table.ts';
      import { openTarget } from './shared/src/databases/open-target.ts';
      async function* endless() {
        yield Buffer.from('a,b\\n');
        for (;;) {
          yield Buffer.from('1,text\\n'.repeat(50_000));
          await new Promise((resolve) => setTimeout(resolve, 1));
          console.log('piece');
        }
      }
      await loadIntoTable(endless(), await openTarget(process.argv[1]), { table: 'kept', mode: 'replace' });`;
    const child = spawn(
      process.execPath,
      ['--no-warnings', '--input-type=module-typescript', '-e', program, `sqlite:${other}`],
      {
        cwd: join(__dirname, '..', '..', '..'),
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    for (let piece = 0; piece < 5; piece += 1) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(statSync(other).size).toBe(size);
    expect(existsSync(`${other}-journal`)).toBe(false);
    await loadCsv(`sqlite:${other}`, 'a,b\n2,y\n', { table: 'kept', mode: 'append' });
    const database = new DatabaseSync(other);
    expect(
      database
        .prepare('SELECT a FROM kept')
        .all()
        .map(({ a }) => a),
    ).toEqual([1, 2]);
    database.close();
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
      await expect(
        loadIntoTable(one('a,b\n1,2\n1'), target, { table: 'serial', mode: 'create' }),
      ).rejects.toMatchObject({
        code: 'rejected-rows',
      });
      for (const mode of ['create', 'append', 'replace', 'append'] as const) {
        await loadIntoTable(one('a,b\n1,2\n'), target, { table: 'serial', mode });
      }
    } finally {
      await target.close();
    }
    expect(ask('SELECT count(*) AS rows FROM serial')).toEqual([{ rows: 2 }]);
  });

  it('explains a wrong path or file', async () => {
    await expect(openTarget(`sqlite:${join(folder, 'none', 'x.db')}`)).rejects.toMatchObject({ code: 'not-found' });
    await expect(loadCsv(`sqlite:${__filename}`, 'a\n1\n', { table: 't' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(load('a\n1\n', { table: 't', schema: 'other' })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});
