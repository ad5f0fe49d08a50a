import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { build } from 'esbuild';
import mysql, { type Connection } from 'mysql2/promise';
import { loadDataset } from '../../shared/src/datasets/load/load-dataset.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../shared/src/datasets/node/open-target.ts';
import { runCommand } from '../machine/command.ts';
import { startMariaDb, type MariaDb } from '../machine/mariadb.ts';
import { findOrInstall } from '../machine/tools.ts';
import { claimsColumns, claimsPieces } from './claims-file.ts';
import type { Fate } from './load-and-die.ts';
import { inPieces, lateChange, lateChanges, loadCsv, numbered } from './load-csv.ts';

let mariadb: MariaDb;
let client: Connection;
let address: string;
/** Begun at once, for it takes half a minute: a load into a table that another one holds. */
let kept: Promise<unknown>;

beforeAll(async () => {
  mariadb = await startMariaDb();
  address = `${mariadb.url}?ssl=off`;
  client = await mysql.createConnection({ uri: mariadb.url, multipleStatements: true, dateStrings: true });
  const holder = await openTarget(address);
  await holder.begin({ table: 'held', mode: 'append' });
  kept = loadCsv(address, 'a\n1\n', { table: 'held', mode: 'append' }).catch((error: unknown) => error).finally(() => holder.close());
});

afterAll(async () => {
  await kept;
  await client.end();
  await mariadb.stop();
});

type Row = Record<string, unknown>;
const ask = async (sql: string, values: unknown[] = []): Promise<Row[]> => {
  const [rows] = await client.query({ sql, values });
  return (Array.isArray(rows) ? rows : []).map((row) => ({ ...(row as Row) }));
};
const load = (csv: string | AsyncIterable<Uint8Array>, options: Parameters<typeof loadCsv>[2]) => loadCsv(address, csv, options);
const staged = () => ask("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE 'pipewright\\_staging%'");
const exists = async (table: string): Promise<boolean> => (await ask('SELECT 1 AS yes FROM information_schema.tables WHERE table_schema = database() AND table_name = ?', [table])).length > 0;

/** A column as the text of its values, with its type. */
async function column(table: string, name = 'value', order = 'row'): Promise<{ type: string; values: unknown[] }> {
  const [first] = await ask('SELECT column_type AS type FROM information_schema.columns WHERE table_schema = database() AND table_name = ? AND column_name = ?', [table, name]);
  const rows = await ask(`SELECT CAST(\`${name}\` AS char) AS value FROM \`${table}\` ORDER BY \`${order}\``);
  return { type: String(first?.['type']), values: rows.map(({ value }) => value) };
}

