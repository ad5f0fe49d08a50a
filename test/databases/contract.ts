import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parse } from 'csv-parse/sync';
import type { Capabilities } from '../../shared/src/databases/capabilities.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';
import { evaluateRules } from '../../shared/src/datasets/check/evaluate-rules.ts';
import type { LoadOptions, LoadResult } from '../../shared/src/datasets/load/load-options.ts';
import { hinting } from './hinting.ts';
import { inPieces, loadCsv } from './load-csv.ts';
import { DuckDb } from '../unit/datasets/parquet/duckdb.ts';

type Row = Record<string, unknown>;

/** How the contract accesses a database that no other test uses. */
export interface ContractEngine {
  /** The address that loads open. */
  address(): string;
  /** All rows of a table, read without Pipewright. */
  rows(table: string): Promise<Row[]>;
  /** Creates a table from the SQL types of its columns. */
  createTable(table: string, columns: Readonly<Record<string, string>>): Promise<void>;
  /** The default schema, where the engine has schemas. */
  schema?: string;
  /** Whether it is a test double, which is too slow for millions of rows. Default: false. */
  isDouble?: boolean;
}

const isTrue = (value: unknown): boolean => value === true || value === 'true' || Number(value) === 1;

const sorted = (rows: Row[]): Row[] =>
  [...rows].sort((one, other) => String(Object.values(one)[0]).localeCompare(String(Object.values(other)[0])));

const claims = 'policy,paid,closed\n007,12.50,true\n008,,false\n';

