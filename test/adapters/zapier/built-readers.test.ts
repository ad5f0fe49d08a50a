import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { startZapierBackend, type ZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';
import { numberCell, textCell, workbookFile } from '../../unit/datasets/excel/workbook-file.ts';
import { DuckDb } from '../../unit/datasets/parquet/duckdb.ts';
import { builtZip } from './built-zip.ts';

const parquet: Record<string, Buffer> = {};

beforeAll(async () => {
  const duckdb = new DuckDb();
  await duckdb.open();
  for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'])
    parquet[codec] = await duckdb.write("SELECT '007' AS policy, 12.50::DECIMAL(9, 2) AS paid", `codec ${codec}`);
  await duckdb.close();
});

const csv = Buffer.from('policy,paid\n007,12.5\n');
const rows = `<row>${textCell('policy')}${textCell('paid')}</row><row>${textCell('007')}${numberCell(12.5)}</row>`;

describe.each(['datasets', 'pipewright'] as const)('The zip of the Zapier app %s', (app) => {
  let zapier: ZapierBackend;
  beforeAll(async () => {
    zapier = await startZapierBackend(await builtZip(app));
  });
  afterAll(() => zapier?.close());

  const offer = (name: string, content: Uint8Array) => {
    const bytes = Buffer.from(content);
    return zapier.offerFile(async () => ({
      url: '',
      name,
      mediaType: 'application/octet-stream',
      size: bytes.length,
      bytes: async () => bytes,
      async *chunks() {
        yield bytes;
      },
    }));
  };
  const read = async (name: string, content: Uint8Array) =>
    (await zapier.create('dataset_get_rows', { authData: {}, inputData: { file: offer(name, content) } })).output;

  it.each([
    ['a CSV file', 'claims.csv', csv],
    ['a compressed CSV file', 'claims.csv.gz', gzipSync(csv)],
    ['a CSV file in a zip', 'claims.zip', zipSync({ 'claims.csv': csv })],
    ['a JSON file', 'claims.json', Buffer.from('[{"policy": "007", "paid": 12.5}]')],
    ['an Excel workbook', 'claims.xlsx', workbookFile({ sheets: [{ rows }] })],
  ])('contains the reader of %s', async (_kind, name, content) => {
    expect(await read(name, content)).toMatchObject({ rows: [{ policy: '007', paid: 12.5 }] });
  });

  it('lists the worksheets of a workbook in a dropdown', async () => {
    const sheets = [
      { name: 'Claims', rows },
      { name: 'Lists', rows, state: 'hidden' as const },
    ];
    const inputData = { file: offer('claims.xlsx', workbookFile({ sheets })) };
    const { choices } = await zapier.choices('dataset_get_rows', 'sheet', { authData: {}, inputData });
    expect(choices).toEqual([{ value: 'Claims', label: 'Claims' }]);
    expect(await zapier.choices('dataset_get_rows', 'sheet', { authData: {}, inputData: {} })).toMatchObject({
      choices: [],
    });
  });

  it('contains the reader of Parquet files, with every codec', async () => {
    for (const [codec, content] of Object.entries(parquet))
      expect([codec, await read('claims.parquet', content)]).toMatchObject([
        codec,
        { rows: [{ policy: '007', paid: 12.5 }] },
      ]);
  });
});
