import { previewRows } from '../../../../shared/src/datasets/rows/preview-rows.ts';
import { cut } from '../read-dataset.ts';

describe('previewRows', () => {
  const text = 'id,name\n1,"Müller"\n2,\n3,x';
  const pieces = (content: string) => cut(Buffer.from(content), 5);

  it('returns the columns and the rows', async () => {
    expect(await previewRows(pieces(text))).toEqual({
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
      ],
      rows: [
        ['1', 'Müller'],
        ['2', null],
        ['3', 'x'],
      ],
      rejects: [],
      complete: true,
      detected: { format: 'CSV', encoding: 'UTF-8', delimiter: 'Comma', headerLine: 1 },
    });
  });

  it('returns the requested number of rows, and the rejected ones', async () => {
    const { rows, rejects } = await previewRows(pieces('a;b\n1;2\n3\n4;5\n6;7\n'), { delimiter: ';', rows: 2 });
    expect(rows).toEqual([
      ['1', '2'],
      ['4', '5'],
    ]);
    expect(rejects).toEqual([{ line: 3, reason: 'has 1 value instead of 2', text: '3' }]);
  });

  it('stops reading a large dataset, and says so', async () => {
    let read = 0;
    const endless = (async function* () {
      yield Buffer.from('id\n');
      for (;;) {
        read += 60_000;
        yield Buffer.from('12345\n'.repeat(10_000));
      }
    })();
    const { rows, complete } = await previewRows(endless, { rows: 3, maxBytes: 200_000 });
    expect({ rows, complete }).toEqual({ rows: [['12345'], ['12345'], ['12345']], complete: false });
    expect(read).toBeLessThan(500_000);
  });

  it('returns nothing for an empty file', async () => {
    expect(await previewRows(pieces(''))).toEqual({ columns: [], rows: [], rejects: [], complete: true });
  });
});
