import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { isReservedTable } from '../../shared/src/datasets/load/reserved-tables.ts';
import { validName } from '../../shared/src/datasets/load/match-names.ts';
import { startPostgres, type Postgres } from '../support/machine/postgres.ts';
import { callCli } from '../unit/cli/call-cli.ts';
import { loadCsv } from './load-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-names-'));
let postgres: Postgres;
let client: pg.Client;

beforeAll(async () => {
  postgres = await startPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

const ask = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await client.query<Record<string, unknown>>(sql)).rows;
const load = (csv: string, options: Partial<LoadOptions> & { table: string }) =>
  loadCsv(`${postgres.url}?sslmode=disable`, csv, { mode: 'append', ...options });
const columnsOf = async (table: string) =>
  (
    await ask(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = '"${table}"'::regclass AND attnum > 0 ORDER BY attnum`,
    )
  ).map(({ name }) => name);

describe('Column names', () => {
  it.each<[string, Partial<LoadOptions>]>([
    ['append', {}],
    ['replace', { mode: 'replace' }],
    ['upsert', { mode: 'upsert', key: ['ID'] }],
    ['upsert with the key of the table', { mode: 'upsert', key: ['id'] }],
    ['evolve', { onSchemaChange: 'evolve' }],
    ['ignore', { onSchemaChange: 'ignore' }],
    [
      'contract',
      {
        contract: [
          { name: 'Id', type: 'integer' },
          { name: 'NAME', type: 'text' },
        ],
      },
    ],
  ])('are matched case-insensitively (%s)', async (_mode, options) => {
    await ask('DROP TABLE IF EXISTS people; CREATE TABLE people (id int, name text)');
    await load('ID,Name\n1,x\n', { table: 'people', ...options });
    expect(await columnsOf('people')).toEqual(['id', 'name']);
    expect(await ask('SELECT * FROM people')).toEqual([{ id: 1, name: 'x' }]);
  });

  it('are refused when two differ only in case, also in a new table', async () => {
    for (const mode of ['create', 'append'] as const)
      await expect(load('id,Name,name\n1,x,y\n', { table: 'twice', mode })).rejects.toMatchObject({
        code: 'columns-missing',
        message: 'The dataset has the columns “Name” and “name”, which differ only in case.',
      });
    await expect(load('{"a":1,"A":2}\n', { table: 'twice', format: 'json-lines' })).rejects.toMatchObject({
      code: 'columns-missing',
    });
  });

  it('are refused when they match two columns of the table, unless one matches exactly', async () => {
    await ask('CREATE TABLE alike ("Name" text, name text)');
    await expect(load('NAME\nx\n', { table: 'alike' })).rejects.toMatchObject({
      code: 'columns-missing',
      message: 'The column “NAME” is ambiguous: it matches “Name” and “name”, which differ only in case.',
    });
    await load('Name\nx\n', { table: 'alike' });
    expect(await ask('SELECT * FROM alike')).toEqual([{ Name: 'x', name: null }]);
  });

  describe('that are mapped', () => {
    const refused = (csv: string, options: Partial<LoadOptions>) =>
      load(csv, { table: 'mapped', ...options }).then(
        () => 'loaded',
        (error: Error) => error.message,
      );
    const rows = () => ask('SELECT * FROM mapped');

    it('are those of the table, spaces included', async () => {
      await ask('DROP TABLE IF EXISTS mapped; CREATE TABLE mapped (a text, " a" text)');
      await load('x\n1\n', { table: 'mapped', columnNames: { x: ' a' } });
      expect(await rows()).toEqual([{ a: null, ' a': '1' }]);
    });

    it('are refused if the table does not have them or generates them, unless it evolves', async () => {
      await ask(
        'DROP TABLE IF EXISTS mapped; CREATE TABLE mapped (a int, b int, g int GENERATED ALWAYS AS (a) STORED)',
      );
      for (const onSchemaChange of ['fail', 'ignore', 'evolve'] as const) {
        if (onSchemaChange !== 'evolve')
          expect(await refused('x,b\n1,2\n', { columnNames: { x: 'zz' }, onSchemaChange })).toBe(
            'The table “mapped” has no column “zz”, into which Column Mapping loads “x”.',
          );
        expect(await refused('x,b\n1,2\n', { columnNames: { x: 'g' }, onSchemaChange })).toBe(
          'The table “mapped” generates the column “g” itself, into which Column Mapping loads “x”.',
        );
      }
      expect(await rows()).toEqual([]);
      await load('x,b\n1,2\n', { table: 'mapped', columnNames: { x: 'zz' }, onSchemaChange: 'evolve' });
      expect(await rows()).toEqual([{ a: null, b: 2, g: null, zz: expect.anything() }]);
    });

    it('are refused if the contract of a new table does not have them', async () => {
      await ask('DROP TABLE IF EXISTS mapped');
      const contract = [{ name: 'b', type: 'integer' as const }];
      for (const onSchemaChange of ['fail', 'ignore'] as const)
        expect(await refused('x,b\n1,2\n', { columnNames: { x: 'a' }, contract, onSchemaChange })).toBe(
          'The contract has no column “a”, into which Column Mapping loads “x”.',
        );
    });

    it('are meant by keys before those of the dataset, and refused where both could be meant', async () => {
      await ask('DROP TABLE IF EXISTS mapped; CREATE TABLE mapped (id int, legacy_id int, paid int)');
      await ask('INSERT INTO mapped VALUES (1, 7, 10), (7, 1, 20)');
      const upsert = { mode: 'upsert', columnNames: { id: 'legacy_id' } } as const;
      expect(await refused('id,paid\n1,99\n', { ...upsert, key: ['id'] })).toContain('The column “id” is ambiguous');
      await load('id,paid\n1,99\n', { table: 'mapped', ...upsert, key: ['legacy_id'] });
      expect(await ask('SELECT paid FROM mapped ORDER BY id')).toEqual([{ paid: 10 }, { paid: 99 }]);
      await ask('DROP TABLE mapped; CREATE TABLE mapped (a int, b int)');
      for (const key of ['a', 'A'])
        await load('A,B\n1,2\n', { table: 'mapped', mode: 'upsert', key: [key], columnNames: { A: 'b', B: 'a' } });
      expect(await rows()).toEqual([{ a: 2, b: 1 }]);
    });
  });

  it('are matched case-insensitively in the types and keys of a new table', async () => {
    const { columns } = await load('Policy,Paid\n1,2\n', {
      table: 'typed',
      mode: 'create',
      columnTypes: { POLICY: 'text' },
      key: ['policy'],
    });
    expect(columns).toEqual([
      { name: 'Policy', type: 'text' },
      { name: 'Paid', type: 'integer' },
    ]);
  });

  it('are refused when they are too long, or shortened the same way by every load', async () => {
    const long = `${'ä'.repeat(40)}_gross`;
    const other = `${'ä'.repeat(40)}_net`;
    const csv = `id,${long},${other}\n1,x,y\n`;
    await expect(load(csv, { table: 'long_names', mode: 'create' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: `The column name “${long}” is too long: the maximum is 63 bytes.`,
      hint: expect.stringContaining('Shorten Long Column Names'),
    });
    await load(csv, { table: 'long_names', mode: 'create', shortenNames: true });
    for (const onSchemaChange of ['fail', 'evolve'] as const)
      await load(csv, { table: 'long_names', shortenNames: true, onSchemaChange });
    await load(csv, { table: 'long_names', shortenNames: true, mode: 'upsert', key: ['id', long] });
    const [id, ...names] = await columnsOf('long_names');
    expect([id, new Set(names).size]).toEqual(['id', 2]);
    for (const name of names) expect(Buffer.byteLength(String(name))).toBeLessThanOrEqual(63);
    expect(await ask('SELECT count(*)::int AS rows FROM long_names')).toEqual([{ rows: 3 }]);
  });

  it('can be shortened on the command line', async () => {
    const file = join(folder, 'long.csv');
    writeFileSync(file, `id,${'x'.repeat(70)}\n1,2\n`);
    const words = [
      'load',
      '--from',
      file,
      '--to',
      `${postgres.url}?sslmode=disable`,
      '--table',
      'long_by_cli',
      '--json',
    ];
    expect(await callCli(...words)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is too long: the maximum is 63 bytes'),
    });
    expect(await callCli(...words, '--shorten-names')).toMatchObject({ code: 0 });
    expect((await columnsOf('long_by_cli'))[1]).toMatch(/^x{54}_[0-9a-f]{8}$/);
  });

  it('are shortened by characters if the database counts characters', () => {
    const name = validName('😀'.repeat(100), { maxLength: 128 }, true);
    expect(name).toMatch(/^(?:😀){59}_[0-9a-f]{8}$/u);
    expect(validName('a'.repeat(128), { maxLength: 128 }, false)).toBe('a'.repeat(128));
  });
});

describe('Tables managed by Pipewright', () => {
  it.each([
    'pipewright_loads',
    'PIPEWRIGHT_REJECTS',
    ' pipewright_loads ',
    'public.pipewright_loads',
    '"public"."Pipewright_Loads"',
    '[dbo].[pipewright_rejects]',
    '`pipewright_loads`',
    'pipewright_staging_0a1b',
    'pipewright_staging',
    '#pipewright_staging',
    'ｐｉｐｅｗｒｉｇｈｔ＿ｌｏａｄｓ',
  ])('include %s', (table) => {
    expect(isReservedTable(table)).toBe(true);
  });

  it.each(['claims', 'pipewright', 'pipewright_loads_2026', 'my_pipewright_loads', 'loads'])(
    'do not include %s',
    (table) => {
      expect(isReservedTable(table)).toBe(false);
    },
  );

  it.each(['create', 'append', 'replace', 'upsert'] as const)('cannot be loaded into, in mode %s', async (mode) => {
    await load('id\n1\n', { table: 'recorded', mode: 'replace', saveLoadRecord: true });
    const before = await ask('SELECT * FROM pipewright_loads');
    for (const address of [`sqlite:${join(folder, 'names.db')}`, `${postgres.url}?sslmode=disable`]) {
      await expect(
        loadCsv(address, 'load_id\nforged\n', { table: 'Pipewright_Loads', mode, key: ['load_id'] }),
      ).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('is reserved: Pipewright records its loads there'),
      });
    }
    expect(await ask('SELECT * FROM pipewright_loads')).toEqual(before);
  });
});
