import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nock from 'nock';
import { numberCell, textCell, workbookFile } from '../datasets/excel/workbook-file.ts';
import { callCli } from './call-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-load-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterAll(() => {
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
});

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const database = join(folder, 'test.db');
const ask = (sql: string): unknown[] => {
  const open = new DatabaseSync(database);
  try {
    return open
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    open.close();
  }
};
const load = (from: string, table: string, ...words: string[]) =>
  callCli('load', '--from', from, '--to', `sqlite:${database}`, '--table', table, ...words);

describe('pipewright load', () => {
  it('creates a table, appends to it and upserts by key', async () => {
    expect((await load(write('a.csv', 'id,name\n1,Ada\n'), 'people')).code).toBe(0);
    expect((await load(write('b.csv', 'id,name\n2,Bob\n'), 'people', '--mode', 'append')).code).toBe(0);
    const { code, out } = await load(
      write('c.csv', 'id,name\n2,Beth\n3,Cleo\n'),
      'people',
      '--mode',
      'upsert',
      '--key',
      'id',
      '--json',
    );
    expect([code, JSON.parse(out)]).toMatchObject([0, { rows: 2, updated: 1, inserted: 1 }]);
    expect(ask('SELECT name FROM people ORDER BY id')).toEqual([{ name: 'Ada' }, { name: 'Beth' }, { name: 'Cleo' }]);
  });

  it('loads a worksheet of an Excel workbook', async () => {
    const path = join(folder, 'book.xlsx');
    const table = `<row>${textCell('id')}${textCell('paid')}</row><row>${textCell('007')}${numberCell('274.65999999999997')}</row>`;
    const rows = `<row>${textCell('Report')}</row>${table}<row>${textCell('008')}<c t="e"><v>#N/A</v></c></row>`;
    writeFileSync(
      path,
      workbookFile({
        sheets: [
          { name: 'Notes', rows: '' },
          { name: 'Claims', rows },
        ],
      }),
    );
    const words = ['--sheet', 'Claims', '--cell-range', 'A2:B9', '--invalid-cells', 'null', '--round-to-15-digits'];
    expect((await load(path, 'book', ...words)).code).toBe(0);
    expect(ask('SELECT id, paid FROM book ORDER BY id')).toEqual([
      { id: '007', paid: 274.66 },
      { id: '008', paid: null },
    ]);
    expect(await load(path, 'other', '--sheet', 'Payments')).toMatchObject({
      code: 1,
      err: expect.stringContaining('It has “Notes”, “Claims”.'),
    });
  });

  it('uses the columns of one load as the contract of the next, and evolves the table', async () => {
    const first = await load(write('d.csv', 'id,paid\n007,1.50\n'), 'contracted', '--json');
    const contract = write('contract.json', JSON.stringify((JSON.parse(first.out) as { columns: unknown }).columns));
    const refused = await load(write('e.csv', 'id\n8\n'), 'contracted', '--mode', 'append', '--contract', contract);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining('The dataset has no column “paid”, which the contract requires.'),
    });
    expect(
      (
        await load(
          write('f.csv', 'id,paid,more\n8,2,x\n'),
          'contracted',
          '--mode',
          'append',
          '--on-schema-change',
          'evolve',
          '--source-event-id',
          'wev_1',
          '--save-load-record',
        )
      ).code,
    ).toBe(0);
    expect(ask('SELECT id, more FROM contracted')).toEqual([
      { id: '007', more: null },
      { id: '8', more: 'x' },
    ]);
    expect(ask("SELECT source_event_id FROM pipewright_loads WHERE table_name = 'contracted'")).toEqual([
      { source_event_id: 'wev_1' },
    ]);
  });

  it.each(['one.jsonl', 'one.NDJSON'])(
    'reads %s as JSON Lines because of its extension, even with one line',
    async (name) => {
      expect((await load(write(name, '{"zip":"0815"}\n'), 'named', '--mode', 'replace')).code).toBe(0);
      expect(ask('SELECT zip FROM named')).toEqual([{ zip: '0815' }]);
      expect((await load(write(name, '1\n2\n'), 'scalars')).err).toContain('line 1 is not an object');
    },
  );

  it.each(['_load_id', '_SOURCE'])(
    'refuses a dataset with the column %s when load metadata columns are added',
    async (name) => {
      expect(await load(write('taken.csv', `id,${name}\n1,x\n`), name, '--add-load-metadata')).toMatchObject({
        code: 1,
        err: expect.stringContaining(`The dataset has a column “${name}”, which is one of the load metadata columns`),
      });
      expect((await load(write('taken.csv', `id,${name}\n1,x\n`), name)).code).toBe(0);
      expect(
        (
          await load(
            write('taken.csv', `id,${name}\n1,x\n`),
            name,
            '--mode',
            'replace',
            '--add-load-metadata',
            '--on-schema-change',
            'evolve',
          )
        ).code,
      ).toBe(1);
      expect(ask(`SELECT "${name}" AS value FROM "${name}"`)).toEqual([{ value: 'x' }]);
    },
  );

  it('skips invalid rows up to the maximum and saves them', async () => {
    const from = write('g.csv', 'id,paid\n1,2\n2,many\n3\n');
    expect((await load(from, 'left', '--type', 'paid=integer', '--max-rejected-rows', '1')).err).toContain(
      'More than 1 row was rejected. The first: line 3',
    );
    expect(
      (await load(from, 'left', '--type', 'paid=integer', '--max-rejected-rows', '2', '--save-rejected-rows')).code,
    ).toBe(0);
    expect(ask('SELECT line, column_name, value FROM pipewright_rejects ORDER BY line')).toEqual([
      { line: 3, column_name: 'paid', value: 'many' },
      { line: 4, column_name: null, value: null },
    ]);
  });

  it.each([[], ['--allow-empty']])(
    'refuses a dataset whose only row is rejected, and leaves the table unchanged %j',
    async (...words) => {
      expect((await load(write('n.csv', 'v\n7\n'), 'numbers', '--mode', 'replace')).code).toBe(0);
      const refused = await load(
        write('bad.csv', 'v\nx\n'),
        'numbers',
        '--mode',
        'replace',
        '--max-rejected-rows',
        '1',
        ...words,
      );
      expect(refused).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^The only row was rejected: line 2 .*\(“x”\)\. The table was not changed\./),
      });
      expect(ask('SELECT v FROM numbers')).toEqual([{ v: 7 }]);
    },
  );

  it('names no setting of CSV for invalid JSON', async () => {
    const invalid = await load(write('nan.json', '{"a":NaN}\n{"a":1}\n'), 'json_rows');
    expect(invalid).toMatchObject({
      code: 1,
      err: 'A row was rejected: line 1 has the value “NaN”, which is not JSON. The table was not changed. Correct the file, or increase Max Rejected Rows.\n',
    });
    expect((await load(write('nan.json', '{"a":NaN}\n'), 'json_rows', '--format', 'json-lines')).err).toBe(
      'The file is not valid JSON: line 1 has the value “NaN”, which is not JSON. Correct the file.\n',
    );
    expect((await load(write('plain.csv', 'a\n1\n'), 'json_rows', '--format', 'json-lines')).err).toContain(
      'set Format to CSV',
    );
  });

  it.each([
    [
      'two names for a column',
      ['--map', 'paid=a', '--map', 'Paid=b'],
      'Column Mapping has two names for the column “Paid”',
    ],
    ['the same option twice', ['--map', 'Paid=a', '--map', 'Paid=b'], '--map has the column “Paid” twice.'],
    ['two types for a column', ['--type', 'Paid=text', '--type', 'paid=decimal'], 'Column Types has two types for the'],
    ['the name of another column', ['--map', 'Paid=Id'], 'With Column Mapping, the dataset has the column “Id” twice.'],
    [
      'a key that is left out',
      ['--map', 'Id=', '--key', 'id'],
      'The column “id” is left out, but another option names it.',
    ],
    [
      'a type that is left out',
      ['--map', 'Paid=', '--type', 'Paid=text'],
      'The column “Paid” is left out, but another',
    ],
    ['no column', ['--map', 'Paid=', '--map', 'Id='], 'All columns of the dataset are left out.'],
  ])('refuses a mapping of columns with %s', async (_case, words, message) => {
    const refused = await load(write('mapped.csv', 'Id,Paid\n1,2.5\n'), 'mapped', ...words);
    expect([refused.code === 0, refused.err]).toEqual([false, expect.stringContaining(message)]);
    expect(ask("SELECT name FROM sqlite_master WHERE name = 'mapped'")).toEqual([]);
  });

  it('takes the type of a column whose name has an equals sign', async () => {
    expect((await load(write('equals.csv', 'a=b\n7\n'), 'equals', '--type', 'a=b=text')).code).toBe(0);
    expect(ask('SELECT * FROM equals')).toEqual([{ 'a=b': '7' }]);
  });

  it('explains keys that are equal only because the database ignores case', async () => {
    const open = new DatabaseSync(database);
    open.exec('CREATE TABLE folded (k TEXT COLLATE NOCASE, v INTEGER)');
    open.close();
    const refused = await load(write('keys.csv', 'k,v\na,1\nA,2\n'), 'folded', '--mode', 'upsert', '--key', 'k');
    expect(refused.err).toMatch(/is not unique: a occurs in more than one row\..* differ only in case/i);
  });

  it.each([
    ['a folder', folder, 'is a folder, not a file.'],
    ['a missing file', join(folder, 'missing.csv'), 'does not exist.'],
  ])('reports %s as the source in plain words', async (_case, from, message) => {
    const { code, err } = await load(from, 'never');
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
    expect(err).not.toMatch(/EISDIR|ENOENT/);
  });

  it.each(['postgres', 'mysql', 'sqlserver'])(
    'explains an invalid address of %s without repeating it',
    async (engine) => {
      const { code, err } = await callCli(
        'load',
        '--from',
        write('x.csv', 'a\n1\n'),
        '--to',
        `${engine}://u:hunter2@b@127.0.0.1:1:2/db`,
        '--table',
        't',
      );
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/^This is not the address of a .* database\. Use the form /),
      ]);
      expect(err).not.toContain('hunter2');
    },
  );

  it('names its own option for a missing key', async () => {
    expect((await load(write('x.csv', 'a\n1\n'), 'never', '--mode', 'upsert')).err).toContain('with --key.');
  });

  it('loads a dataset directly from a download operation', async () => {
    nock('https://login.example.com')
      .post('/token')
      .reply(200, { access_token: 'token', token_type: 'bearer', expires_in: 3600 });
    nock('https://api.example.com')
      .get('/organisations/c-contoso/datasets/d-1')
      .reply(200, 'id\n1\n2\n', { 'content-type': 'text/csv' });
    const connection = write(
      'connection.json',
      JSON.stringify({
        clientId: 'u-1',
        clientSecret: 'a secret',
        organisationId: 'c-contoso',
        apiUrl: 'https://api.example.com',
        loginUrl: 'https://login.example.com/token',
      }),
    );
    const { code, out, err } = await load(
      'quantemplate.downloadDataset',
      'straight',
      '--input',
      '{"dataset": "d-1"}',
      '--connection',
      connection,
      '--save-load-record',
      '--json',
    );
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ rows: 2 });
    expect(readFileSync(connection, 'utf8')).toContain('a secret');
    expect(out + err).not.toContain('a secret');
    expect(ask("SELECT source FROM pipewright_loads WHERE table_name = 'straight'")).toEqual([
      { source: 'quantemplate.downloadDataset' },
    ]);
  });

  it.each([
    [['--mode', 'merge'], '--mode must be one of: create, replace, append, upsert.'],
    [['--on-schema-change', 'add'], '--on-schema-change must be one of: fail, ignore, evolve.'],
    [['--parallel-connections', '0'], '--parallel-connections must be a whole number of at least 1.'],
    [['--contract', '/nowhere.json'], '--contract must be JSON in a readable file.'],
    [['--max-change-percent', 'much'], '--max-change-percent must be a number of at least 0.'],
  ])('exits with 2 for %j', async (words, message) => {
    expect(await load(write('x.csv', 'a\n1\n'), 'never', ...words)).toMatchObject({
      code: 2,
      err: expect.stringContaining(message),
    });
  });
});
