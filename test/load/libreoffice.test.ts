import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { exportRows } from '../../shared/src/datasets/export/export-rows.ts';
import type { ExportColumn, ExportRow } from '../../shared/src/datasets/export/row-source.ts';
import { runCommand } from '../support/machine/command.ts';
import { findOrInstall } from '../support/machine/tools.ts';

/** Comma, quotation mark, UTF-8, from line 1, texts in quotation marks, cells as displayed, no formulas. */
const csvFilter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false';

let folder: string;
let soffice: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-libreoffice-'));
  soffice = await findOrInstall('soffice', 'libreoffice-calc-nogui', 'to open exported workbooks', console.log);
});
afterAll(() => rm(folder, { recursive: true }));

/** The cells of an exported workbook as LibreOffice displays them. */
async function displayed(columns: readonly ExportColumn[], rows: readonly ExportRow[]): Promise<string[][]> {
  const left = [rows];
  const source = { columns, next: async () => left.shift(), close: async () => undefined };
  const options = {
    format: 'excel',
    delimiter: ',',
    header: true,
    byteOrderMark: false,
    protectFormulas: false,
  } as const;
  const pieces: Uint8Array[] = [];
  for await (const piece of exportRows(source, { ...options, sheetName: 'Claims' }).bytes) pieces.push(piece);
  const workbook = join(folder, 'claims.xlsx');
  await writeFile(workbook, Buffer.concat(pieces));
  const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`;
  await runCommand(soffice, [profile, '--headless', '--convert-to', csvFilter, '--outdir', folder, workbook]);
  return parse(await readFile(join(folder, 'claims.csv')), { relax_column_count: true });
}

describe('LibreOffice opens an exported workbook', () => {
  it('with numbers, dates, timestamps, times, booleans and texts as they were in the database', async () => {
    const cells = await displayed(
      [
        { name: 'id', kind: 'integer' },
        { name: 'code', kind: 'text' },
        { name: 'paid', kind: 'decimal', scale: 2 },
        { name: 'day', kind: 'date' },
        { name: 'at', kind: 'timestamp' },
        { name: 'open', kind: 'boolean' },
      ],
      [
        ['1', '007', '1234.50', '2026-11-20', '2026-11-20 08:30:00', 'true'],
        ['-2', 'Zürich 日本 🎉', '-0.05', '1899-12-31', '1900-03-01 00:00:01', 'false'],
        [null, null, null, null, null, null],
        ['9007199254740993', '1E5', '0.10', '9999-12-31', '2026-11-20 08:30:00.250', 'true'],
      ],
    );
    expect(cells).toEqual([
      ['id', 'code', 'paid', 'day', 'at', 'open'],
      ['1', '007', '1234.5', '2026-11-20', '2026-11-20 08:30:00', 'TRUE'],
      ['-2', 'Zürich 日本 🎉', '-0.05', '1899-12-31', '1900-03-01 00:00:01', 'FALSE'],
      ['', '', '', '', '', ''],
      ['9007199254740993', '1E5', '0.1', '9999-12-31', '2026-11-20 08:30:00.250', 'TRUE'],
    ]);
  });

  it('without running a text that looks like a formula', async () => {
    const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '=HYPERLINK("http://example.com")', "'=1", '\ta', ' a '];
    const cells = await displayed(
      [{ name: 'note', kind: 'text' }],
      texts.map((text) => [text]),
    );
    expect(cells).toEqual([['note'], ...texts.map((text) => [text])]);
  });
});
