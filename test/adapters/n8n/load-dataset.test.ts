import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { startMariaDb } from '../../support/machine/mariadb.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { mainRealm } from '../../support/machine/main-realm.ts';
import { openN8n, type N8n, type NodeSetup } from './open-n8n.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-sqlite-'));
let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  mainRealm.process.env['PIPEWRIGHT_SQLITE_FOLDER'] = folder;
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-sql']);
});

afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  delete mainRealm.process.env['PIPEWRIGHT_SQLITE_FOLDER'];
  await n8n.close();
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});

function load(parameters: object, sqlChanges: object = {}): NodeSetup {
  return {
    node: 'sqlTable',
    credentials: { pipewrightSqlApi: { ...sandboxCredentials(sandbox)['pipewrightSqlApi'], ...sqlChanges } },
    parameters: { resource: 'table', operation: 'loadDataset', mode: 'replace', ...parameters },
  };
}

const fileOf = (csv: string) => [
  {
    json: {},
    binary: { data: { data: Buffer.from(csv).toString('base64'), mimeType: 'text/csv', fileName: 'claims.csv' } },
  },
];

const fromUrl = () => ({ source: 'url', url: `${sandbox.baseUrl}/web/public/claims.csv?signature=hush-hush` });

/** Names and values as rows of the form. */
const rowsOf = (...pairs: [name: string, value: string][]) => ({
  rows: pairs.map(([name, value]) => ({ name, value })),
});

