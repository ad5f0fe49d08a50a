import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import mysql, { type Connection } from 'mysql2/promise';
import pg from 'pg';
import { evaluateRules } from '../../shared/src/datasets/check/evaluate-rules.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { startMariaDb } from '../support/machine/mariadb.ts';
import type { MysqlServer } from '../support/machine/mysql-family.ts';
import { startPostgres, type Postgres } from '../support/machine/postgres.ts';
import { inPieces, loadCsv } from './load-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-upsert-'));
const file = join(folder, 'test.db');
let postgres: Postgres;
let client: pg.Client;
let mariadb: MysqlServer;
let other: Connection;

beforeAll(async () => {
  [postgres, mariadb] = await Promise.all([startPostgres(), startMariaDb()]);
  other = await mysql.createConnection({
    uri: mariadb.url,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  });
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await other.end();
  await Promise.all([postgres.stop(), mariadb.stop()]);
  rmSync(folder, { recursive: true });
});

describe.each(['sqlite', 'postgres', 'mysql'] as const)('Into %s', (engine) => {
  let table: string;
  let count = 0;
  beforeEach(() => {
    table = `t${(count += 1)}`;
  });
  const address = (): string =>
    ({ sqlite: `sqlite:${file}`, postgres: `${postgres.url}?sslmode=disable`, mysql: `${mariadb.url}?ssl=off` })[
      engine
    ];
  const load = (csv: string, options: Partial<LoadOptions> = {}) => loadCsv(address(), csv, { table, ...options });
  const run = async (sql: string): Promise<Record<string, unknown>[]> => {
    if (engine === 'postgres') return (await client.query<Record<string, unknown>>(sql)).rows;
    if (engine === 'mysql') return (await other.query(sql))[0] as Record<string, unknown>[];
    const database = new DatabaseSync(file);
    try {
      return database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
    } finally {
      database.close();
    }
  };
  const rows = async (): Promise<Record<string, unknown>[]> =>
    (await run(`SELECT * FROM ${table}`)).sort((a, b) =>
      Object.values(a).join().localeCompare(Object.values(b).join()),
    );
  const values = async (): Promise<unknown[][]> =>
    (await rows()).map((row) => Object.values(row).map((value) => (value === null ? null : String(value))));
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
  ])(
    'a second load brings %s into the table of the first one, in every mode',
    async (_case, first, second, expected) => {
      const shown = (value: unknown): unknown =>
        typeof expected[0]?.[1] === 'boolean'
          ? value === true || Number(value) === 1 || value === 'true'
          : value === null
            ? null
            : String(value);
      for (const [index, options] of [
        { mode: 'append' },
        { mode: 'upsert', key: ['id'] },
        { mode: 'append', onSchemaChange: 'ignore' },
      ].entries()) {
        const into = { table: `${table}_${index}` };
        await load(first, into);
        await load(second, { ...into, ...(options as Partial<LoadOptions>) });
        const found = (await run(`SELECT * FROM ${into.table}`))
          .map((row) => Object.values(row))
          .sort(([one], [other]) => Number(one) - Number(other));
        expect(found.map(([id, value]) => [String(id), shown(value)])).toEqual(expected);
      }
    },
  );

  it('a second load is refused for a leading zero, and the table keeps what it holds', async () => {
    await load('plz,n\n80331,1\n');
    for (const options of [{ mode: 'append' }, { mode: 'replace' }, { mode: 'upsert', key: ['plz'] }] as const) {
      await expect(load('plz,n\n01067,2\n', options)).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining(
          'line 2 has a value in the column “plz” that is not an integer: it has a leading zero',
        ),
      });
    }
    expect(await values()).toEqual([['80331', '1']]);
  });

  it('an upsert changes the rows with the same key and adds the others', async () => {
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

  it('an upsert by several columns tells rows apart by all of them, and makes the table where there is none', async () => {
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

  it('an upsert of keys alone adds those that are not there', async () => {
    await load('id\n1\n2\n');
    expect(await load('id\n2\n3\n', upsert)).toMatchObject({ updated: 0, inserted: 1 });
  });

  it.each([
    ['is the same in two rows', 'id,name\n2,Beth\n2,Bert\n', /“id” is not unique: 2 is in more than one row/],
    ['is empty in a row', 'id,name\n2,Beth\n,Nobody\n', /“id” is empty in a row/],
  ])('nothing changes when the key %s, in any mode', async (_case, csv, message) => {
    await load('id,name\n1,Ada\n2,Bob\n');
    for (const mode of ['upsert', 'replace'] as const)
      await expect(load(csv, { mode, key: ['id'] })).rejects.toThrow(message);
    expect(await values()).toEqual([
      ['1', 'Ada'],
      ['2', 'Bob'],
    ]);
  });

  it.each([';', '\t', '|'] as const)(
    'a file whose values stand apart by “%s” is read as one by commas',
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
    'what stands for nothing becomes NULL, quoted or not, beside values that only hold it, with “%s”',
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

  it('JSON Lines are loaded whatever delimiter was chosen for CSV', async () => {
    await load('{"id":1,"name":"a;b"}\n', { format: 'json-lines', delimiter: ';' });
    expect(await values()).toEqual([['1', 'a;b']]);
  });

  it('every row can say from which load it came', async () => {
    const first = await load('id,name\n1,"A ""x"""\n2,\n', { addLoadMetadata: true, source: 'Müller "claims"' });
    await load('id,name\n3,Cleo\n', { mode: 'append', addLoadMetadata: true, loadKey: 'event-2' });
    const found = (await rows()) as { id: unknown; name: unknown; _load_id: string; _source: string }[];
    expect(found.map(({ name }) => name)).toEqual(['A "x"', null, 'Cleo']);
    expect(found.map(({ _load_id: id }) => id)).toEqual([first.loadId, first.loadId, 'event-2']);
    expect(found[0]?._source).toBe('Müller "claims"');
    expect(
      await run(
        `SELECT count(*) AS loads FROM pipewright_loads l WHERE table_name = '${table}' AND EXISTS (SELECT 1 FROM ${table} WHERE _load_id = l.load_id)`,
      ),
    ).toMatchObject([{ loads: expect.anything() }]);
    await load('id,name\n4,Dan\n', { table: `${table}_plain` });
    await expect(
      load('id,name\n5,Eve\n', { table: `${table}_plain`, mode: 'append', addLoadMetadata: true }),
    ).rejects.toMatchObject({ code: 'columns-missing', message: expect.stringContaining('“_load_id”') });
  });

  it('columns that the table lacks stop a load, or are left out', async () => {
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

  it('a dataset can be checked against the values that a table knows', async () => {
    await load('client,name\n7,Ada\n8,Bob\n,Nobody\n');
    const check = async (csv: string, rule: string) => {
      const target = await openTarget(address());
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
      message: `Row 2: found “9”, which is not in the table “${table}”.`,
    });
    if (engine === 'postgres')
      expect(await check('id\n7\n', `id is in table public.${table}.client`)).toMatchObject({ passed: true });
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

  it('rows that are left out can be kept with their line and the reason, and only if the load is', async () => {
    const ragged = 'id,name\n1,Ada\n2\n3,"Cleo, jr",x\n4,"a"b\n5,Eve\n';
    const kept = () =>
      run(`SELECT line, reason, row_text FROM pipewright_rejects WHERE table_name = '${table}' ORDER BY line`);
    const { loadId, rejects } = await load(ragged, { maxRejectedRows: 3, saveRejectedRows: true });
    expect(rejects).toHaveLength(3);
    expect((await kept()).map(({ line, ...rest }) => ({ line: Number(line), ...rest }))).toEqual([
      { line: 3, reason: 'has 1 value instead of 2', row_text: '2' },
      { line: 4, reason: 'has 3 values instead of 2', row_text: '3,"Cleo, jr",x' },
      { line: 5, reason: 'has text after a closing quotation mark', row_text: '4,"a"b' },
    ]);
    expect(await run(`SELECT DISTINCT load_id FROM pipewright_rejects WHERE table_name = '${table}'`)).toEqual([
      { load_id: loadId },
    ]);
    await expect(load(ragged, { mode: 'append', maxRejectedRows: 2, saveRejectedRows: true })).rejects.toMatchObject({
      code: 'rejected-rows',
    });
    expect(await kept()).toHaveLength(3);
  });

  it('an upsert needs a key, and the dataset its columns', async () => {
    await expect(load('id\n1\n', { mode: 'upsert' })).rejects.toMatchObject({
      code: 'bad-input',
      message: '“Key” is missing: Upsert needs key columns.',
    });
    await expect(load('name\nAda\n', upsert)).rejects.toMatchObject({
      code: 'columns-missing',
      message: 'The dataset has no column “id”, which is part of the key.',
    });
  });

  it('an upsert of a value that does not fit changes nothing', async () => {
    await load('id,paid\n1,10\n2,20\n');
    await expect(load('id,paid\n1,many\n', upsert)).rejects.toMatchObject({ code: 'bad-input' });
    expect(await values()).toEqual([
      ['1', '10'],
      ['2', '20'],
    ]);
  });

  it('a replacement that changes the number of rows by too much is refused', async () => {
    await load('id\n1\n2\n3\n4\n');
    await expect(load('id\n1\n', { mode: 'replace', maxChangePercent: 50 })).rejects.toMatchObject({
      code: 'rows-changed',
      message: expect.stringContaining('would change by 75.0%, from 4 to 1; the maximum is 50%'),
    });
    expect(await rows()).toHaveLength(4);
    await load('id\n1\n2\n', { mode: 'replace', maxChangePercent: 50 });
    expect(await rows()).toHaveLength(2);
  });

  it('a load with a key is done once, and kept in a table of loads with what it brought', async () => {
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
    expect(
      await run(
        `SELECT load_id, mode, status, row_count, source FROM pipewright_loads WHERE table_name = '${table}' ORDER BY load_id`,
      ),
    ).toMatchObject([
      { load_id: 'event-1', mode: 'append', status: 'done', source: 'Quantemplate d-claims' },
      { load_id: 'event-2', mode: 'append', status: 'done', source: '' },
    ]);
  });

  it('a load that failed is noted, and can be done under the same key', async () => {
    const noted = () =>
      run(`SELECT status, checksum, source_event_id FROM pipewright_loads WHERE table_name = '${table}'`);
    await load('id\n1\n');
    const options = { mode: 'append', loadKey: 'event-1', sourceEventId: 'wev_1' } as const;
    await expect(load('id\nx\n', options)).rejects.toMatchObject({ code: 'bad-input' });
    expect(await noted()).toEqual([{ status: 'failed', checksum: '', source_event_id: 'wev_1' }]);
    expect(await load('id\n2\n', options)).not.toHaveProperty('repeated');
    expect(await noted()).toEqual([
      { status: 'done', checksum: createHash('sha256').update('id\n2\n').digest('hex'), source_event_id: 'wev_1' },
    ]);
    expect(await rows()).toHaveLength(2);
  });

  it('a table gets the columns that it lacks, and wider types, where that was wished', async () => {
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
    if (engine === 'sqlite') {
      await expect(load(wider, evolve)).rejects.toMatchObject({
        code: 'bad-input',
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
    expect((await rows()).map(({ id, last }) => [id, String(last)])).toEqual([
      ['x', engine === 'mysql' ? '1' : 'true'],
    ]);
  });

  it('a table that evolves never rounds a decimal or cuts a text: it becomes wider, or the load is refused', async () => {
    const evolve = { mode: 'append', onSchemaChange: 'evolve' } as const;
    await run(`CREATE TABLE ${table} (paid decimal(6, 2), name varchar(5))`);
    for (const csv of ['paid,name\n1.005,Ada\n', 'paid,name\n123456.7,Ada\n', 'paid,name\n1,Cleopatra\n']) {
      await load(csv, evolve).catch((error: unknown) => expect(error).toMatchObject({ code: 'bad-input' }));
    }
    const held = await run(`SELECT paid, name FROM ${table}`);
    for (const row of held) expect([1.005, 123_456.7, 1]).toContain(Number(row['paid']));
    for (const row of held) expect(['Ada', 'Cleopatra']).toContain(row['name']);
  });

  it('a table that would have evolved stays as it was when the load fails', async () => {
    await load('id,name\n1,Ada\n');
    await expect(
      load('id,name,paid\nx,Bob,1\n2,Cleo\n', { mode: 'append', onSchemaChange: 'evolve' }),
    ).rejects.toMatchObject({ code: engine === 'sqlite' ? 'bad-input' : 'rejected-rows' });
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
      code: 'bad-input',
      message: expect.stringContaining('line 2 has a value in the column “id” that is not an integer (“P-1”)'),
    });
  });

  it('rows with a value that does not fit its column are left out by themselves, up to the number that is allowed', async () => {
    await load('id,paid,day\n1,1.5,2026-11-20\n');
    const csv = 'id,paid,day\n2,"2,5",2026-11-21\n3,3.5,\n"4\n",4.5,2026-11-22\nx,5.5,soon\n6,6.5,2026-11-23\n';
    await expect(load(csv, { mode: 'append', maxRejectedRows: 2 })).rejects.toMatchObject({
      code: 'bad-input',
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
      (
        await run(
          `SELECT line, column_name, value, row_text FROM pipewright_rejects WHERE table_name = '${table}' ORDER BY line`,
        )
      ).map((row) => ({ ...row, line: Number(row['line']) })),
    ).toEqual([
      { line: 2, column_name: 'paid', value: '2,5', row_text: '2,"2,5",2026-11-21' },
      { line: 4, column_name: 'id', value: '4\n', row_text: '"4\n",4.5,2026-11-22' },
      { line: 6, column_name: 'id', value: 'x', row_text: 'x,5.5,soon' },
    ]);
  });

  it('a row whose value has not the type that was given is left out, too', async () => {
    const { rejected, columns } = await load('id,paid\n1,1.5\n2,many\n', {
      columnTypes: { paid: 'decimal' },
      maxRejectedRows: 1,
    });
    expect([rejected, columns[1]?.type]).toEqual([1, 'decimal']);
    expect(await values()).toEqual([['1', '1.5']]);
  });

  it('UUIDs stay what they are, however they are written', async () => {
    const uuid = '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77';
    expect((await load(`id\n${uuid}\n`)).columns).toEqual([{ name: 'id', type: 'uuid' }]);
    await load(`id\n${uuid.toUpperCase()}\nnone\n`, { table: `${table}_text` });
    expect((await run(`SELECT id FROM ${table}_text`)).map(({ id }) => id)).toEqual([uuid.toUpperCase(), 'none']);
    expect((await values())[0]).toEqual([uuid]);
  });

  it('two loads under one key at once leave one', async () => {
    await load('id\n0\n');
    const both = await Promise.allSettled([1, 2].map(() => load('id\n1\n', { mode: 'append', loadKey: 'event-1' })));
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await rows()).toHaveLength(2);
  });
});
