import { zipSync } from 'fflate';
import { listSheets } from '../../../../shared/src/datasets/excel/list-sheets.ts';
import { textCell, workbookFile } from './workbook-file.ts';

const rows = `<row>${textCell('a')}</row><row>${textCell('b')}</row>`;
const workbook = workbookFile({
  sheets: [
    { name: 'Summary', rows },
    { name: 'Lists', rows, state: 'hidden' },
    { name: 'Claims & Co', rows },
  ],
});

async function* pieces(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('The list of worksheets', () => {
  it('has the visible ones in the order of their tabs', async () => {
    expect(await listSheets(pieces(workbook))).toEqual(['Summary', 'Claims & Co']);
  });

  it('has those of the chosen workbook in a ZIP', async () => {
    const zip = zipSync({ 'a.xlsx': workbookFile({ sheets: [{ name: 'First', rows }] }), 'b.xlsx': workbook });
    expect(await listSheets(pieces(zip), 'b.xlsx')).toEqual(['Summary', 'Claims & Co']);
  });

  it('is empty for a CSV file, which is closed after its start', async () => {
    let read = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          read += 1;
          yield Buffer.from('a,b\n1,2\n'.repeat(1_000));
        }
      } finally {
        closed = true;
      }
    }
    expect(await listSheets(endless())).toEqual([]);
    expect([closed, read < 5]).toEqual([true, true]);
    expect(await listSheets(pieces(new Uint8Array(0)))).toEqual([]);
  });

  it('fails for a damaged workbook', async () => {
    await expect(listSheets(pieces(workbook.subarray(0, workbook.length - 30)))).rejects.toMatchObject({
      name: 'PipewrightError',
    });
  });
});