function query(sql: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'datasets.db'), { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

function noted(): unknown[] {
  const [{ there } = { there: 0 }] = query(
    "SELECT count(*) AS there FROM sqlite_schema WHERE name = 'pipewright_loads'",
  ) as { there: number }[];
  return there === 0 ? [] : query("SELECT status FROM pipewright_loads WHERE table_name = 'straight' ORDER BY status");
}

it('Load Dataset loads the file of a previous node into a table, with identifiers as text', async () => {
  const { items, error } = await n8n.execute(load({ table: 'claims' }), fileOf('policy,paid\n007,1.50\n008,2\n'));
  expect(error).toBeUndefined();
  expect(items).toEqual([
    { json: expect.objectContaining({ id: 'claims', rows: 2, rejected: 0 }), pairedItem: { item: 0 } },
  ]);
  expect(query('SELECT policy FROM claims ORDER BY policy')).toEqual([{ policy: '007' }, { policy: '008' }]);
});

it('Load Dataset loads a file from a URL, without a file in n8n', async () => {
  const { items, error } = await n8n.execute(
    load({ ...fromUrl(), table: 'straight', options: { addLoadMetadata: true, saveLoadRecord: true } }),
  );
  expect(error).toBeUndefined();
  expect(items[0]?.json).toMatchObject({ id: 'straight', rows: 300 });
  expect(items[0]).not.toHaveProperty('binary');
  expect(query('SELECT DISTINCT _source AS source FROM straight')).toEqual([{ source: 'claims.csv' }]);
  expect(JSON.stringify(query('SELECT * FROM pipewright_loads'))).not.toContain('hush');
});

it('Load Dataset resumes an interrupted download of a URL', async () => {
  sandbox.faults.add({ match: { path: /claims\.csv/ }, times: 2, fault: { kind: 'cut', afterBytes: 5_000 } });
  const { items } = await n8n.execute(load({ ...fromUrl(), table: 'resumed' }));
  expect(items[0]?.json).toMatchObject({ rows: 300 });
});

it('Load Dataset does not change the table when the download is interrupted', async () => {
  sandbox.faults.add({ match: { path: /claims\.csv/ }, times: 20, fault: { kind: 'cut', afterBytes: 0 } });
  const { error } = await n8n.execute(load({ ...fromUrl(), table: 'straight' }));
  expect(error?.message).toBe('The connection was lost before the download was complete.');
  expect(query('SELECT count(*) AS rows FROM straight')).toEqual([{ rows: 300 }]);
});

it('Load Dataset does not change the table when the execution is stopped during the load', async () => {
  sandbox.faults.add({ match: { path: /claims\.csv/ }, fault: { kind: 'slow', milliseconds: 600_000, part: 'body' } });
  const download = { path: /claims\.csv/ };
  const downloads = sandbox.requests.count(download);
  // A load starts by querying the database for the table.
  const prepare = jest.spyOn(DatabaseSync.prototype, 'prepare');
  await n8n.execute(
    load({ ...fromUrl(), table: 'straight', options: { saveLoadRecord: true, addLoadMetadata: true } }),
    undefined,
    { stopWhen: () => prepare.mock.calls.length > 0 && sandbox.requests.count(download) > downloads },
  );
  prepare.mockRestore();
  // For n8n the execution ends immediately; the load is rolled back shortly afterwards.
  for (let looks = 0; looks < 600 && !JSON.stringify(noted()).includes('failed'); looks += 1) await sleep(100);
  expect(noted()).toEqual([{ status: 'done' }, { status: 'failed' }]);
  expect(query('SELECT count(*) AS rows FROM straight')).toEqual([{ rows: 300 }]);
});

it('Load Dataset rejects an invalid row unless rejected rows are allowed', async () => {
  const ragged = fileOf('a,b\n1,2\n3\n');
  const { error } = await n8n.execute(load({ table: 'ragged' }), ragged);
  expect(error?.message).toBeTruthy();
  const { items } = await n8n.execute(load({ table: 'ragged', options: { maxRejectedRows: 1 } }), ragged);
  expect(items[0]?.json).toMatchObject({ rows: 1, rejected: 1 });
});

it('Load Dataset asks for the mode instead of replacing rows by default', async () => {
  const unset = n8n.execute(load({ table: 'claims', mode: '' }), fileOf('policy,paid\n009,1.50\n'));
  await expect(unset).rejects.toThrow('Parameter "Mode" is required');
});

it('Load Dataset lists the tables of the database', async () => {
  await n8n.execute(load({ table: 'listed' }), fileOf('policy,paid\n009,1.50\n'));
  const search = n8n.nodeType('sqlTable').methods?.listSearch?.['searchTables'];
  expect(await search?.call(n8n.formOf(load({})), 'LIST')).toEqual({ results: [{ name: 'listed', value: 'listed' }] });
});

it('Load Dataset updates rows by key, loads once per load key, and accepts other formats and types', async () => {
  const upsert = (lines: string, loadKey: string) =>
    n8n.execute(
      load({
        table: 'people',
        mode: 'upsert',
        key: ['id'],
        options: { format: 'json-lines', loadKey, columnTypes: rowsOf(['zip', 'text']) },
      }),
      fileOf(lines),
    );
  await upsert('{"id":1,"name":"Ada","zip":75001}\n{"id":2,"name":"Bob","zip":10}\n', 'event-1');
  expect(
    (await upsert('{"id":2,"name":"Beth","zip":20}\n{"id":3,"name":"Cleo","zip":30}\n', 'event-2')).items[0]?.json,
  ).toMatchObject({ updated: 1, inserted: 1, loadId: 'event-2' });
  expect((await upsert('{"id":9,"name":"Nobody","zip":0}\n', 'event-2')).items[0]?.json).toMatchObject({
    repeated: true,
    rows: 2,
  });
  expect(query('SELECT name, zip FROM people ORDER BY id')).toEqual([
    { name: 'Ada', zip: '75001' },
    { name: 'Beth', zip: '20' },
    { name: 'Cleo', zip: '30' },
  ]);
  expect(query("SELECT source FROM pipewright_loads WHERE table_name = 'people'")).toHaveLength(2);
});

it('Load Dataset rejects a key that is not unique, an unknown type, and a dataset with too few rows', async () => {
  const refused = async (parameters: object, csv: string) =>
    (await n8n.execute(load({ table: 'people', ...parameters }), fileOf(csv))).error?.message;
  expect(await refused({ mode: 'upsert', key: ['id'] }, 'id,name\n1,x\n1,y\n')).toContain('is not unique: 1');
  expect(await refused({ options: { columnTypes: rowsOf(['id', 'money']) } }, 'id\n1\n')).toContain(
    'The type “money” of the column “id” is unknown',
  );
  expect(await refused({ mode: 'replace', options: { maxChangePercent: 10 } }, 'id,name,zip\n1,x,y\n')).toContain(
    'would change by 66.7%',
  );
  expect(query('SELECT count(*) AS rows FROM people')).toEqual([{ rows: 3 }]);
});

it('Load Dataset renames columns, leaves columns out and takes types, in rows of the form', async () => {
  const options = { columnTypes: rowsOf(['policy', 'text']), leaveOut: 'Notes\nOther' };
  const mapping = {
    columnMappingMode: 'rows',
    columnMapping: rowsOf(['policy', 'Policy No.'], ['', 'nothing'], ['Paid', '']),
  };
  const csv = 'Policy No.,Paid,Notes,Other\n7,1.50,x,y\n';
  const { items } = await n8n.execute(load({ table: 'mapped', ...mapping, options }), fileOf(csv));
  expect(items[0]?.json['columns']).toMatchObject([
    { name: 'policy', type: 'text' },
    { name: 'Paid', type: 'decimal' },
  ]);
  expect(query('SELECT policy, "Paid" FROM mapped')).toEqual([{ policy: '7', Paid: 1.5 }]);
  const messageOf = async (parameters: object) =>
    (await n8n.execute(load({ table: 'mapped', ...parameters }), fileOf(csv))).error?.message;
  expect(await messageOf({ ...mapping, options: { leaveOut: 'Policy No.' } })).toContain(
    'is under Column Mapping and under Leave Out Columns',
  );
  expect(await messageOf({ options: { leaveOut: 'Note' } })).toContain(
    'The dataset has no column “Note”, which is left out.',
  );
  expect(await messageOf({ ...mapping, columnMapping: rowsOf(['policy', 'Polcy']) })).toContain(
    'The dataset has no column “Polcy”, which Column Mapping loads into “policy”.',
  );
  expect(await messageOf({ ...mapping, columnMapping: rowsOf(['a', 'Paid'], ['a', 'Notes']) })).toContain(
    'Two rows of Column Mapping have the Column in Table “a”.',
  );
  expect(await messageOf({ ...mapping, columnMapping: rowsOf(['a', 'Paid'], ['b', 'Paid']) })).toContain(
    'Column Mapping loads the column “Paid” of the dataset into “a” and into “b”.',
  );
});

it('Load Dataset maps columns in a form with the columns of the table, and those of a dataset with a URL', async () => {
  await n8n.execute(load({ table: 'form' }), fileOf('policy_number,paid,closed on\n007,1.50,2026-01-31\n'));
  const mapper = n8n.nodeType('sqlTable').methods?.resourceMapping?.['mapTableColumns'];
  const mapped = (parameters: object) => mapper?.call(n8n.formOf(load({ table: 'form', ...parameters })));
  const fieldsOf = async (parameters: object) =>
    (await mapped(parameters))?.fields.map(({ id, type, required, options }) => [
      id,
      type,
      required,
      options?.map(({ value }) => value),
    ]);
  expect(await fieldsOf({})).toEqual([
    ['policy_number', 'string', false, undefined],
    ['paid', 'string', false, undefined],
    ['closed on', 'string', false, undefined],
  ]);
  const [first] = (await fieldsOf(fromUrl())) ?? [];
  expect(first).toEqual(['policy_number', 'options', false, expect.arrayContaining(['Policy Number', 'Claim Number'])]);
  expect(await fieldsOf({ ...fromUrl(), url: `${sandbox.baseUrl}/web/missing.csv` })).toHaveLength(3);
  expect(await mapped({ table: 'not_there' })).toEqual({
    fields: [],
    emptyFieldsNotice: expect.stringContaining('No columns were found.'),
  });
  const { items, error } = await n8n.execute(
    load({
      table: 'form',
      mode: 'append',
      columnMappingMode: 'form',
      columnMappingForm: {
        mappingMode: 'defineBelow',
        value: { policy_number: 'Policy No.', paid: null, 'closed on': 'Closed' },
      },
    }),
    fileOf('Policy No.,Closed,Paid\n008,2026-02-01,2\n'),
  );
  expect(error).toBeUndefined();
  expect(items[0]?.json).toMatchObject({ rows: 1 });
  expect(query('SELECT * FROM form ORDER BY policy_number')).toEqual([
    { policy_number: '007', paid: 1.5, 'closed on': '2026-01-31' },
    { policy_number: '008', paid: 2, 'closed on': '2026-02-01' },
  ]);
});

it('Load Dataset offers no name in a form that n8n would evaluate or drop', async () => {
  const server = createServer((_request, response) => response.end('={{ 1+1 }},=Total,Total\nx,y,z\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await n8n.execute(load({ table: 'hostile' }), fileOf('constructor,__proto__,a,b\n1,2,p,q\n'));
    const source = { source: 'url', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hostile.csv` };
    const setup = load({ table: 'hostile', mode: 'append', ...source });
    const mapper = n8n.nodeType('sqlTable').methods?.resourceMapping?.['mapTableColumns'];
    const fields = (await mapper?.call(n8n.formOf(setup)))?.fields ?? [];
    expect(fields.map(({ id }) => id)).toEqual(['a', 'b']);
    const [first, second] = fields[0]?.options?.map(({ value }) => value) ?? [];
    const columnMappingForm = { mappingMode: 'defineBelow', value: { a: first, b: second } };
    const parameters = { ...setup.parameters, columnMappingMode: 'form', columnMappingForm };
    const loaded = await n8n.execute({ ...setup, parameters: { ...parameters, options: { leaveOut: 'Total' } } });
    expect(loaded.error).toBeUndefined();
    expect(query('SELECT a, b FROM hostile')).toEqual([
      { a: 'p', b: 'q' },
      { a: 'x', b: 'y' },
    ]);
  } finally {
    server.close();
  }
});

it('Load Dataset adds load metadata columns, ignores new columns and converts NULL values', async () => {
  await n8n.execute(
    load({ table: 'enriched', options: { addLoadMetadata: true, nullValues: ['N/A'] } }),
    fileOf('a,b\n1,N/A\n'),
  );
  await n8n.execute(
    load({
      table: 'enriched',
      mode: 'append',
      options: { addLoadMetadata: true, onSchemaChange: 'ignore', loadKey: 'event-9' },
    }),
    fileOf('a,c\n2,x\n'),
  );
  expect(query('SELECT a, b, _source FROM enriched ORDER BY a')).toEqual([
    { a: 1, b: null, _source: 'claims.csv' },
    { a: 2, b: null, _source: 'claims.csv' },
  ]);
  expect(query("SELECT count(*) AS rows FROM enriched WHERE _load_id = 'event-9'")).toEqual([{ rows: 1 }]);
});

it('Check Dataset checks a dataset against rules, routes it to Passed or Failed, and returns the failing rows as a file', async () => {
  const check = (...rules: object[]) =>
    n8n.execute(load({ operation: 'checkDataset', rules: { rows: rules } }), fileOf('id,paid\n1,10\n1,-2\n'));
  const hasRows = { rule: 'rowsAtLeast', value: '1' };
  const inTable = (column: string, value: string) => ({ rule: 'inTable', column, value });
  const { outputs, error } = await check(
    hasRows,
    { rule: 'unique', column: 'id' },
    { rule: 'atLeast', column: 'paid', value: '0' },
  );
  expect(error).toBeUndefined();
  const [passed, failed = []] = outputs;
  expect(passed).toEqual([]);
  expect(failed[0]?.json).toMatchObject({
    passed: false,
    rows: 2,
    failedRules: 2,
    summary: '✓ rows >= 1\n✗ id is unique: Line 3: “1” is also in an earlier row.\n✗ paid >= 0: Line 3: found “-2”.',
  });
  expect(Buffer.from(failed[0]?.binary?.['data']?.data ?? '', 'base64').toString()).toBe(
    '_rule,_line,id,paid\nid is unique,3,1,-2\npaid >= 0,3,1,-2\n',
  );
  expect((await check(hasRows)).items[0]).toMatchObject({ json: { passed: true, failedRules: 0 } });
  await n8n.execute(load({ table: 'clients' }), fileOf('client,name\n1,Ada\n'));
  expect((await check(inTable('id', 'clients.client'))).items[0]?.json).toMatchObject({ passed: true });
  expect((await check(inTable('paid', 'clients.client'))).outputs[1]?.[0]?.json).toMatchObject({
    passed: false,
    summary: '✗ paid is in table clients.client: 2 rows. Line 2: found “10”, which is not in the table “clients”.',
  });
  expect((await check(inTable('id', 'nowhere.client'))).error?.message).toBe('The table “nowhere” does not exist.');
  expect((await check({ rule: 'text', value: 'rows are many' })).error?.message).toContain(
    '“rows are many” is not a valid rule',
  );
});

it('Preview Dataset previews rows and column types of a dataset without creating a table', async () => {
  const csv = `id,paid,day\n${Array.from({ length: 50 }, (_, index) => `0${index},${index}.50,2026-11-20\n`).join('')}`;
  const preview = (parameters: object, text = csv) =>
    n8n.execute(load({ operation: 'previewDataset', output: 'all', ...parameters }), fileOf(text));
  const { items, error } = await preview({ rows: 2 });
  expect(error).toBeUndefined();
  expect(items[0]?.json).toEqual({
    columns: [
      { name: 'id', type: 'text' },
      { name: 'paid', type: 'decimal', precision: 4, scale: 2 },
      { name: 'day', type: 'date' },
    ],
    rows: [
      { id: '00', paid: '0.50', day: '2026-11-20' },
      { id: '01', paid: '1.50', day: '2026-11-20' },
    ],
    format: 'The file is CSV in UTF-8, delimited by comma. Line 1 contains the column names.',
    detected: { format: 'CSV', encoding: 'UTF-8', delimiter: 'Comma', headerLine: 1 },
    rejects: [],
    complete: true,
  });
  const listed = async (output: string) => (await preview({ rows: 2, output })).items.map(({ json }) => json);
  expect(await listed('rows')).toEqual(items[0]?.json['rows']);
  expect(await listed('columns')).toEqual(items[0]?.json['columns']);
  const large = await preview({ rows: 1 }, `${csv}${'x,1,soon\n'.repeat(200_000)}`);
  expect(large.items[0]?.json).toMatchObject({ complete: false, rows: [{ id: '00' }] });
  expect((await preview({ options: { format: 'json-lines' } }, '{"a":1}\n')).items[0]?.json).toMatchObject({
    rows: [{ a: '1' }],
  });
});

it('Load Dataset keeps database files inside the allowed folder', async () => {
  const { error } = await n8n.execute(load({ table: 'claims' }, { file: '../outside.db' }), fileOf('a\n1\n'));
  expect(error?.message).toContain('outside the allowed folder');
  expect(await readdir(folder)).toEqual(expect.not.arrayContaining(['outside.db']));
});

it('Load Dataset loads into MariaDB on its default port', async () => {
  const mariadb = await startMariaDb();
  try {
    const { host, port, database, user, password } = mariadb;
    const there = { engine: 'mysql', host, port, database, user, password, ssl: 'off' };
    const { items, error } = await n8n.execute(
      load({ table: 'claims', options: { loadKey: 'event-1' } }, there),
      fileOf('policy,paid\n007,1.50\n008,2\n'),
    );
    expect(error).toBeUndefined();
    expect(items[0]?.json).toMatchObject({
      id: 'claims',
      rows: 2,
      columns: [
        { name: 'policy', type: 'text' },
        { name: 'paid', type: 'decimal' },
      ],
    });
    const again = await n8n.execute(
      load({ table: 'claims', mode: 'append', options: { loadKey: 'event-1' } }, there),
      fileOf('policy,paid\n007,1.50\n008,2\n'),
    );
    expect(again.items[0]?.json).toMatchObject({ repeated: true });
    const failed = await n8n.execute(
      load({ table: 'claims' }, { ...there, port: '', password: 'p-secret' }),
      fileOf('policy,paid\n007,1.50\n'),
    );
    expect(JSON.stringify(failed.error)).toMatch(/127\.0\.0\.1:3306/);
    expect(JSON.stringify(failed.error)).not.toContain('p-secret');
  } finally {
    await mariadb.stop();
  }
});

it('the credential test tests the connection to a database', async () => {
  const method = n8n.nodeType('sqlTable').methods?.credentialTest?.['testSql'];
  const context = new n8n.core.CredentialTestContext(n8n.set({ node: 'sqlTable' }).additionalData);
  const test = (data: object) =>
    method?.call(context, { id: '1', name: 'Mine', type: 'pipewrightSqlApi', data: data as never });
  expect(await test({ engine: 'sqlite', file: 'datasets.db' })).toMatchObject({ status: 'OK' });
  expect(
    await test({
      engine: 'postgresql',
      host: '127.0.0.1',
      port: 9,
      database: 'd',
      user: 'u',
      password: 'p-secret',
      ssl: 'off',
    }),
  ).toMatchObject({ status: 'Error', message: expect.not.stringContaining('p-secret') });
  expect(await test({ engine: 'postgresql', host: '' })).toMatchObject({
    status: 'Error',
    message: expect.stringContaining('“Host” is missing'),
  });
});
