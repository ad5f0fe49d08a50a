import { services } from '../../../shared/src/catalog.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import type { StoredFile } from '../../support/zapier-runtime/stored-file.ts';
import { startPlatform, type Platform } from './platform.ts';
import { DuckDb } from '../../unit/datasets/parquet/duckdb.ts';
import { numberCell, textCell, workbookFile } from '../../unit/datasets/excel/workbook-file.ts';
import { groupsOf } from './sandbox-accounts.ts';

let sandbox: Sandbox;
let zapier: Platform;
let authData: Record<string, unknown>;
let logged: jest.SpyInstance;

beforeAll(async () => {
  sandbox = await startSandbox({ claimsRows: 300 });
  zapier = await startPlatform(zapierApp(services));
});
afterAll(async () => {
  await zapier.close();
  await sandbox.stop();
});
beforeEach(() => {
  sandbox.control.reset();
  authData = Object.assign({}, ...Object.values(groupsOf(sandbox)));
  logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(() => logged.mockRestore());

const create = (operation: string, inputData: Record<string, unknown>) =>
  zapier.create(`dataset_${operation}`, { authData, inputData });
const refusal = async (operation: string, inputData: Record<string, unknown>): Promise<string> =>
  create(operation, inputData).then(
    () => '',
    (error: Error) => error.message,
  );

function file(content: string | Uint8Array, size = content.length): string {
  const bytes = Buffer.from(content);
  const stored: StoredFile = {
    url: '',
    name: 'claims.csv',
    mediaType: 'text/csv',
    size,
    bytes: async () => bytes,
    async *chunks() {
      yield bytes;
    },
  };
  return zapier.offerFile(async () => stored);
}

const website = (path: string) => ({ file: `${sandbox.baseUrl}/web/${path}` });

describe('Get Rows on Zapier', () => {
  it('reads a worksheet of an Excel workbook', async () => {
    const rows = `<row>${textCell('policy')}${textCell('paid')}</row><row>${textCell('007')}${numberCell(12.5)}</row>`;
    const input = { file: file(workbookFile({ sheets: [{ rows: '' }, { name: 'Claims', rows }] })), sheet: 'Claims' };
    expect(await create('get_rows', input)).toMatchObject({ rows: [{ policy: '007', paid: 12.5 }], count: 1 });
    expect(await refusal('get_rows', { ...input, sheet: 'Payments' })).toContain('It has “Sheet1”, “Claims”.');
  });

  it('reads a Parquet file, and rows at a path of a JSON file', async () => {
    const duckdb = new DuckDb();
    await duckdb.open();
    const parquet = await duckdb
      .write("SELECT '007' AS policy, 12.50::DECIMAL(9, 2) AS paid", 'codec brotli')
      .finally(() => duckdb.close());
    expect(await create('get_rows', { file: file(parquet) })).toMatchObject({ rows: [{ policy: '007', paid: 12.5 }] });
    const json = file('{"data": {"items": [{"id": 1, "at": {"city": "Bonn"}}]}}');
    expect(await create('get_rows', { file: json, jsonPath: 'data.items', nestedValues: 'columns' })).toMatchObject({
      rows: [{ id: 1, 'at.city': 'Bonn' }],
    });
  });

  it('returns line items with typed values, and the first row of the next page', async () => {
    const input = { file: file('policy,paid,open,note\n007,12.50,true,\n008,1,false,x\n009,2,true,y\n'), rows: '2' };
    const rows = [
      { policy: '007', paid: 12.5, open: true, note: null },
      { policy: '008', paid: 1, open: false, note: 'x' },
    ];
    const columns = [
      { name: 'policy', type: 'text' },
      { name: 'paid', type: 'decimal', precision: 4, scale: 2 },
      { name: 'open', type: 'boolean' },
      { name: 'note', type: 'text' },
    ];
    const detected = { format: 'CSV', encoding: 'UTF-8', delimiter: 'Comma', headerLine: 1 };
    expect(await create('get_rows', input)).toEqual({
      rows,
      columns,
      rowsJson: JSON.stringify(rows),
      columnsJson: JSON.stringify(columns),
      format: 'The file is CSV in UTF-8, delimited by comma. Line 1 contains the column names.',
      detected,
      detectedJson: JSON.stringify(detected),
      firstRow: 1,
      count: 2,
      nextRow: 3,
    });
    const rest = await create('get_rows', { ...input, firstRow: '3' });
    expect(rest).toMatchObject({ count: 1, rows: [{ policy: '009' }] });
    expect(rest).not.toHaveProperty('nextRow');
  });

  it('returns no more than Zapier accepts, and the row where it stopped', async () => {
    const long = 'x'.repeat(10_000);
    const output = await create('get_rows', {
      file: file(`id,text\n${Array.from({ length: 900 }, (_, row) => `${row + 1},${long}\n`).join('')}`),
    });
    expect(JSON.stringify(output).length).toBeLessThan(6 * 1024 * 1024);
    expect(output['count']).toBeGreaterThan(400);
    expect(output['nextRow']).toBe(Number(output['count']) + 1);
  });

  it('reads a URL, resumes an interrupted download, and reports errors', async () => {
    sandbox.faults.add({ match: { path: /web\/public/ }, fault: { kind: 'cut', afterBytes: 5_000 } });
    expect(await create('get_rows', website('public/claims.csv'))).toMatchObject({ count: 300 });
    expect(await refusal('get_rows', website('files/claims.csv?signature=hush-hush'))).toMatch(
      /status 401.*requires no login/s,
    );
    expect(await refusal('get_rows', website('public/login'))).toContain('HTML');
    expect(JSON.stringify(logged.mock.calls)).not.toContain('hush');
  });

  it.each(['elsewhere', 'there-and-back'])(
    'sends no values of the connection to the target of a redirect (%s)',
    async (path) => {
      expect(await create('get_rows', website(path))).toMatchObject({
        rows: [{ authorization: 'none', key: 'none' }],
      });
    },
  );

  it('needs a file', async () => {
    expect(await refusal('get_rows', {})).toContain('“File” is missing');
    expect(await refusal('get_rows', { file: file('a\n1\n'), rows: '50001' })).toContain('at most 50000');
  });

  it('has a required field for the file, and no other source', async () => {
    const fields = await zapier.inputFields('dataset_get_rows', { authData: {} });
    expect(fields.filter(({ key }) => ['source', 'file', 'url'].includes(key))).toEqual([
      expect.objectContaining({ key: 'file', type: 'file', required: true }),
    ]);
  });
});

describe('The output fields of a step that returns rows on Zapier', () => {
  const columnsOf = async (inputData: Record<string, unknown>, step = 'get_rows') => {
    const fields = await zapier.outputFields(`dataset_${step}`, { authData, inputData });
    const rows = fields.filter(({ key }) => key === 'rows');
    expect(rows).toHaveLength(1);
    return (rows[0]?.['children'] as { key: string }[]).map(({ key }) => key);
  };
  const fixed = ['policy_number', 'paid', 'paid_on', 'open'];

  it.each(['get_rows', 'preview_dataset'])('are the columns of the selected file (%s)', async (step) => {
    expect(await columnsOf({ file: file('Policy No;Amount\n1;2\n'), delimiter: 'semicolon' }, step)).toEqual([
      'Policy No',
      'Amount',
    ]);
    expect(await columnsOf(website('public/claims.zip'), step)).toContain('Policy Number');
  });

  it('are those of the sample until a file is selected, and if it cannot be read', async () => {
    expect(await columnsOf({})).toEqual(fixed);
    expect(await columnsOf({ file: 'hydrate|||not-yet|||hydrate' })).toEqual(fixed);
    expect(await columnsOf(website('public/login'))).toEqual(fixed);
    expect(await columnsOf({ file: file('') })).toEqual(fixed);
  });
});

describe('Check Dataset and Preview Dataset on Zapier', () => {
  it('return whether it passed, for a filter after the step, and the rows that break a rule', async () => {
    const output = await create('check_dataset', { file: file('id\n1\n1\n'), rules: ['id is unique'] });
    expect(output).toMatchObject({ passed: false, rows: 2 });
    expect((await zapier.hydrate(output['file'], authData)).text).toBe('_rule,_line,id\nid is unique,3,1\n');
    expect(await create('preview_dataset', { ...website('public/claims.zip'), rows: '1' })).toMatchObject({
      complete: true,
    });
  });

  it('reject a dataset that would take too long before they start, with an alternative', async () => {
    const large = file('id\n1\n', 200 * 1024 * 1024);
    expect(await refusal('check_dataset', { file: large, rules: ['rows >= 1'] })).toMatch(
      /200 MB, and a step can read up to 100 MB in 25 seconds.*Nothing was changed.*Run Pipeline/s,
    );
  });
});