describe('A new MySQL table', () => {
  it.each(lateChanges)('holds every value as the file has it: %s', async (name, early, late, type) => {
    const values = lateChange(early, late);
    const result = await load(numbered(values), { table: name });
    expect(result.columns.map((each) => each.type)).toEqual(['integer', type]);
    const expected = values.map((value) => (value === '' ? null : value === '""' ? '' : value));
    const found = await column(name);
    expect(found.type.replace(/\(.*/, '')).toBe({ integer: 'bigint', decimal: 'decimal', text: 'longtext' }[type]);
    if (type !== 'decimal') expect(found.values).toEqual(expected);
    else expect(found.values.map((value) => (value === null ? '' : withoutZeros(String(value)))).join()).toBe(expected.map((value) => withoutZeros(value ?? '')).join());
    await ask(`DROP TABLE \`${name}\``);
    expect(await staged()).toEqual([]);
  });

  it('holds every value when every column changes its type at another place', async () => {
    const width = 12;
    const rows = Array.from({ length: 24_000 }, (_, row) => Array.from({ length: width }, (_cell, at) => (row === 4000 + at * 1500 ? `late ${at}` : `${row}.${10 + at}`)));
    const header = Array.from({ length: width }, (_, at) => `c${at}`).join();
    await load(`row,${header}\n${rows.map((cells, row) => [row, ...cells].join()).join('\n')}`, { table: 'staggered' });
    const found = await ask('SELECT * FROM staggered ORDER BY row');
    expect(found.map(({ row: _row, ...cells }) => Object.values(cells).join())).toEqual(rows.map((cells) => cells.join()));
  });

  it('has the values and types of a whole file of claims', async () => {
    const csv = Buffer.concat([...claimsPieces(5000)]).toString();
    await load(csv, { table: 'claims' });
    const expected = parse(csv, { columns: true }) as Row[];
    const texts = claimsColumns.map(([name, type]) => `coalesce(${type === 'boolean' ? `if(${name}, 'true', 'false')` : type === 'timestamp' ? `left(${name}, 19)` : name}, '') AS ${name}`).join();
    expect(await ask(`SELECT ${texts} FROM claims ORDER BY claims.claim_id`)).toEqual(expected);
    const types: Record<string, string> = { integer: 'bigint(20)', decimal: 'decimal(18,2)', boolean: 'tinyint(1)', timestamp: 'datetime(6)', text: 'longtext' };
    for (const [name, type] of claimsColumns) expect([name, (await column('claims', name, 'claim_id')).type]).toEqual([name, name === 'share' ? 'decimal(18,4)' : (types[type] ?? type)]);
  });

  it('takes timestamps of every zone as the moments that they are, and loads them again', async () => {
    const csv = 'at\n2026-11-20T10:00:00+02:00\n2026-11-20 08:00Z\n2026-11-20T03:00-0500\n2026-11-20T18:00+10\n1899-12-31T23:30:00.125-00:30\n';
    const moments = ['1900-01-01 00:00:00.125000', '2026-11-20 08:00:00.000000'];
    await load(csv, { table: 'moments' });
    expect((await ask('SELECT DISTINCT at FROM moments ORDER BY at')).map(({ at }) => at)).toEqual(moments);
    for (const mode of ['replace', 'append'] as const) expect((await load(csv, { table: 'moments', mode })).columns).toEqual([{ name: 'at', type: 'timestamp-with-zone' }]);
    expect((await ask('SELECT DISTINCT at FROM moments ORDER BY at')).map(({ at }) => at)).toEqual(moments);
  });

  it('has the types that are given', async () => {
    const columns = { policy: 'text', share: 'integer', paid: 'decimal' } as const;
    await load('policy,share,paid\n1,007,+5\n2,8,.125\n', { table: 'given', columns });
    expect(await ask('SELECT * FROM given')).toEqual([{ policy: '1', share: 7, paid: '5.000' }, { policy: '2', share: 8, paid: '0.125' }]);
    await load('policy,share,paid\n1,1,1\n', { table: 'given_whole', columns });
    await load('policy,share,paid\n1,1,2.5\n', { table: 'given_whole', columns, mode: 'append' });
    expect((await column('given_whole', 'paid', 'paid')).values).toEqual(['1.0000', '2.5000']);
    await expect(load('share,policy,paid\nx,1,1\n', { table: 'given2', columns })).rejects.toMatchObject({ code: 'bad-input' });
    expect(await exists('given2')).toBe(false);
  });

  it('keeps decimals to the last digit, as many as there are', async () => {
    const values = ['0.5', '-99999999999999999999999999999999999.125', '0.00000000000000000000000000000000000001'];
    await load(`row,few,many,tiny\n1,${values[0]},${values[1]},${values[2]}\n`, { table: 'digits' });
    expect(await ask('SELECT few, many, tiny FROM digits')).toEqual([{ few: '0.5', many: values[1], tiny: values[2] }]);
    expect((await column('digits', 'tiny', 'row')).type).toBe('longtext');
  });

  it.each([',', ';', '\t', '|'].flatMap((delimiter) => ['\n', '\r\n'].map((end) => [delimiter, end] as const)))('reads every kind of value with the delimiter %j and line ends %j', async (delimiter, end) => {
    const values = ['NULL', '"NULL"', '""', '', '"say ""no"", twice"', `"a${delimiter}b"`, '"two\nlines"', '"two\r\nlines"', '"""x"""', '\\', '\\N', '"\\"', "it's", ' spaced ', '東京 😀', '"😀"', '"""😀"', '\\n'];
    const csv = `row${delimiter}v${delimiter}last${end}${values.map((value, row) => [row, value, '"z"'].join(delimiter)).join(end)}${end}`;
    await load(csv, { table: 'kinds', mode: 'replace', delimiter: delimiter as ',' });
    const expected = values.map((value) => (value === '' ? null : value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value));
    expect((await column('kinds', 'v')).values).toEqual(expected);
    expect(await ask("SELECT count(*) AS number FROM kinds WHERE last = 'z'")).toEqual([{ number: values.length }]);
  });

  it('keeps apart what is empty and what is null where there is one column only', async () => {
    await load('v\nx\n\n""\nNULL\n"NULL"\n"a""b"\n', { table: 'single' });
    expect((await ask('SELECT v FROM single')).map(({ v }) => v)).toEqual(['x', null, '', 'NULL', 'NULL', 'a"b']);
  });

  it('takes line ends of both kinds in one file, and rows behind others that are left out', async () => {
    await load('a,b\r\n1,x\n2,y\r\n3,"z\nz"\n\n4,\r\n5\n6,NULL', { table: 'ends', maxRejectedRows: 1 });
    expect((await ask('SELECT b FROM ends ORDER BY a')).map(({ b }) => b)).toEqual(['x', 'y', 'z\nz', null, 'NULL']);
  });

  it('takes texts of megabytes, and many columns', async () => {
    const long = '😀 "long", '.repeat(300_000);
    const width = 150;
    await load(`row,v\n1,"${long.replaceAll('"', '""')}"\n2,short\n`, { table: 'long' });
    expect((await ask('SELECT char_length(v) AS letters, sha2(v, 256) = sha2(?, 256) AS same FROM `long` WHERE row = 1', [long]))[0]).toEqual({ letters: [...long].length, same: 1 });
    await load(`${Array.from({ length: width }, (_, at) => `c${at}`).join()}\n${Array.from({ length: width }, (_, at) => `text of the column ${at}`).join()}\n`, { table: 'wide' });
    expect(Object.values((await ask('SELECT * FROM wide'))[0] ?? {})).toHaveLength(width);
  });

  it('is not made of bytes that are no UTF-8', async () => {
    async function* latin1() {
      yield Buffer.from('a\nM\xfcller\n', 'latin1');
    }
    await expect(load(latin1(), { table: 'wrong' })).rejects.toMatchObject({ code: 'bad-csv', hint: expect.stringContaining('UTF-8') });
    expect([await exists('wrong'), await staged()]).toEqual([false, []]);
  });

  it('may be called anything that MySQL can call it, and nothing else', async () => {
    await load('a `b`?,c\n1,2\n', { table: 'odd `name`?' });
    await load('a `b`?,c\n3,4\n', { table: 'odd `name`?', mode: 'append', key: ['a `b`?'], loadKey: 'odd ? \\' });
    expect(await ask('SELECT `a ``b``?` AS a FROM `odd ``name``?` ORDER BY c')).toEqual([{ a: 1 }, { a: 3 }]);
    for (const table of ['x'.repeat(65), '😀', '']) await expect(load('a\n1\n', { table })).rejects.toMatchObject({ code: 'bad-input' });
    await expect(load(`${'x'.repeat(65)}\n1\n`, { table: 'cut' })).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('stands in the database that is asked for', async () => {
    await ask('CREATE DATABASE `odd db`');
    await load('a\n1\n', { table: 'placed', schema: 'odd db', loadKey: 'once' });
    await load('a\n2\n', { table: 'placed', schema: 'odd db', mode: 'upsert', key: ['a'] });
    expect(await ask('SELECT a FROM `odd db`.placed')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await ask('SELECT status FROM `odd db`.pipewright_loads')).toEqual([{ status: 'done' }]);
    await expect(load('a\n1\n', { table: 'placed', schema: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('tells rows apart by keys that MySQL itself would take for the same, and has an index for the next upsert', async () => {
    const upsert = { table: 'keyed', mode: 'upsert', key: ['policy'] } as const;
    const long = 'x'.repeat(300);
    expect(await load(`policy,paid\na1,1\nA1,2\ná1,3\n`, upsert)).toMatchObject({ inserted: 3 });
    expect((await column('keyed', 'policy', 'paid')).type).toBe('varchar(255)');
    expect(await load(`policy,paid\nA1,5\nb,6\n`, upsert)).toMatchObject({ updated: 1, inserted: 1 });
    expect((await ask('SELECT policy, paid FROM keyed ORDER BY paid')).map(({ policy }) => policy)).toEqual(['a1', 'á1', 'A1', 'b']);
    expect(await ask("SELECT column_name AS name FROM information_schema.statistics WHERE table_schema = database() AND table_name = 'keyed'")).toEqual([{ name: 'policy' }]);
    await load(`policy,paid\n${long}1,1\n${long}2,2\n`, { ...upsert, table: 'keyed_long' });
    expect(await load(`policy,paid\n${long}2,3\n`, { ...upsert, table: 'keyed_long' })).toMatchObject({ updated: 1, inserted: 0 });
  });
});

function withoutZeros(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number;
}

describe('A MySQL table that is replaced', () => {
  it('keeps its index, its default, its number, its trigger and the view upon it; a column that is calculated is left alone', async () => {
    await ask(`CREATE TABLE stays (id int AUTO_INCREMENT PRIMARY KEY, a int UNIQUE, b text, made date DEFAULT '2026-01-01', twice int AS (a * 2));
      CREATE VIEW above AS SELECT a, b FROM stays; CREATE TABLE seen_by_trigger (a int);
      CREATE TRIGGER watch AFTER INSERT ON stays FOR EACH ROW INSERT INTO seen_by_trigger VALUES (new.a);
      INSERT INTO stays (a, b) VALUES (1, 'old'), (2, 'old')`);
    await load('b,a\nnew,2\nnew,3\n', { table: 'stays', mode: 'replace' });
    await load('b,a\nmore,4\n', { table: 'stays', mode: 'append' });
    expect(await ask('SELECT a, b FROM above ORDER BY a')).toEqual([{ a: 2, b: 'new' }, { a: 3, b: 'new' }, { a: 4, b: 'more' }]);
    expect(await ask('SELECT count(DISTINCT made) AS defaults, sum(twice) AS twice, count(DISTINCT id) AS ids FROM stays')).toEqual([{ defaults: 1, twice: '18', ids: 3 }]);
    expect(await ask('SELECT a FROM seen_by_trigger ORDER BY a')).toEqual([1, 2, 2, 3, 4].map((a) => ({ a })));
    await expect(load('a,twice\n9,18\n', { table: 'stays', mode: 'append' })).rejects.toMatchObject({ code: 'columns-missing' });
  });

  it('shows the old rows to everybody until the commit, and to a transaction that began before also after it', async () => {
    await load('a\n1\n2\n', { table: 'seen' });
    const other = await mysql.createConnection(mariadb.url);
    const count = async (by: Connection): Promise<unknown> => ((await by.query('SELECT count(*) AS number FROM seen'))[0] as Row[])[0]?.['number'];
    try {
      await client.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
      const during: unknown[] = [];
      async function* slow() {
        yield Buffer.from('a\n1\n2\n3\n');
        for (let piece = 0; piece < 5; piece += 1) {
          yield Buffer.from('4\n'.repeat(100_000));
          during.push(await count(other));
        }
      }
      await load(slow(), { table: 'seen', mode: 'replace' });
      expect([new Set(during), Number(await count(client)), await count(other)]).toEqual([new Set([2]), 2, 500_003]);
    } finally {
      await client.query('COMMIT');
      await other.end();
    }
  });

  it.each(['CASCADE', 'SET NULL'])('is refused where rows of another table would go too: %s', async (action) => {
    await ask(`DROP TABLE IF EXISTS child, parent; CREATE TABLE parent (a int PRIMARY KEY); INSERT INTO parent VALUES (1);
      CREATE TABLE child (a int, FOREIGN KEY (a) REFERENCES parent (a) ON DELETE ${action}); INSERT INTO child VALUES (1)`);
    await expect(load('a\n1\n', { table: 'parent', mode: 'replace' })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('child') });
    expect(await ask('SELECT a FROM child')).toEqual([{ a: 1 }]);
    await load('a\n2\n', { table: 'parent', mode: 'append' });
  });

  it('is refused where others refer to its rows, which MySQL checks at once', async () => {
    await ask('DROP TABLE IF EXISTS child, parent; CREATE TABLE parent (a int PRIMARY KEY); INSERT INTO parent VALUES (1); CREATE TABLE child (a int, FOREIGN KEY (a) REFERENCES parent (a)); INSERT INTO child VALUES (1)');
    await expect(load('a\n1\n', { table: 'parent', mode: 'replace' })).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('Append') });
    await expect(load('a\n1\n9\n', { table: 'child', mode: 'append' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await ask('SELECT a FROM child')).toEqual([{ a: 1 }]);
  });

  it.each([
    ['a value of another type', 'a,b\n1,x\nnone,y\n', 'bad-input', 'column “a”'],
    ['a key that comes twice', 'a,b\n1,x\n1,y\n', 'conflict', 'Duplicate entry'],
    ['a null where none may be', 'a,b\n1,\n', 'bad-input', 'is empty'],
    ['a row that breaks a rule', 'a,b\n1,forbidden\n', 'bad-input', 'CONSTRAINT'],
  ])('is as it was after %s', async (_name, csv, code, told) => {
    await ask("DROP TABLE IF EXISTS strict; CREATE TABLE strict (a int UNIQUE, b varchar(20) NOT NULL CHECK (b <> 'forbidden')); INSERT INTO strict VALUES (9, 'old')");
    for (const mode of ['replace', 'append'] as const) await expect(load(csv, { table: 'strict', mode })).rejects.toMatchObject({ code, message: expect.stringContaining(told) });
    expect(await ask('SELECT * FROM strict')).toEqual([{ a: 9, b: 'old' }]);
  });

  it.each([
    ['a view', 'CREATE VIEW refused AS SELECT 1 AS a', 'VIEW', 'is not a table'],
    ['of an engine without transactions', 'CREATE TABLE refused (a int) ENGINE = MyISAM', 'TABLE', 'MyISAM'],
    ['of memory alone', 'CREATE TABLE refused (a int) ENGINE = MEMORY', 'TABLE', 'MEMORY'],
  ])('is refused when it is %s', async (_kind, sql, kind, told) => {
    await ask(sql);
    for (const mode of ['replace', 'append', 'upsert'] as const) await expect(load('a\n1\n', { table: 'refused', mode, key: ['a'] })).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining(told) });
    await ask(`DROP ${kind} refused`);
  });
});

describe('What a MySQL server would change without an error', () => {
  const tried = async (definition: string, value: string, options: Partial<LoadOptions> = {}): Promise<unknown> => {
    await ask(`DROP TABLE IF EXISTS trap; CREATE TABLE trap (n int, ${definition})`);
    const csv = `n,v\n${[1, 2, 3].map((row) => `${row},${row === 2 ? value : ''}`).join('\n')}\n`;
    return load(csv, { table: 'trap', mode: 'append', ...options }).then(async () => (await ask('SELECT CAST(v AS char) AS v FROM trap WHERE n = 2'))[0]?.['v'], async (error: unknown) => {
      expect(await ask('SELECT * FROM trap')).toEqual([]);
      expect(error).toMatchObject({ code: 'bad-input' });
      return String((error as Error).message);
    });
  };

  it.each([
    ['a text that is too long', 'v varchar(3)', 'abcd', 'more than 3 characters'],
    ['a text that is too long for a type we have no limit of', "v enum('a', 'b')", 'c', 'Data truncated'],
    ['bytes that are too many', 'v varbinary(3)', 'éé', 'Data truncated|Data too long'],
    ['letters that its alphabet does not have', 'v varchar(9) CHARACTER SET latin1', '東京', 'Incorrect string value'],
    ['letters of four bytes where three are the most', 'v text CHARACTER SET utf8mb3', '😀', 'Incorrect string value'],
    ['an integer that is too great', 'v tinyint', '128', 'not between -128 and 127'],
    ['a negative integer', 'v int unsigned', '-1', 'not between 0 and 4294967295'],
    ['a negative integer of 64 bits', 'v bigint unsigned', '-1', 'not between 0'],
    ['a negative decimal', 'v decimal(5,2) unsigned', '-1', 'Out of range'],
    ['a decimal that would be rounded', 'v decimal(5,2)', '1.005', '2 behind it'],
    ['a decimal that is too great', 'v decimal(5,2)', '1000', '3 digits before'],
    ['a day that there is not', 'v date', '2026-02-30', 'is not a date'],
    ['a day with a time', 'v date', '2026-11-20 10:00', 'is not a date'],
    ['a fraction of a second that would be cut', 'v datetime', '2026-11-20 10:00:00.7', 'keeps 0 digits'],
    ['a fraction of a second that would be rounded', 'v datetime(3)', '2026-11-20T10:00:00.1234', 'keeps 3 digits'],
    ['a number that is none', 'v double', '1,5x', 'columns|Data truncated|Incorrect'],
    ['a word for a number', 'v float', 'much', 'Data truncated|Incorrect'],
    ['a time that there is not', 'v time', '25:61:00', 'truncated|Incorrect'],
    ['JSON that is none', 'v json', '{x', 'JSON'],
    ['a moment beyond the years of a timestamp', 'v timestamp NULL', '2150-01-01T00:00Z', 'Incorrect|truncated|Out of range'],
    ['a moment before the first year', "v datetime(6) COMMENT 'UTC'", '0001-01-01T00:00+02:00', 'truncated|Incorrect|overflow'],
    ['a text where a UUID is', "v char(36) COMMENT 'UUID'", 'not a UUID', 'is not a uuid'],
    ['a word where a boolean is', 'v tinyint(1)', 'maybe', 'is not a boolean'],
  ])('is refused: %s', async (_case, definition, value, told) => {
    expect(await tried(definition, value.includes(',') ? `"${value}"` : value)).toMatch(new RegExp(told));
  });

  it.each([
    ['v tinyint(1)', 'TRUE', '1'], ['v tinyint(1)', '0', '0'], ['v tinyint(1)', '"false"', '0'],
    ['v timestamp(6) NULL', '2026-11-20T10:00:00.5+02:00', '2026-11-20 08:00:00.500000'], ['v timestamp NULL', '2026-11-20 10:00', '2026-11-20 10:00:00'],
    ['v datetime', '2026-11-20T10:00:00.000', '2026-11-20 10:00:00'], ['v datetime(3)', '"2026-11-20T10:00:00.120"', '2026-11-20 10:00:00.120'],
    ['v decimal(5,2)', '+001.500', '1.50'], ['v bigint', '-9223372036854775808', '-9223372036854775808'], ['v bigint unsigned', '9223372036854775807', '9223372036854775807'],
    ['v char(36) CHARACTER SET ascii', 'not a UUID', 'not a UUID'], ["v char(36) COMMENT 'UUID'", '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77'], ['v uuid', '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77'],
    ['v double', '1.5e3', '1500'], ["v enum('a', 'NULL')", '"NULL"', 'NULL'], ['v varchar(3)', '😀😀😀', '😀😀😀'],
  ])('is not: %s takes %s', async (definition, value, expected) => {
    expect(await tried(`${definition}${/char\(3\)/.test(definition) ? ' CHARACTER SET utf8mb4' : ''}`, value)).toBe(expected);
  });

  it('is not a key of zero, which would become the next number', async () => {
    await ask('CREATE TABLE zero (id int AUTO_INCREMENT PRIMARY KEY, v int)');
    await load('id,v\n0,1\n,2\n', { table: 'zero', mode: 'append' });
    expect(await ask('SELECT id, v FROM zero ORDER BY v')).toEqual([{ id: 0, v: 1 }, { id: 1, v: 2 }]);
  });

  it('is told with the row, and with nothing of the row but the value', async () => {
    await ask('CREATE TABLE told (n int, v varchar(9) CHARACTER SET latin1, secret text)');
    const csv = `n,v,secret\n${'1,a,hidden\n'.repeat(41)}42,東京,hidden\n`;
    const failure: unknown = await load(csv, { table: 'told', mode: 'append' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'bad-input', message: expect.stringMatching(/`v` \(row 42\)/) });
    expect(String((failure as Error).message)).not.toContain('hidden');
  });

  it('is left out by itself, where rows may be left out', async () => {
    await ask('CREATE TABLE narrow (id smallint unsigned NOT NULL, name varchar(5) CHARACTER SET utf8mb4, paid decimal(6, 2))');
    const csv = 'id,name,paid\n1,Ada,12.50\n70000,Bob,1\n3,Cleopatra,1\n,Dan,1\n5,Eve,1.005\n6,Finn,99999\n7,👍👍👍👍👍,-9999.99\n';
    const { rejects } = await load(csv, { table: 'narrow', mode: 'append', maxRejectedRows: 5 });
    expect(rejects.map(({ line, column: name, value }) => [line, name, value])).toEqual([[3, 'id', '70000'], [4, 'name', 'Cleopatra'], [5, 'id', null], [6, 'paid', '1.005'], [7, 'paid', '99999']]);
    expect(await ask('SELECT id, name, paid FROM narrow ORDER BY id')).toEqual([{ id: 1, name: 'Ada', paid: '12.50' }, { id: 7, name: '👍👍👍👍👍', paid: '-9999.99' }]);
  });
});

describe('A MySQL table that changes with its dataset', () => {
  const evolve = { mode: 'append', columnChanges: 'evolve' } as const;
  const definition = async (table: string): Promise<string> => String((await ask(`SHOW CREATE TABLE \`${table}\``))[0]?.['Create Table']);

  it('keeps what else was said of a column that becomes wider', async () => {
    await ask("CREATE TABLE evolving (id int NOT NULL DEFAULT 7 COMMENT 'the id, of old', `b ``q``` smallint unsigned COMMENT 'x', since datetime)");
    await load('id,b `q`\n1.5,2\n3,70000.5\n', { table: 'evolving', ...evolve });
    expect(await definition('evolving')).toContain("`id` decimal(38,1) NOT NULL DEFAULT 7.0 COMMENT 'the id, of old'");
    expect(await definition('evolving')).toContain("`b ``q``` decimal(38,1) DEFAULT NULL COMMENT 'x'");
    await load('since,b `q`\nsoon,1\n', { table: 'evolving', ...evolve });
    expect((await ask('SELECT id, `b ``q``` AS b, since FROM evolving')).map((row) => Object.values(row))).toEqual([['1.5', '2.0', null], ['3.0', '70000.5', null], ['7.0', '1.0', 'soon']]);
  });

  it('keeps the alphabet and the order of what it has while rows wait, and takes every letter in what it gets', async () => {
    await ask('CREATE TABLE latin (id int PRIMARY KEY, name varchar(20) CHARACTER SET latin1) DEFAULT CHARACTER SET latin1');
    await load('id,name,more\n1,Müller,東京 😀\n', { table: 'latin', ...evolve });
    await load('id,name,more\n1,Möller,\n2,X,y\n', { table: 'latin', ...evolve, mode: 'upsert', key: ['id'] });
    expect(await ask('SELECT * FROM latin ORDER BY id')).toEqual([{ id: 1, name: 'Möller', more: null }, { id: 2, name: 'X', more: 'y' }]);
    await expect(load('id,name\n3,東京\n', { table: 'latin', ...evolve })).rejects.toMatchObject({ code: 'bad-input' });
  });

  it.each([
    ['the rows do not come, for a key is there already', 'id,name,more\n1,again,1\n', 'conflict'],
    ['a key would have to become text', 'id,name\nx,y\n', 'unavailable'],
    ['a boolean would have to become text', 'id,flag\n5,maybe\n', 'bad-input'],
    ['nothing stands where something must', 'id,name,more\n5,,1\n', 'bad-input'],
  ])('is as it was when %s', async (_case, csv, code) => {
    await ask("DROP TABLE IF EXISTS still_the_same; CREATE TABLE still_the_same (id int PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', flag tinyint(1)); INSERT INTO still_the_same VALUES (1, 'old', 1)");
    const before = await definition('still_the_same');
    await expect(load(csv, { table: 'still_the_same', ...evolve })).rejects.toMatchObject({ code });
    expect(await definition('still_the_same')).toBe(before);
    expect(await ask('SELECT * FROM still_the_same')).toEqual([{ id: 1, name: 'old', flag: 1 }]);
  });
});

describe('A load into MySQL', () => {
  const rows = (count: number) => `a,b\n${Array.from({ length: count }, (_, row) => `${row},text of a row`).join('\n')}\n`;
  /** Ends the connection, or the statement, of the load that goes on, once the server is at it. */
  const killLoad = async (what: 'CONNECTION' | 'QUERY'): Promise<void> => {
    for (;;) {
      const sessions = await ask("SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND info LIKE 'LOAD DATA%'");
      for (const { id } of sessions) await ask(`KILL ${what} ${String(id)}`);
      if (sessions.length > 0) return;
      await sleep(5);
    }
  };

  it.each(['replace', 'create'] as const)('changes nothing when the server ends the connection in the middle, in mode %s', async (mode) => {
    const table = `cut_${mode}`;
    if (mode === 'replace') await load('a,b\n1,x\n', { table });
    async function* interrupted() {
      yield Buffer.from(rows(50_000));
      await killLoad('CONNECTION');
      for (let piece = 0; piece < 50; piece += 1) yield Buffer.from(rows(20_000).slice(4));
    }
    const failure: unknown = await load(interrupted(), { table, mode, loadKey: 'cut' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unavailable', retryable: true });
    if (mode === 'replace') expect(await ask(`SELECT a, b FROM ${table}`)).toEqual([{ a: 1, b: 'x' }]);
    else expect(await exists(table)).toBe(false);
    expect(await load('a,b\n2,y\n', { table, mode, loadKey: 'cut' })).not.toHaveProperty('repeated');
    expect([await ask(`SELECT a FROM ${table}`), await staged()]).toEqual([[{ a: 2 }], []]);
  });

  it('changes nothing when the server stops the statement', async () => {
    await load('a,b\n1,x\n', { table: 'stopped' });
    async function* interrupted() {
      yield Buffer.from(rows(50_000));
      await killLoad('QUERY');
      for (let piece = 0; piece < 20; piece += 1) yield Buffer.from(rows(20_000).slice(4));
    }
    await expect(load(interrupted(), { table: 'stopped', mode: 'replace', loadKey: 'stopped' })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await ask('SELECT a, b FROM stopped')).toEqual([{ a: 1, b: 'x' }]);
    expect(await ask("SELECT status FROM pipewright_loads WHERE table_name = 'stopped'")).toEqual([{ status: 'failed' }]);
  });

  it('changes nothing when it is stopped while its source stands still', async () => {
    await load('a,b\n1,x\n', { table: 'still' });
    const stop = new AbortController();
    async function* silent() {
      yield Buffer.from(rows(50_000));
      setTimeout(() => stop.abort(), 20);
      await new Promise(() => undefined);
    }
    await expect(load(silent(), { table: 'still', mode: 'replace', signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await ask('SELECT a, b FROM still')).toEqual([{ a: 1, b: 'x' }]);
  });

  it('is not changed by what a server is set to', async () => {
    const unusual = { net_read_timeout: '1', sql_mode: "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", sql_safe_updates: '1', time_zone: "'+05:00'", max_statement_time: '0.2', completion_type: "'CHAIN'", autocommit: '0', foreign_key_checks: '0', default_storage_engine: 'MyISAM', sql_notes: '0', max_error_count: '0' };
    const before = (await ask(`SELECT ${Object.keys(unusual).map((name) => `@@global.${name} AS ${name}`).join()}`))[0] ?? {};
    await load('a\n0\n', { table: 'unusual' });
    const set = (values: Row) => ask(`SET ${Object.entries(values).map(([name, value]) => `GLOBAL ${name} = ${typeof value === 'string' && !/^['\d]/.test(value) ? `'${value}'` : String(value)}`).join()}`);
    await set({ ...unusual, default_storage_engine: "'MyISAM'" });
    try {
      async function* slow() {
        yield Buffer.from(`a\n1\n${'2\n'.repeat(100_000)}`);
        await sleep(1500);
        yield Buffer.from('2\n'.repeat(200_000));
      }
      await load(slow(), { table: 'unusual', mode: 'replace', record: true });
      await load('at,v\n2026-11-20T10:00+02:00,\\\n', { table: 'unusual_new' });
      await expect(load('a\n1\n99999999999999999999\n', { table: 'unusual', mode: 'append' })).rejects.toMatchObject({ code: 'bad-input' });
    } finally {
      await set({ ...before, time_zone: "'SYSTEM'", sql_mode: `'${String(before['sql_mode'])}'`, completion_type: "'NO_CHAIN'", default_storage_engine: "'InnoDB'" });
    }
    expect(await ask('SELECT count(*) AS number FROM unusual')).toEqual([{ number: 300_001 }]);
    expect(await ask('SELECT at, v FROM unusual_new')).toEqual([{ at: '2026-11-20 08:00:00.000000', v: '\\' }]);
    expect(await ask("SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE 'unusual%'")).toEqual([{ engine: 'InnoDB' }]);
  });

  it('says what the operator must do where the server takes no files', async () => {
    await load('a\n1\n', { table: 'no_files' });
    await ask('SET GLOBAL local_infile = 0');
    try {
      for (const table of ['no_files', 'no_files_new']) await expect(load('a\n2\n', { table, mode: 'replace' })).rejects.toMatchObject({ code: 'forbidden', hint: expect.stringContaining('local_infile = ON') });
    } finally {
      await ask('SET GLOBAL local_infile = 1');
    }
    expect(await ask('SELECT a FROM no_files')).toEqual([{ a: 1 }]);
  });

  it('leaves the table alone that somebody made meanwhile', async () => {
    async function* slow() {
      yield Buffer.from('a\n1\n');
      await ask("CREATE TABLE meanwhile (a int); INSERT INTO meanwhile VALUES (9)");
      yield Buffer.from('2\n');
    }
    await expect(load(slow(), { table: 'meanwhile', loadKey: 'event', keepRejects: true })).rejects.toMatchObject({ code: 'table-exists' });
    expect(await ask('SELECT a FROM meanwhile')).toEqual([{ a: 9 }]);
    expect(await ask("SELECT status, row_count AS number FROM pipewright_loads WHERE table_name = 'meanwhile'")).toEqual([{ status: 'failed', number: 0 }]);
    expect(await staged()).toEqual([]);
  });

  it('waits for another one into the same table, and not for one into another', async () => {
    let held = true;
    async function* slow() {
      yield Buffer.from('a\n1\n');
      await sleep(400);
      held = false;
      yield Buffer.from('2\n');
    }
    const first = load(slow(), { table: 'queue' });
    await sleep(100);
    await load('a\n9\n', { table: 'no_queue' });
    expect(held).toBe(true);
    const second = load('a\n3\n', { table: 'QUEUE'.toLowerCase(), mode: 'append' });
    await Promise.all([first, second]);
    expect((await ask('SELECT a FROM queue ORDER BY a')).map(({ a }) => a)).toEqual([1, 2, 3]);
  });

  it('can be followed by another one on the same connection, also after a failure', async () => {
    const target = await openTarget(address);
    try {
      await expect(loadDataset(inPieces('a,b\n1\n'), target, { table: 'serial', mode: 'create' })).rejects.toMatchObject({ code: 'rejected-rows' });
      for (const mode of ['create', 'append', 'replace', 'append'] as const) await loadDataset(inPieces('a,b\n1,2\n'), target, { table: 'serial', mode });
      for (const columnChanges of ['evolve', 'refuse'] as const) await loadDataset(inPieces('a,b\n1,2\n'), target, { table: 'serial', mode: 'append', columnChanges });
      await expect(loadDataset(inPieces('a,b\n1,x\n'), target, { table: 'serial', mode: 'upsert', key: ['a'] })).rejects.toMatchObject({ code: 'bad-input' });
      expect(await target.describe()).toContain('warehouse');
    } finally {
      await target.close();
    }
    expect(await ask('SELECT count(*) AS number FROM serial')).toEqual([{ number: 4 }]);
  });

  it('says what is wrong with an address or a login, and never the password', async () => {
    const wrong = address.replace(mariadb.password, 'wrong-secret');
    await expect(openTarget(wrong)).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(openTarget(wrong)).rejects.not.toThrow(/wrong-secret/);
    await expect(openTarget(address.replace('/warehouse', '/nowhere'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(openTarget(address.replace(/:\d+\//, ':1/'))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(openTarget(address.replace('ssl=off', 'ssl=no'))).rejects.toMatchObject({ code: 'bad-input' });
    for (const odd of ['mysql://user:secret@', 'mysql://user:secret%@localhost/x', `${address}&ssl=verify&ca=/none`.replace('ssl=off&', '')]) await expect(openTarget(odd)).rejects.toMatchObject({ code: 'bad-input', message: expect.not.stringContaining('secret') });
    await expect(openTarget(mariadb.url)).rejects.toMatchObject({ code: 'unavailable', hint: expect.stringContaining('Choose Off') });
    expect(await (await openTarget(address.replace('mysql:', 'mariadb:'))).describe()).toContain('pipewright');
  });
});

describe('A MySQL server whose replicas repeat statements', () => {
  it('takes every kind of load, though it warns of some', async () => {
    const logging = await startMariaDb({ settings: { log_bin: 'log', binlog_format: 'STATEMENT', server_id: '1', max_allowed_packet: '1048576' } });
    try {
      const there = `${logging.url}?ssl=off`;
      for (const mode of ['create', 'append', 'replace'] as const) await loadCsv(there, `id,v\n1,${'x'.repeat(3_000_000)}\n`, { table: 'logged', mode, loadKey: mode });
      for (const columnChanges of ['refuse', 'evolve'] as const) expect(await loadCsv(there, 'id,v\n1,a\n2,b\n', { table: 'logged', mode: 'upsert', key: ['id'], columnChanges })).toMatchObject({ rows: 2 });
      const other = await mysql.createConnection({ uri: logging.url, multipleStatements: true });
      await other.query('CREATE TABLE numbered (n int AUTO_INCREMENT PRIMARY KEY, id int UNIQUE, v int)');
      await loadCsv(there, 'id,v\n1,1\n', { table: 'numbered', mode: 'append' });
      await loadCsv(there, 'id,v\n1,2\n2,3\n', { table: 'numbered', mode: 'upsert', key: ['id'] });
      expect((await other.query('SELECT id, v FROM numbered ORDER BY id'))[0]).toEqual([{ id: 1, v: 2 }, { id: 2, v: 3 }]);
      await other.end();
    } finally {
      await logging.stop();
    }
  });
});

describe('An encrypted connection to MySQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-tls-'));
  const at = (name: string): string => join(folder, name);
  let encrypted: MariaDb;
  beforeAll(async () => {
    const openssl = await findOrInstall('openssl', 'openssl', 'to make a certificate', console.log);
    await runCommand('chmod', ['755', folder]);
    await runCommand(openssl, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Authority', '-keyout', at('ca-key.pem'), '-out', at('ca.pem')]);
    await runCommand(openssl, ['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', at('key.pem'), '-out', at('request.pem')]);
    await runCommand(openssl, ['x509', '-req', '-in', at('request.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca-key.pem'), '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy', '-out', at('cert.pem')]);
    await runCommand('chmod', ['644', at('key.pem'), at('cert.pem'), at('ca.pem')]);
    encrypted = await startMariaDb({ settings: { ssl_cert: at('cert.pem'), ssl_key: at('key.pem'), ssl_ca: at('ca.pem') } });
  });
  afterAll(async () => {
    await encrypted?.stop();
    rmSync(folder, { recursive: true });
  });
  const cipher = async (options: string, host = 'localhost'): Promise<unknown> => {
    const target = await openTarget(`${encrypted.url.replace('127.0.0.1', host)}?${options}`);
    try {
      await loadDataset(inPieces('a\n1\n'), target, { table: 'secret', mode: 'replace' });
      return 'loaded';
    } finally {
      await target.close();
    }
  };

  it('verifies the server by its authority and its name, unless only encryption is wished', async () => {
    expect(await cipher(`ssl=verify&ca=${encodeURIComponent(at('ca.pem'))}`)).toBe('loaded');
    expect(await cipher('ssl=encrypt')).toBe('loaded');
    await expect(cipher('ssl=verify')).rejects.toMatchObject({ code: 'unavailable', hint: expect.stringContaining('Encrypt Only') });
  });
});

describe('A process that is killed while it loads into MySQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-killed-'));
  const program = join(folder, 'load-and-die.mjs');
  // Bundled, a process begins in a third of the time; there are about a hundred of them.
  beforeAll(() => build({ entryPoints: [join(__dirname, 'load-and-die.ts')], outfile: program, bundle: true, platform: 'node', format: 'esm', external: ['pg-native'], tsconfigRaw: '{}', logLevel: 'silent', banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" } }));
  afterAll(() => rmSync(folder, { recursive: true }));
  const cases: Record<string, { before: string; csv: string; after: string; options: Partial<LoadOptions> & { mode: LoadOptions['mode'] } }> = {
    new_table: { before: '', csv: 'id,name\n1,new\n2,new\n', after: '1 new;2 new', options: { mode: 'create' } },
    replaced: { before: 'id,name\n1,old\n', csv: 'id,name\n1,new\n2,new\n3\n', after: '1 new;2 new', options: { mode: 'replace', maxRejectedRows: 1, keepRejects: true } },
    appended: { before: 'id,name\n1,old\n', csv: 'id,name\n2,new\n', after: '1 old;2 new', options: { mode: 'append' } },
    merged: { before: 'id,name\n1,old\n', csv: 'id,name\n1,new\n2,new\n', after: '1 new;2 new', options: { mode: 'upsert', key: ['id'] } },
    evolved: { before: 'id,name\n1,old\n', csv: 'id,name,more\n2,new,x\n', after: '1 old null;2 new x', options: { mode: 'append', columnChanges: 'evolve' } },
    widened: { before: '', csv: 'id,name\n1,True\n2,false\n', after: '1 1;2 0', options: { mode: 'upsert', key: ['id'] } },
  };

  /** The rows of a table as text; undefined where there is no table. */
  const shown = async (table: string): Promise<string | undefined> => {
    if (!(await exists(table))) return undefined;
    return (await ask(`SELECT * FROM ${table} ORDER BY id`)).map((row) => Object.values(row).map(String).join(' ')).join(';');
  };

  /** Whether the process was killed, and did not end before. */
  const killed = async (fate: Fate): Promise<boolean> => {
    const child = spawn(process.execPath, ['--no-warnings', program, JSON.stringify(fate)], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (signal !== 'SIGKILL') expect(code).toBe(0);
    return signal === 'SIGKILL';
  };

  it('leaves all of the old or all of the new, and the next load with its key makes it whole, once', async () => {
    const counts: Record<string, number> = {};
    const tryAll = async (name: string, when: Fate['when']): Promise<void> => {
      const { before, csv, after, options } = cases[name] as (typeof cases)[string];
      for (let statement = 1; ; statement += 1) {
        const table = `${name}_${when}_${statement}`;
        if (before) await load(before, { table });
        const old = await shown(table);
        const wanted = { table, loadKey: 'event', record: true, ...options };
        if (!(await killed({ address, csv, options: wanted, statement, when }))) break;
        counts[name] = (counts[name] ?? 0) + 1;
        const place = `${table}: ${String(old)} or ${after}`;
        const left = await shown(table);
        // A column that was added is there before its rows are, and empty.
        expect([place, [old, old?.replaceAll(/(?=;|$)/g, ' null'), after].includes(left)]).toEqual([place, true]);
        await load(csv, { ...wanted, mode: options.mode === 'create' ? 'append' : options.mode });
        expect([place, await shown(table)]).toEqual([place, after]);
        expect(await ask('SELECT status, row_count AS number FROM pipewright_loads WHERE table_name = ?', [table])).toEqual([{ status: 'done', number: csv.split('\n').length - 2 - (options.maxRejectedRows ?? 0) }]);
        if (options.keepRejects) expect(await ask('SELECT count(*) AS number FROM pipewright_rejects WHERE table_name = ?', [table])).toEqual([{ number: 1 }]);
      }
    };
    const turns = Object.keys(cases).flatMap((name) => [() => tryAll(name, 'sent'), () => tryAll(name, 'answered')]);
    await Promise.all([0, 1, 2].map(async () => {
      for (let turn = turns.shift(); turn; turn = turns.shift()) await turn();
    }));
    expect(await staged()).toEqual([]);
    console.log(`Processes killed: ${Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')}.`);
    for (const name of Object.keys(cases)) expect([name, counts[name]]).toEqual([name, expect.any(Number)]);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(60);
  });

  it.each(['replace', 'create'] as const)('leaves nothing of rows that were still coming, in mode %s', async (mode) => {
    const table = `coming_${mode}`;
    if (mode === 'replace') await load('a,b\n1,x\n', { table });
    const code = `
      import { loadDataset } from './shared/src/datasets/load/load-dataset.ts';
      import { openTarget } from './shared/src/datasets/node/open-target.ts';
      async function* endless() {
        yield Buffer.from('a,b\\n');
        for (;;) {
          yield Buffer.from('1,text\\n'.repeat(50_000));
          await new Promise((resolve) => setTimeout(resolve, 1));
          console.log('piece');
        }
      }
      await loadDataset(endless(), await openTarget(process.argv[1]), { table: '${table}', mode: '${mode}' });`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module-typescript', '-e', code, address], { cwd: join(__dirname, '..', '..'), stdio: ['ignore', 'pipe', 'inherit'] });
    for (let piece = 0; piece < 5; piece += 1) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (mode === 'replace') expect(await ask(`SELECT a FROM ${table}`)).toEqual([{ a: 1 }]);
    else expect(await exists(table)).toBe(false);
    await load('a,b\n2,y\n', { table, mode: 'append' });
    expect((await ask(`SELECT a FROM ${table} ORDER BY a`)).map(({ a }) => a)).toEqual(mode === 'replace' ? [1, 2] : [2]);
    expect(await staged()).toEqual([]);
  });

  it('and that did not live to say that a table was published is believed by what is there', async () => {
    await load('id\n1\n', { table: 'believed', loadKey: 'event' });
    const say = () => ask("UPDATE pipewright_loads SET status = 'publishing' WHERE table_name = 'believed'");
    await say();
    expect(await load('id\n1\n', { table: 'believed', mode: 'append', loadKey: 'event' })).toMatchObject({ repeated: true, rows: 1 });
    expect(await ask("SELECT status FROM pipewright_loads WHERE table_name = 'believed'")).toEqual([{ status: 'done' }]);
  });
});

it('A load that waits for half a minute is told that another one goes on', async () => {
  expect(await kept).toMatchObject({ code: 'busy', retryable: true });
});