async function* pieces(text: string | Buffer, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/**
 * The contract that every database fulfills: call it once per engine.
 * @param capabilities what the engine declares about itself
 */
export function testDatabase(name: string, capabilities: Capabilities, engine: ContractEngine): void {
  describe(`Loading a dataset into ${name}`, () => {
    const loadInto = (
      csv: string | AsyncIterable<Uint8Array>,
      options: Partial<LoadOptions> & { table: string },
    ): Promise<LoadResult> => loadCsv(engine.address(), typeof csv === 'string' ? pieces(csv) : csv, options);
    const rowsOf = (table: string): Promise<Row[]> => engine.rows(table);
    /** The values of a column as lookup rules read them. */
    async function* readBack(table: string, column: string): AsyncGenerator<string> {
      const target = await openTarget(engine.address());
      yield* target.readColumn(table, column);
      await target.close();
    }

    it('creates a table whose types fit every value', async () => {
      const result = await loadInto(claims, { table: 'created' });
      expect(result).toMatchObject({ rows: 2, bytes: claims.length, rejected: 0 });
      expect(result.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
        'policy text',
        'paid decimal',
        'closed boolean',
      ]);
      expect(
        (await rowsOf('created')).map(({ policy, paid, closed }) => [
          policy,
          paid === null ? null : Number(paid),
          isTrue(closed),
        ]),
      ).toEqual([
        ['007', 12.5, true],
        ['008', null, false],
      ]);
    });

    it('creates a table with the types that a Parquet file states, and appends to it', async () => {
      const duckdb = new DuckDb();
      await duckdb.open();
      const file = await duckdb.write(
        `SELECT i AS id, (i + 0.5)::DECIMAL(30, 4) AS amount, NULL::INTEGER AS nothing,
             i = 1 AS flag, DATE '2026-11-20' AS day, TIMESTAMP '2026-11-20 08:30:00.25' AS at, [i, NULL] AS list
           FROM range(3) rows(i)`,
      );
      const big = await duckdb.write('SELECT 9007199254740993 + i AS big FROM range(3) rows(i)');
      duckdb.close();
      const created = await loadInto(pieces(file, 1_000), { table: 'from_parquet' });
      const appended = await loadInto(pieces(file, 1_000), { table: 'from_parquet', mode: 'append' });
      expect([created.rows, appended.rows]).toEqual([3, 3]);
      expect(created.columns).toEqual([
        { name: 'id', type: 'integer' },
        { name: 'amount', type: 'decimal', precision: 30, scale: 4 },
        { name: 'nothing', type: 'integer' },
        { name: 'flag', type: 'boolean' },
        { name: 'day', type: 'date' },
        { name: 'at', type: 'timestamp' },
        { name: 'list', type: 'text' },
      ]);
      const rows = await rowsOf('from_parquet');
      expect(rows.map(({ id }) => Number(id)).sort()).toEqual([0, 0, 1, 1, 2, 2]);
      const second = rows.filter(({ id }) => Number(id) === 1);
      expect(second.map(({ amount, flag, nothing, list }) => [Number(amount), isTrue(flag), nothing, list])).toEqual(
        Array.from({ length: 2 }, () => [1.5, true, null, '[1,null]']),
      );
      await loadInto(pieces(big, 1_000), { table: 'big' });
      const exact: string[] = [];
      for await (const value of readBack('big', 'big')) exact.push(value);
      expect(exact.sort()).toEqual(['9007199254740993', '9007199254740994', '9007199254740995']);
    });

    it('refuses to create an existing table, and does not change it', async () => {
      await loadInto('a\n1\n', { table: 'once' });
      await expect(loadInto('a\n2\n', { table: 'once' })).rejects.toMatchObject({ code: 'table-exists' });
      expect(await rowsOf('once')).toHaveLength(1);
    });

    it('replaces rows and appends rows', async () => {
      await loadInto('a,b\n1,x\n', { table: 'kept' });
      await loadInto('b,a\ny,2\nz,3\n', { table: 'kept', mode: 'replace' });
      await loadInto('a\n4\n', { table: 'kept', mode: 'append' });
      expect((await rowsOf('kept')).map(({ a, b }) => `${String(a)}${b === null ? '' : String(b)}`).sort()).toEqual([
        '2y',
        '3z',
        '4',
      ]);
    });

    it.each<[string, string, Partial<LoadOptions>, string]>([
      ['a row with too few values', 'a,b\n1,2\n3\n', {}, 'rejected-rows'],
      ['a quotation mark that is never closed', 'a,b\n1,"2\n', {}, 'invalid-file'],
      ['no rows', 'a,b\n', {}, 'empty-dataset'],
      ['nothing at all', '', {}, 'empty-dataset'],
      ['fewer bytes than promised', 'a,b\n1,2\n', { expectedBytes: 100 }, 'incomplete'],
      ['a column that the table does not have', 'a,b,c\n1,2,3\n', {}, 'columns-missing'],
      ['a column missing that the table has', 'a\n1\n', {}, 'columns-missing'],
    ])('does not change the table when the dataset has %s', async (_case, csv, options, code) => {
      await loadInto('a,b\n9,9\n', { table: 'safe', mode: 'replace' });
      await expect(loadInto(csv, { table: 'safe', mode: 'replace', ...options })).rejects.toMatchObject({ code });
      expect((await rowsOf('safe')).map(({ a }) => Number(a))).toEqual([9]);
    });

    it('does not change the table when the stream breaks, and accepts the next load', async () => {
      async function* broken() {
        yield Buffer.from('a\n1\n2\n');
        throw new Error('The connection broke.');
      }
      await loadInto('a\n9\n', { table: 'broken', mode: 'replace' });
      await expect(loadInto(broken(), { table: 'broken', mode: 'replace' })).rejects.toThrow('The connection broke.');
      await loadInto('a\n8\n', { table: 'broken', mode: 'append' });
      expect((await rowsOf('broken')).map(({ a }) => Number(a)).sort()).toEqual([8, 9]);
    });

    it('skips up to the allowed number of rejected rows, and reports them', async () => {
      const result = await loadInto('a,b\n1,2\n"3\n3",4,5\nx"y,2\n6,7\n', { table: 'some', maxRejectedRows: 2 });
      expect(result).toMatchObject({
        rows: 2,
        rejected: 2,
        rejects: [
          { line: 3, reason: 'has 3 values instead of 2' },
          { line: 5, reason: expect.stringContaining('quotation mark') },
        ],
      });
      expect((await rowsOf('some')).map(({ a }) => Number(a))).toEqual([1, 6]);
    });

    it('quotes every table and column name', async () => {
      const table = 'Robert"; DROP TABLE "created"; --';
      await loadInto('"a""b; DROP TABLE x",select,Ünïcode\n1,2,3\n', { table });
      expect(Object.keys((await rowsOf(table))[0] ?? {})).toEqual(['a"b; DROP TABLE x', 'select', 'Ünïcode']);
      expect(await rowsOf('created')).toHaveLength(2);
    });

    it('loads the same rows as csv-parse, whatever the chunk size', async () => {
      const csv = hardCsv(400);
      const expected = parse(csv, { columns: true, bom: true, skip_empty_lines: true }) as Record<string, string>[];
      for (const [index, size] of [1, 2, 5, 64, 65_536].entries()) {
        await loadInto(pieces(csv, size), { table: `hard_${index}` });
        const found = await rowsOf(`hard_${index}`);
        expect(
          sorted(found).map((row) =>
            Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? ''])),
          ),
        ).toEqual(sorted(expected));
      }
    });

    it('runs two loads into one table one after the other', async () => {
      await loadInto('a\n0\n', { table: 'shared_by_two' });
      const block = Array.from({ length: 500 }, (_value, index) => index).join('\n');
      await Promise.all([1, 2].map(() => loadInto(`a\n${block}\n`, { table: 'shared_by_two', mode: 'replace' })));
      expect(await rowsOf('shared_by_two')).toHaveLength(500);
    });

    it('empties a table only when an empty dataset is allowed', async () => {
      await loadInto('a,b\n9,9\n', { table: 'emptied' });
      const result = await loadInto('a,b\n', { table: 'emptied', mode: 'replace', allowEmpty: true });
      expect(result).toMatchObject({ rows: 0, rejected: 0 });
      expect(await rowsOf('emptied')).toEqual([]);
      await expect(loadInto('', { table: 'emptied', mode: 'replace', allowEmpty: true })).rejects.toMatchObject({
        code: 'empty-dataset',
      });
    });

    it.each(['replace', 'append', 'upsert'] as const)(
      'refuses a dataset whose rows are all rejected in the mode %s, also where an empty dataset is allowed',
      async (mode) => {
        const table = `all_rejected_${mode}`;
        const first = await loadInto('v,w\n9,9\n', { table, columnTypes: { v: 'integer' } });
        expect(first.rows).toBe(1);
        for (const allowEmpty of [false, true])
          await expect(
            loadInto('v,w\nx,1\n1\n', { table, mode, key: ['v'], maxRejectedRows: 2, allowEmpty }),
          ).rejects.toMatchObject({
            code: 'rejected-rows',
            message: expect.stringMatching(/^All 2 rows were rejected\. The first: line 2 .*\(“x”\)\.$/),
            hint: expect.stringMatching(/^The table was not changed\./),
          });
        expect(await rowsOf(table)).toHaveLength(1);
      },
    );

    if (!engine.isDouble)
      it('reports its progress', async () => {
        const reported: number[] = [];
        const row = `${'x'.repeat(99)}\n`;
        async function* long() {
          yield Buffer.from('a\n');
          for (let piece = 0; piece < 70; piece += 1) yield Buffer.from(row.repeat(10_000));
        }
        const onProgress = ({ rows }: { rows: number }) => reported.push(rows);
        expect(await loadInto(long(), { table: 'progress', onProgress })).toMatchObject({ rows: 700_000 });
        expect(reported).toHaveLength(2);
        expect(reported[1]).toBeGreaterThan(reported[0] ?? Infinity);
      });

    it('closes its source, also when nothing is loaded', async () => {
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
      await loadInto(source(), { table: 'left', loadKey: 'event-1' });
      await until(1);
      expect(await loadInto(source(), { table: 'left', mode: 'append', loadKey: 'event-1' })).toMatchObject({
        repeated: true,
      });
      await until(2);
      await expect(loadInto(source(), { table: 'left', mode: 'upsert' })).rejects.toMatchObject({
        code: 'invalid-input',
      });
      await until(3);
      await expect(loadInto(source(), { table: '' })).rejects.toThrow();
      await until(4);
    });

    if (!engine.isDouble)
      it('releases the chunks that it has loaded', async () => {
        const pieces: WeakRef<Uint8Array>[] = [];
        async function* source() {
          yield Buffer.from('a,b\n');
          for (let piece = 0; piece < 40; piece += 1) {
            const bytes = Buffer.alloc(200_000, '1,x\n');
            pieces.push(new WeakRef(bytes));
            yield bytes;
            // Chunks are collected only once released, and between two turns of the event loop.
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
          setFlagsFromString('--expose-gc');
          (runInNewContext('gc') as () => void)();
        }
        expect(await loadInto(source(), { table: 'forgotten', signal: new AbortController().signal })).toMatchObject({
          rows: 2_000_000,
        });
        expect(pieces.filter((piece) => piece.deref() !== undefined).length).toBeLessThan(8);
      });

    it('leaves the table unchanged when it is cancelled', async () => {
      await loadInto('a\n7\n', { table: 'stopped' });
      const stop = new AbortController();
      async function* endless() {
        yield Buffer.from('a\n');
        for (let number = 0; ; number += 1) {
          if (number === 50) stop.abort();
          yield Buffer.from(`${number}\n`);
        }
      }
      await expect(
        loadInto(endless(), { table: 'stopped', mode: 'replace', signal: stop.signal }),
      ).rejects.toMatchObject({
        code: 'cancelled',
      });
      expect((await rowsOf('stopped')).map(({ a }) => Number(a))).toEqual([7]);
      await loadInto('a\n8\n', { table: 'stopped', mode: 'append' });
      expect(await rowsOf('stopped')).toHaveLength(2);
    });
  });

  describe(`Load modes of ${name}`, () => {
    let table: string;
    let count = 0;
    beforeEach(() => {
      table = `t${(count += 1)}`;
    });
    const load = (csv: string, options: Partial<LoadOptions> = {}) =>
      loadCsv(engine.address(), csv, { table, ...options });
    const rows = async (): Promise<Row[]> =>
      (await engine.rows(table)).sort((a, b) => Object.values(a).join().localeCompare(Object.values(b).join()));
    const values = async (): Promise<unknown[][]> =>
      (await rows()).map((row) => Object.values(row).map((value) => (value === null ? null : String(value))));
    /** The rows of a record table that belong to the table of the test. */
    const records = async (recordTable: string, order = 'load_id'): Promise<Row[]> =>
      (await engine.rows(recordTable))
        .filter((row) => row['table_name'] === table)
        .sort(
          (one, other) =>
            Number(one[order]) - Number(other[order]) || String(one[order]).localeCompare(String(other[order])),
        );
    const upsert = { mode: 'upsert', key: ['id'] } as const;

    it.each<[case_: string, first: string, second: string, expected: unknown[][]]>([
      [
        'booleans written as t and f',
        'id,active\n1,true\n2,false\n',
        'id,active\n3,t\n4,F\n',
        [
          ['1', true],
          ['2', false],
          ['3', true],
          ['4', false],
        ],
      ],
      [
        'integers written with a point',
        'id,units\n1,4\n2,7\n',
        'id,units\n3,1.0\n4,\n5,+2.0\n',
        [
          ['1', '4'],
          ['2', '7'],
          ['3', '1'],
          ['4', null],
          ['5', '2'],
        ],
      ],
      [
        'a header in another case',
        'id,Name\n1,Ada\n',
        'ID,name\n2,Bob\n',
        [
          ['1', 'Ada'],
          ['2', 'Bob'],
        ],
      ],
      [
        'every value quoted, with "" for NULL',
        'id,units\n1,4\n',
        '"id","units"\n"2",""\n"3","5"\n',
        [
          ['1', '4'],
          ['2', null],
          ['3', '5'],
        ],
      ],
    ])('a second load appends and merges %s', async (_case, first, second, expected) => {
      const shown = (value: unknown): unknown =>
        typeof expected[0]?.[1] === 'boolean' ? isTrue(value) : value === null ? null : String(value);
      for (const [index, options] of [
        { mode: 'append' },
        { mode: 'upsert', key: ['id'] },
        { mode: 'append', onSchemaChange: 'ignore' },
      ].entries()) {
        const into = { table: `${table}_${index}` };
        await load(first, into);
        await load(second, { ...into, ...(options as Partial<LoadOptions>) });
        const found = (await engine.rows(into.table))
          .map((row) => Object.values(row))
          .sort(([one], [other]) => Number(one) - Number(other));
        expect(found.map(([id, value]) => [String(id), shown(value)])).toEqual(expected);
      }
    });

    it('a value with a leading zero is refused in an integer column, and the table is unchanged', async () => {
      await load('plz,n\n80331,1\n');
      for (const options of [{ mode: 'append' }, { mode: 'replace' }, { mode: 'upsert', key: ['plz'] }] as const) {
        await expect(load('plz,n\n01067,2\n', options)).rejects.toMatchObject({
          code: 'invalid-input',
          message: expect.stringContaining(
            'line 2 has a value in the column “plz” that is not an integer: it has a leading zero',
          ),
        });
      }
      expect(await values()).toEqual([['80331', '1']]);
    });

    it('an upsert updates the rows with the same key and inserts the others', async () => {
      await load('id,name,city\n1,Ada,Paris\n2,Bob,Rome\n');
      expect(await load('name,id\nBeth,2\nCleo,3\n', upsert)).toMatchObject({ rows: 2, updated: 1, inserted: 1 });
      expect(await values()).toEqual([
        ['1', 'Ada', 'Paris'],
        ['2', 'Beth', 'Rome'],
        ['3', 'Cleo', null],
      ]);
      expect(await load('name,id\nBeth,2\nCleo,3\n', upsert)).toMatchObject({ updated: 2, inserted: 0 });
      expect(await rows()).toHaveLength(3);
    });

    it('an upsert by several key columns creates a missing table, and compares all of them', async () => {
      const options = { mode: 'upsert', key: ['policy', 'year'] } as const;
      expect(await load('policy,year,paid\nP-1,2025,1.50\nP-1,2026,2.50\n', options)).toMatchObject({
        rows: 2,
        updated: 0,
      });
      expect(await load('policy,year,paid\nP-1,2026,9.75\nP-2,2026,3.00\n', options)).toMatchObject({
        updated: 1,
        inserted: 1,
      });
      expect((await rows()).map(({ paid }) => Number(paid))).toEqual([1.5, 9.75, 3]);
    });

    it('an upsert of key columns only inserts the missing keys', async () => {
      await load('id\n1\n2\n');
      expect(await load('id\n2\n3\n', upsert)).toMatchObject({ updated: 0, inserted: 1 });
    });

    it.each([
      ['is not unique', 'id,name\n2,Beth\n2,Bert\n', /“id” is not unique: 2 occurs in more than one row/],
      ['is NULL in a row', 'id,name\n2,Beth\n,Nobody\n', /“id” is empty in at least one row/],
    ])('the table is unchanged when the key %s, in any mode', async (_case, csv, message) => {
      await load('id,name\n1,Ada\n2,Bob\n');
      for (const mode of ['upsert', 'replace'] as const)
        await expect(load(csv, { mode, key: ['id'] })).rejects.toThrow(message);
      expect(await values()).toEqual([
        ['1', 'Ada'],
        ['2', 'Bob'],
      ]);
    });

    it.each([';', '\t', '|'] as const)(
      'a file with the delimiter “%s” is loaded like one with commas',
      async (delimiter) => {
        await load(`id,name\n1,"a,b"\n`.replaceAll(',', delimiter), { delimiter });
        await load(`id,name\n2,"c${delimiter}d"\n`.replace(',', delimiter).replace('2,', `2${delimiter}`), {
          delimiter,
          mode: 'append',
        });
        expect((await values()).map(([id]) => id)).toEqual(['1', '2']);
        expect((await values()).map(([, name]) => name)).toEqual([`a${delimiter}b`, `c${delimiter}d`]);
      },
    );

    it.each([',', ';'] as const)(
      'NULL values are loaded as NULL, quoted or not, with the delimiter “%s”',
      async (delimiter) => {
        const csv = 'id,name,paid\n1,N/A,-\n2,"N/A",5\n3,"N/A too","""x"" y"\n4,"",-\n'.replaceAll(',', delimiter);
        await load(csv, { delimiter, nullValues: ['N/A', '-'] });
        expect(await values()).toEqual([
          ['1', null, null],
          ['2', null, '5'],
          ['3', 'N/A too', '"x" y'],
          ['4', '', null],
        ]);
        await load(csv, { delimiter, mode: 'replace', nullValues: ['N/A', '-', '""'] });
        expect((await values())[3]).toEqual(['4', null, null]);
      },
    );

    it('JSON Lines ignore the delimiter of CSV', async () => {
      await load('{"id":1,"name":"a;b"}\n', { format: 'json-lines', delimiter: ';' });
      expect(await values()).toEqual([['1', 'a;b']]);
    });

    it('load metadata columns name the load of each row', async () => {
      const first = await load('id,name\n1,"A ""x"""\n2,\n', { addLoadMetadata: true, source: 'Müller "claims"' });
      await load('id,name\n3,Cleo\n', { mode: 'append', addLoadMetadata: true, loadKey: 'event-2' });
      const found = (await rows()) as { id: unknown; name: unknown; _load_id: string; _source: string }[];
      expect(found.map(({ name }) => name)).toEqual(['A "x"', null, 'Cleo']);
      expect(found.map(({ _load_id: id }) => id)).toEqual([first.loadId, first.loadId, 'event-2']);
      expect(found[0]?._source).toBe('Müller "claims"');
      const recorded = (await records('pipewright_loads')).map((row) => row['load_id']);
      expect(found.every(({ _load_id: id }) => recorded.includes(id))).toBe(true);
      await load('id,name\n4,Dan\n', { table: `${table}_plain` });
      await expect(
        load('id,name\n5,Eve\n', { table: `${table}_plain`, mode: 'append', addLoadMetadata: true }),
      ).rejects.toMatchObject({ code: 'columns-missing', message: expect.stringContaining('“_load_id”') });
    });

    it('new columns fail the load, or are ignored', async () => {
      await load('id,name\n1,Ada\n');
      const wider = 'note,id,"more, still",name\n"x,1",2,"a ""b""","Bob, jr"\n,3,,\n';
      await expect(load(wider, { mode: 'append' })).rejects.toMatchObject({ code: 'columns-missing' });
      await load(wider, { mode: 'append', onSchemaChange: 'ignore' });
      expect(await values()).toEqual([
        ['1', 'Ada'],
        ['2', 'Bob, jr'],
        ['3', null],
      ]);
      await expect(load('other\n1\n', { mode: 'append', onSchemaChange: 'ignore' })).rejects.toMatchObject({
        code: 'columns-missing',
        message: expect.stringContaining('none of the columns'),
      });
      expect(
        await load(wider.replaceAll(',', ';'), { mode: 'replace', onSchemaChange: 'ignore', delimiter: ';' }),
      ).toMatchObject({ rows: 2, columns: [{ name: 'id' }, { name: 'name' }] });
    });

    it('listTables lists the tables of a schema in alphabetical order, without those that Pipewright manages', async () => {
      await load('a\n1\n', { saveLoadRecord: true });
      const target = await openTarget(engine.address());
      try {
        const names = await target.listTables(engine.schema);
        expect(names).toContain(table);
        expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
        expect(names.filter((name) => /pipewright/i.test(name))).toEqual([]);
        expect(await target.listTables()).toContain(table);
      } finally {
        await target.close();
      }
    });

    it('listColumns lists the columns that a load can fill in their order, and none of a table that does not exist', async () => {
      await engine.createTable('listed', {
        zip: 'int',
        area: 'int',
        ...(engine.isDouble ? {} : { doubled: 'int GENERATED ALWAYS AS (zip * 2) STORED' }),
        first: 'int',
      });
      const target = await openTarget(engine.address());
      try {
        expect(await target.listColumns('listed')).toEqual(['zip', 'area', 'first']);
        expect(await target.listColumns('listed', engine.schema)).toEqual(['zip', 'area', 'first']);
        expect(await target.listColumns('no_such_table')).toEqual([]);
      } finally {
        await target.close();
      }
    });

    it('listSchemas lists the schemas in alphabetical order, without those of the system', async () => {
      const target = await openTarget(engine.address());
      try {
        const names = await target.listSchemas();
        expect(names).toEqual(engine.schema === undefined ? [] : expect.arrayContaining([engine.schema]));
        expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
        expect(names.filter((name) => /^(pg_|sys$|mysql$|information_schema$)/i.test(name))).toEqual([]);
      } finally {
        await target.close();
      }
    });

    it('readColumn provides the values for a check', async () => {
      await load('client,name\n7,Ada\n8,Bob\n,Nobody\n');
      const check = async (csv: string, rule: string) => {
        const target = await openTarget(engine.address());
        try {
          return (
            await evaluateRules(inPieces(csv), {
              rules: [rule],
              now: 0,
              readColumn: (name, column) => target.readColumn(name, column),
            })
          ).results[0];
        } finally {
          await target.close();
        }
      };
      expect(await check('id\n7\n8\n', `id is in table ${table}.client`)).toMatchObject({ passed: true });
      expect(await check('id\n7\n9\n""\n', `id is in table "${table}"."client"`)).toMatchObject({
        passed: false,
        failures: 2,
        message: `Line 3: found “9”, which is not in the table “${table}”.`,
      });
      if (engine.schema !== undefined)
        expect(await check('id\n7\n', `id is in table ${engine.schema}.${table}.client`)).toMatchObject({
          passed: true,
        });
      await expect(check('id\n7\n', `id is in table ${table}_none.client`)).rejects.toMatchObject({
        code: 'table-missing',
      });
      await expect(check('id\n7\n', `id is in table ${table}.nothing`)).rejects.toMatchObject({
        code: 'columns-missing',
      });
      await expect(check('id\n7\n', `id is in table ${table}; drop table ${table}.client`)).rejects.toMatchObject({
        code: 'table-missing',
      });
      expect(await rows()).toHaveLength(3);
    });

    it('rejected rows are saved with line and reason, unless the load fails', async () => {
      const ragged = 'id,name\n1,Ada\n2\n3,"Cleo, jr",x\n4,"a"b\n5,Eve\n';
      const kept = async () =>
        (await records('pipewright_rejects', 'line')).map(({ line, reason, row_text }) => ({
          line: Number(line),
          reason,
          row_text,
        }));
      const { loadId, rejects } = await load(ragged, { maxRejectedRows: 3, saveRejectedRows: true });
      expect(rejects).toHaveLength(3);
      expect(await kept()).toEqual([
        { line: 3, reason: 'has 1 value instead of 2', row_text: '2' },
        { line: 4, reason: 'has 3 values instead of 2', row_text: '3,"Cleo, jr",x' },
        { line: 5, reason: 'has text after a closing quotation mark', row_text: '4,"a"b' },
      ]);
      expect(new Set((await records('pipewright_rejects')).map((row) => row['load_id']))).toEqual(new Set([loadId]));
      await expect(load(ragged, { mode: 'append', maxRejectedRows: 2, saveRejectedRows: true })).rejects.toMatchObject({
        code: 'rejected-rows',
      });
      expect(await kept()).toHaveLength(3);
    });

    it('an upsert requires a key, and its columns in the dataset', async () => {
      await expect(load('id\n1\n', { mode: 'upsert' })).rejects.toMatchObject({
        code: 'invalid-input',
        message: '“Key Columns” is missing: Upsert requires it.',
      });
      await expect(load('name\nAda\n', upsert)).rejects.toMatchObject({
        code: 'columns-missing',
        message: 'The dataset has no column “id”, which is part of the key.',
      });
    });

    it('an upsert of a value that does not fit leaves the table unchanged', async () => {
      await load('id,paid\n1,10\n2,20\n');
      await expect(load('id,paid\n1,many\n', upsert)).rejects.toMatchObject({ code: 'invalid-input' });
      expect(await values()).toEqual([
        ['1', '10'],
        ['2', '20'],
      ]);
    });

    it('a replacement that exceeds the maximum row count change is refused', async () => {
      await load('id\n1\n2\n3\n4\n');
      await expect(load('id\n1\n', { mode: 'replace', maxChangePercent: 50 })).rejects.toMatchObject({
        code: 'rows-changed',
        message: expect.stringContaining('would change by 75.0%, from 4 to 1; the maximum is 50%'),
      });
      expect(await rows()).toHaveLength(4);
      await load('id\n1\n2\n', { mode: 'replace', maxChangePercent: 50 });
      expect(await rows()).toHaveLength(2);
    });

    it('a load key is loaded once, and recorded', async () => {
      const first = await load('id\n1\n2\n', { mode: 'append', loadKey: 'event-1', source: 'Quantemplate d-claims' });
      expect(first).toMatchObject({ rows: 2, loadId: 'event-1' });
      expect(await load('id\n1\n2\n', { mode: 'append', loadKey: 'event-1' })).toMatchObject({
        rows: 2,
        loadId: 'event-1',
        repeated: true,
      });
      expect(await rows()).toHaveLength(2);
      await load('id\n3\n', { mode: 'append', loadKey: 'event-2' });
      expect(await rows()).toHaveLength(3);
      expect(await records('pipewright_loads', 'load_id')).toMatchObject([
        { load_id: 'event-1', mode: 'append', status: 'done', source: 'Quantemplate d-claims' },
        { load_id: 'event-2', mode: 'append', status: 'done', source: '' },
      ]);
    });

    it('a failed load is recorded, and can be repeated under the same load key', async () => {
      const noted = async () =>
        (await records('pipewright_loads')).map(({ status, checksum, source_event_id }) => ({
          status,
          checksum,
          source_event_id,
        }));
      await load('id\n1\n');
      const options = { mode: 'append', loadKey: 'event-1', sourceEventId: 'wev_1' } as const;
      await expect(load('id\nx\n', options)).rejects.toMatchObject({ code: 'invalid-input' });
      expect(await noted()).toEqual([{ status: 'failed', checksum: '', source_event_id: 'wev_1' }]);
      expect(await load('id\n2\n', options)).not.toHaveProperty('repeated');
      expect(await noted()).toEqual([
        { status: 'done', checksum: createHash('sha256').update('id\n2\n').digest('hex'), source_event_id: 'wev_1' },
      ]);
      expect(await rows()).toHaveLength(2);
    });

    it('a table evolves: it gets new columns and wider types', async () => {
      await load('id,name\n1,Ada\n');
      const evolve = { mode: 'append', onSchemaChange: 'evolve' } as const;
      expect(await load('id,paid,name,since\n2,9.50,Bob,2026-11-20\n3,,Cleo,\n', evolve)).toMatchObject({
        rows: 2,
        columns: [
          { name: 'id', type: 'integer' },
          { name: 'paid', type: 'decimal' },
          { name: 'name' },
          { name: 'since', type: 'date' },
        ],
      });
      expect((await values()).map((row) => row.slice(0, 2))).toEqual([
        ['1', 'Ada'],
        ['2', 'Bob'],
        ['3', 'Cleo'],
      ]);
      expect((await rows()).map(({ paid }) => (paid === null ? null : Number(paid)))).toEqual([null, 9.5, null]);
      const wider = 'id,name\n7.5,Dan\nP-8,Eve\n';
      if (capabilities.changeTypes !== true) {
        await expect(load(wider, evolve)).rejects.toMatchObject({
          code: 'invalid-input',
          message: expect.stringContaining('“id”'),
        });
        expect(await rows()).toHaveLength(3);
        return;
      }
      await load(wider, evolve);
      expect((await values()).map(([id]) => id)).toEqual(['1', '2', '3', '7.5', 'P-8']);
      await load('id,name,more\nP-8,Eva,1\nP-9,Finn,2\n', { ...evolve, ...upsert });
      expect((await values()).map(([id, name]) => [id, name]).slice(-2)).toEqual([
        ['P-8', 'Eva'],
        ['P-9', 'Finn'],
      ]);
      await load('id,name,paid,since,more,last\nx,,,,,true\n', { ...evolve, mode: 'replace' });
      expect((await rows()).map(({ id, last }) => [id, isTrue(last)])).toEqual([['x', true]]);
    });

    it('a table that evolves never rounds a decimal or truncates a text', async () => {
      const evolve = { mode: 'append', onSchemaChange: 'evolve' } as const;
      await engine.createTable(table, { paid: 'decimal(6,2)', name: 'varchar(5)' });
      for (const csv of ['paid,name\n1.0051,Ada\n', 'paid,name\n123456.7,Ada\n', 'paid,name\n1,Cleopatra\n']) {
        await load(csv, evolve).catch((error: unknown) => expect(error).toMatchObject({ code: 'invalid-input' }));
      }
      const held = await rows();
      for (const row of held) expect([1.0051, 123_456.7, 1]).toContain(Number(row['paid']));
      for (const row of held) expect(['Ada', 'Cleopatra']).toContain(row['name']);
    });

    it('a failed load does not evolve the table', async () => {
      await load('id,name\n1,Ada\n');
      await expect(
        load('id,name,paid\nx,Bob,1\n2,Cleo\n', { mode: 'append', onSchemaChange: 'evolve' }),
      ).rejects.toMatchObject({ code: capabilities.changeTypes === true ? 'rejected-rows' : 'invalid-input' });
      expect(await values()).toEqual([['1', 'Ada']]);
      expect(Object.keys((await rows())[0] ?? {})).toEqual(['id', 'name']);
    });

    it('the columns of one load are a contract for the next', async () => {
      const { columns } = await load('id,paid\n1,9.50\n');
      const again = (csv: string, options: Partial<LoadOptions> = {}) =>
        load(csv, { table: `${table}_again`, contract: columns, ...options });
      expect((await again('id,paid\n+7,1\n')).columns.map(({ type }) => type)).toEqual(['integer', 'decimal']);
      await expect(again('id\n1\n', { mode: 'append' })).rejects.toMatchObject({
        code: 'columns-missing',
        message: 'The dataset has no column “paid”, which the contract requires.',
      });
      await expect(again('id,paid,more\n1,2,3\n', { table: `${table}_more` })).rejects.toMatchObject({
        code: 'columns-missing',
        message: 'The contract has no column “more”.',
      });
      expect(
        (await again('id,paid,more\n1,2,3\n', { table: `${table}_less`, onSchemaChange: 'ignore' })).columns.map(
          ({ name }) => name,
        ),
      ).toEqual(['id', 'paid']);
      expect(
        (await again('id,paid,more\n1,2,3\n', { table: `${table}_more`, onSchemaChange: 'evolve' })).columns.map(
          ({ name, type }) => [name, type],
        ),
      ).toEqual([
        ['id', 'integer'],
        ['paid', 'decimal'],
        ['more', 'integer'],
      ]);
      await expect(again('id,paid\nP-1,2\n', { table: `${table}_bad` })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('line 2 has a value in the column “id” that is not an integer (“P-1”)'),
      });
    });

    it('rows with values that do not fit are rejected, up to the allowed number', async () => {
      await load('id,paid,day\n1,1.5,2026-11-20\n');
      const csv = 'id,paid,day\n2,"2,5",2026-11-21\n3,3.5,\n"4\n",4.5,2026-11-22\nx,5.5,soon\n6,6.5,2026-11-23\n';
      await expect(load(csv, { mode: 'append', maxRejectedRows: 2 })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('More than 2 rows were rejected. The first: line 2'),
      });
      expect(await rows()).toHaveLength(1);
      const {
        rows: taken,
        rejected,
        rejects,
      } = await load(csv, { mode: 'append', maxRejectedRows: 3, saveRejectedRows: true });
      expect([taken, rejected]).toEqual([2, 3]);
      expect(rejects.map(({ line, column, value }) => [line, column, value])).toEqual([
        [2, 'paid', '2,5'],
        [4, 'id', '4\n'],
        [6, 'id', 'x'],
      ]);
      expect((await values()).map(([id]) => id)).toEqual(['1', '3', '6']);
      expect(
        (await records('pipewright_rejects', 'line')).map(({ line, column_name, value, row_text }) => ({
          line: Number(line),
          column_name,
          value,
          row_text,
        })),
      ).toEqual([
        { line: 2, column_name: 'paid', value: '2,5', row_text: '2,"2,5",2026-11-21' },
        { line: 4, column_name: 'id', value: '4\n', row_text: '"4\n",4.5,2026-11-22' },
        { line: 6, column_name: 'id', value: 'x', row_text: 'x,5.5,soon' },
      ]);
    });

    it('a row with a value that does not fit its chosen column type is rejected', async () => {
      const { rejected, columns } = await load('id,paid\n1,1.5\n2,many\n', {
        columnTypes: { paid: 'decimal' },
        maxRejectedRows: 1,
      });
      expect([rejected, columns[1]?.type]).toEqual([1, 'decimal']);
      expect(await values()).toEqual([['1', '1.5']]);
    });

    it('UUIDs keep their value in either case', async () => {
      const uuid = '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77';
      expect((await load(`id\n${uuid}\n`)).columns).toEqual([{ name: 'id', type: 'uuid' }]);
      await load(`id\n${uuid.toUpperCase()}\nnone\n`, { table: `${table}_text` });
      expect((await engine.rows(`${table}_text`)).map(({ id }) => id)).toEqual([uuid.toUpperCase(), 'none']);
      expect((await values()).map(([id]) => String(id).toLowerCase())).toEqual([uuid]);
    });

    it('two concurrent loads with one load key load the rows once', async () => {
      await load('id\n0\n');
      const both = await Promise.allSettled([1, 2].map(() => load('id\n1\n', { mode: 'append', loadKey: 'event-1' })));
      expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
      expect(await rows()).toHaveLength(2);
    });

    if (capabilities.changeTypes !== true) {
      const { no } = capabilities.changeTypes;
      it(`refuses a wider type: ${no}`, async () => {
        await load('id\n1\n');
        await expect(load('id\nx\n', { mode: 'append', onSchemaChange: 'evolve' })).rejects.toMatchObject({
          code: 'invalid-input',
          hint: hinting(no),
        });
        expect(await values()).toEqual([['1']]);
      });
    }
  });
}

/** Rows with every difficult value, the same every time. */
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
