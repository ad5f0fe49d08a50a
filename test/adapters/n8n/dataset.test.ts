import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import { NodeHelpers, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { findBzip2 } from '../../support/machine/tools.ts';
import { filter } from '../../unit/datasets/bytes/compressed.ts';
import { DuckDb } from '../../unit/datasets/parquet/duckdb.ts';
import { numberCell, textCell, workbookFile } from '../../unit/datasets/excel/workbook-file.ts';
import { openN8n, type N8n, type NodeSetup } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-extras']);
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});
afterEach(() => sandbox.faults.clear());

const setup = (operation: string, parameters: INodeParameters = {}, more: Partial<NodeSetup> = {}): NodeSetup => ({
  node: 'dataset',
  credentials: sandboxCredentials(sandbox),
  parameters: { resource: 'dataset', operation, ...parameters },
  ...more,
});

const fileOf = (csv: string | Buffer): INodeExecutionData[] => [
  {
    json: {},
    binary: { data: { data: Buffer.from(csv).toString('base64'), mimeType: 'text/csv', fileName: 'claims.csv' } },
  },
];

const claims =
  'policy,paid,share,open,since,note\n007,1250,12.50,true,2026-11-20,\n008,99,0.05,false,2026-11-21,"a ""b"""\n';

it('Get Rows returns one item per row with typed values and null for empty ones', async () => {
  const { items, error } = await n8n.execute(setup('getRows'), fileOf(claims));
  expect(error).toBeUndefined();
  expect(items).toEqual([
    {
      json: { policy: '007', paid: 1250, share: 12.5, open: true, since: '2026-11-20', note: null },
      pairedItem: { item: 0 },
    },
    {
      json: { policy: '008', paid: 99, share: 0.05, open: false, since: '2026-11-21', note: 'a "b"' },
      pairedItem: { item: 0 },
    },
  ]);
});

it('Get Rows reads a file compressed with Zstandard or bzip2', async () => {
  const bzip2 = filter(await findBzip2(() => undefined), ['-c'], Buffer.from(claims));
  for (const file of [zstdCompressSync(claims), bzip2]) {
    const { items } = await n8n.execute(setup('getRows'), fileOf(file));
    expect(items.map(({ json }) => json['policy'])).toEqual(['007', '008']);
  }
});

const workbook = Buffer.from(
  workbookFile({
    formats: ['yyyy-mm-dd'],
    sheets: [
      { name: 'Notes', rows: '' },
      {
        name: 'Claims',
        rows: `<row>${textCell('policy')}${textCell('paid')}${textCell('since')}</row><row>${textCell('007')}${numberCell(12.5)}${numberCell(45000, 1)}</row>`,
      },
    ],
  }),
);

it('Get Rows reads a worksheet of an Excel workbook, and names the worksheets if there is no such one', async () => {
  const { items } = await n8n.execute(setup('getRows', { options: { sheet: 'Claims' } }), fileOf(workbook));
  expect(items.map(({ json }) => json)).toEqual([{ policy: '007', paid: 12.5, since: '2023-03-15' }]);
  const { error } = await n8n.execute(setup('getRows', { options: { sheet: 'Payments' } }), fileOf(workbook));
  expect(error?.message).toContain('The Excel workbook has no worksheet “Payments”. It has “Notes”, “Claims”.');
});

it('Get Rows and Preview Dataset read a Parquet file, and rows at a path of a JSON file', async () => {
  const duckdb = new DuckDb();
  await duckdb.open();
  const parquet = await duckdb
    .write("SELECT '007' AS policy, 9007199254740993 AS id, 12.50::DECIMAL(9, 2) AS paid")
    .finally(() => duckdb.close());
  const rows = await n8n.execute(setup('getRows', {}), fileOf(parquet));
  expect(rows.items.map(({ json }) => json)).toEqual([{ policy: '007', id: '9007199254740993', paid: 12.5 }]);
  const preview = await n8n.execute(setup('previewDataset', { output: 'columns' }), fileOf(parquet));
  expect(preview.items.map(({ json }) => json['type'])).toEqual(['text', 'integer', 'decimal']);
  const options = { jsonPath: 'data.items', nestedValues: 'columns' };
  const json = '{"data": {"items": [{"id": 1, "at": {"city": "Bonn"}}]}}';
  const found = await n8n.execute(setup('getRows', { options }), fileOf(json));
  expect(found.items.map(({ json: row }) => row)).toEqual([{ id: 1, 'at.city': 'Bonn' }]);
});

it('Get Rows returns rows from any first row, and none after the last, so that a loop ends', async () => {
  const csv = `id\n${Array.from({ length: 2_500 }, (_, index) => `${index + 1}\n`).join('')}`;
  const ids = async (firstRow: number) =>
    (await n8n.execute(setup('getRows', { firstRow }), fileOf(csv))).items.map(({ json }) => json['id']);
  expect((await ids(1)).at(-1)).toBe(1_000);
  expect(await ids(2_001)).toHaveLength(500);
  expect(await ids(2_501)).toEqual([]);
});

