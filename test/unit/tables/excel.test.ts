import { dataset } from '../../../shared/src/catalog/dataset.ts';
import { cut } from '../datasets/read-dataset.ts';
import { numberCell, textCell, workbookFile } from '../datasets/excel/workbook-file.ts';
import { fakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const row = (id: string, paid: string): string => `<row>${textCell(id)}${paid}</row>`;
const error = '<c t="e"><v>#N/A</v></c>';
const bytes = workbookFile({
  sheets: [
    {
      name: 'Claims',
      rows: `<row>${textCell('Claims of 2026')}</row>${row('id', textCell('paid'))}${row('007', numberCell(12.5))}${row('008', error)}${row('009', numberCell(-1))}`,
    },
  ],
});
const { files } = fakeHost();
const host = () =>
  fakeHost({
    files: {
      ...files,
      read: async () => ({
        name: 'claims.csv',
        mediaType: 'application/octet-stream',
        size: bytes.length,
        open: async () => cut(bytes, 1_000),
      }),
    },
  });

const run = (key: string, typed: Record<string, unknown>) =>
  operate(dataset, key, { file: 'claims.csv', ...typed }, host(), {});

describe('An Excel workbook, whatever its name', () => {
  it('is previewed, with its rejected rows', async () => {
    expect(await run('previewDataset', { skipRows: 1 })).toEqual({
      columns: [
        { name: 'id', type: 'text' },
        { name: 'paid', type: 'decimal', precision: 3, scale: 1 },
      ],
      rows: [
        { id: '007', paid: '12.5' },
        { id: '009', paid: '-1' },
      ],
      format:
        'The file is an Excel workbook; the rows are in the sheet “Claims”. Row 2 contains the column names; the rows above it are skipped.',
      detected: { format: 'Excel', sheet: 'Claims', headerLine: 2 },
      rejects: [{ line: 4, reason: 'has a cell B4 (column “paid”) that has the error #N/A', text: '008,#N/A' }],
      complete: true,
    });
  });

  it('is returned as rows with typed values', async () => {
    expect(await run('getRows', { skipRows: 1, invalidCells: 'null' })).toMatchObject({
      rows: [
        { id: '007', paid: 12.5 },
        { id: '008', paid: null },
        { id: '009', paid: -1 },
      ],
    });
    await expect(run('getRows', { skipRows: 1 })).rejects.toMatchObject({
      message: 'A row is invalid: row 4 has a cell B4 (column “paid”) that has the error #N/A.',
      hint: 'Correct the file, or change Invalid Cells.',
    });
  });

  it('is checked, with the row of each failure', async () => {
    const result = await run('checkDataset', { cellRange: 'A2:B9', rules: ['paid >= 0', 'rows >= 1'] });
    expect(result).toMatchObject({ passed: false, rows: 2 });
    expect(result['summary']).toContain('Row 4 has a cell B4');
    expect(result['summary']).toContain('Row 5: ');
  });
});