it('Get Rows returns all rows, or fails if there are more than it can return', async () => {
  const csv = (count: number) => `id\n${Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('')}`;
  const all = (count: number) => n8n.execute(setup('getRows', { returnAll: true }), fileOf(csv(count)));
  expect((await all(2_500)).items).toHaveLength(2_500);
  expect((await all(50_001)).error?.message).toContain('more than 50,000 rows');
});

it('Get Rows keeps numbers that would lose digits as text and rejects rows with other values', async () => {
  const { items } = await n8n.execute(
    setup('getRows'),
    fileOf('long,exact\n1234567890123456,1234567890.123456789\n1,2.5\n'),
  );
  expect(items[0]?.json).toEqual({ long: '1234567890123456', exact: '1234567890.123456789' });
  expect((await n8n.execute(setup('getRows'), fileOf('a,b\n1,2\n3\n'))).error?.message).toContain(
    'A row is invalid: line 3',
  );
  expect((await n8n.execute(setup('getRows', { rows: 1 }), fileOf('a,b\n1,2\n3,4\n5\n'))).items).toHaveLength(1);
  expect((await n8n.execute(setup('getRows', { rows: 60_000 }), fileOf(claims))).error?.message).toContain(
    'at most 50000',
  );
});

const unique = (column: string) => ({ rows: [{ rule: 'unique', column }] });

it('Check Dataset routes passed and failed datasets to separate named outputs', async () => {
  const check = (csv: string, more: Partial<NodeSetup> = {}) =>
    n8n.execute(setup('checkDataset', { rules: unique('policy') }, more), fileOf(csv));
  const passed = await check(claims);
  expect(passed.outputs.map((items) => items.map(({ json }) => json['passed']))).toEqual([[true], []]);
  const failed = await check('policy\n1\n1\n');
  expect(failed.outputs.map((items) => items.map(({ json }) => json['passed']))).toEqual([[], [false]]);
  expect(failed.outputs[1]?.[0]?.binary?.['data']?.fileName).toBe('failed-rows.csv');
  const { workflow, node } = n8n.set(setup('checkDataset'));
  const { description } = n8n.nodeType('dataset');
  expect(NodeHelpers.getNodeOutputs(workflow, node, description)).toEqual([
    { type: 'main', displayName: 'Passed' },
    { type: 'main', displayName: 'Failed' },
  ]);
  const other = n8n.set(setup('getRows'));
  expect(NodeHelpers.getNodeOutputs(other.workflow, other.node, description)).toEqual(['main']);
});

it('Check Dataset routes a check that could not run to Failed or to the error output', async () => {
  const check = (onError: NodeSetup['onError']) =>
    n8n.execute(
      setup('checkDataset', { rules: { rows: [{ rule: 'rowsAtLeast', value: '1' }] } }, { onError }),
      fileOf('a\n"1\n'),
    );
  const regular = await check('continueRegularOutput');
  expect(regular.outputs.map((items) => items.length)).toEqual([0, 1]);
  expect(regular.outputs[1]?.[0]?.json['error']).toEqual(expect.any(String));
  const own = await check('continueErrorOutput');
  expect(own.outputs.map((items) => items.length)).toEqual([0, 0, 1]);
});

it('Check Dataset returns failures on the first output when used as a tool of an AI agent', async () => {
  const { workflow, node, additionalData } = n8n.set(setup('checkDataset', { rules: unique('policy') }));
  const items = fileOf('policy\n1\n1\n');
  const context = new n8n.core.ExecuteContext(
    workflow,
    node,
    additionalData,
    'trigger',
    n8n.module.createRunExecutionData({}),
    0,
    items,
    { main: [items] },
    { node, data: { main: [items] }, source: null },
    [],
  );
  // n8n appends “Tool” to the type of a node that is used as a tool.
  context.getNode = () => ({ ...node, type: `${node.type}Tool` });
  const outputs = (await n8n.nodeType('dataset').execute?.call(context)) as INodeExecutionData[][];
  expect(outputs.map((output) => output.length)).toEqual([1]);
});

it('Check Dataset reports that a rule about a table requires SQL Table', async () => {
  const { error } = await n8n.execute(
    setup('checkDataset', { rules: { rows: [{ rule: 'text', value: 'policy is in table policies.id' }] } }),
    fileOf(claims),
  );
  expect(error?.description).toContain('SQL Table');
});

const fromUrl = (path: string) => ({ source: 'url', url: `${sandbox.baseUrl}/web/${path}` });

it.each(['public/claims.csv', 'public/claims.csv.gz', 'public/claims.zip', 'public/export'])(
  'Get Rows reads rows from the URL of %s',
  async (path) => {
    const { items, error } = await n8n.execute(setup('getRows', { ...fromUrl(path), rows: 2 }));
    expect(error).toBeUndefined();
    expect(items).toHaveLength(2);
    expect(items[0]?.json).toHaveProperty('Claim Number');
  },
);

it('Get Rows resumes an interrupted download with the HTTP client of n8n', async () => {
  sandbox.faults.add({ match: { path: /web\/public/ }, times: 2, fault: { kind: 'cut', afterBytes: 5_000 } });
  const { items, error } = await n8n.execute(setup('getRows', fromUrl('public/claims.csv')));
  expect(error).toBeUndefined();
  expect(items).toHaveLength(300);
});

it('Get Rows sends no credential to a URL or to the target of a redirect', async () => {
  for (const path of ['seen', 'elsewhere', 'there-and-back']) {
    const { items } = await n8n.execute(setup('getRows', fromUrl(path)));
    expect(items[0]?.json).toEqual({ authorization: 'none', key: 'none' });
  }
});

it.each([
  ['files/claims.csv?signature=hush-hush', /status 401/, /requires no login/],
  ['public/nothing.csv?signature=hush-hush', /status 404/, /open it in a browser/],
  ['unencrypted?signature=hush-hush', /not encrypted/, /enter the URL that it redirects to/],
  ['round?signature=hush-hush', /more than 5 redirects/, /enter the URL/],
  ['public/login?signature=hush-hush', /HTML/, /./],
])('Get Rows refuses the URL of %s in words, without its query', async (path, message, hint) => {
  const { error } = await n8n.execute(setup('getRows', fromUrl(path)));
  expect(error?.message).toMatch(message);
  expect(error?.description).toMatch(hint);
  // n8n stores the parameters of the node, and so its URL, with every error.
  expect(JSON.stringify({ ...error, node: undefined, stack: error?.stack })).not.toContain('hush');
});

it('Get Rows requires a File URL', async () => {
  await expect(n8n.execute(setup('getRows', { source: 'url', url: '' }))).rejects.toThrow(
    'Parameter "File URL" is required',
  );
});

it.each([
  ['/claims.csv', /“File URL” is not a valid URL/],
  ['file:///etc/passwd', /“File URL” is not a valid URL/],
  ['https://ada:hush-hush@files.example.com/claims.csv', /must not contain a user name or password/],
])('Get Rows refuses the File URL “%s”', async (url, message) => {
  const { error } = await n8n.execute(setup('getRows', { source: 'url', url }));
  expect(error?.message).toMatch(message);
  expect(error?.message).not.toContain('hush');
});

it('Get Rows names the binary field that has no file', async () => {
  const { error } = await n8n.execute(setup('getRows', { file: 'attachment' }), fileOf(claims));
  expect(error?.message).toBe('The item has no file in the binary field “attachment”.');
  expect(error?.description).toContain('data');
});

it('Sheet lists the worksheets of a workbook with a URL, and says why it cannot list those of a binary file', async () => {
  const rows = `<row>${textCell('a')}</row><row>${textCell('b')}</row>`;
  const sheets = [
    { name: 'Claims', rows },
    { name: 'Hidden', rows, state: 'hidden' as const },
    { name: 'Notes', rows: `<row>${textCell('note')}</row><row>${textCell('late')}</row>` },
    { name: '={{ 1+1 }}', rows: `<row>${textCell('note')}</row><row>${textCell('exact')}</row>` },
  ];
  const server = createServer((_request, response) => response.end(workbookFile({ sheets })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/claims.xlsx`;
    const search = n8n.nodeType('dataset').methods?.listSearch?.['searchSheets'];
    const listed = async (parameters: INodeParameters, filter?: string) =>
      (await search?.call(n8n.formOf(setup('getRows', parameters)), filter))?.results.map(({ value }) => value);
    expect(await listed({ source: 'url', url })).toEqual(['Claims', 'Notes', expect.stringContaining('1+1')]);
    expect(await listed({ source: 'url', url }, 'NOT')).toEqual(['Notes']);
    expect(await listed({ source: 'url', url: '' })).toEqual([]);
    expect(await listed({ source: 'url', url: `${sandbox.baseUrl}/web/public/claims.csv` })).toEqual([]);
    // n8n evaluates a text that starts with = as an expression.
    expect(await listed({ source: 'url', url }, '=')).toEqual(['={{ "=\\u007b\\u007b 1+1 \\u007d\\u007d" }}']);
    const [danger = ''] = (await listed({ source: 'url', url }, '=')) ?? [];
    const dangerous = { source: 'url', url, options: { sheet: { __rl: true, mode: 'list', value: danger } } };
    expect((await n8n.execute(setup('previewDataset', dangerous))).items[0]?.json).toEqual({ note: 'exact' });
    await expect(listed({ file: 'data' })).rejects.toMatchObject({
      message: 'The file of a previous node can only be read during an execution.',
    });
    const chosen = { source: 'url', url, options: { sheet: { __rl: true, mode: 'list', value: 'Notes' } } };
    const { items } = await n8n.execute(setup('previewDataset', chosen));
    expect(items.map(({ json }) => json)).toEqual([{ note: 'late' }]);
  } finally {
    server.close();
  }
});
