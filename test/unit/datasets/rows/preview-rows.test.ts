import { previewRows } from '../../../../shared/src/datasets/rows/preview-rows.ts';

describe('previewRows', () => {
  const text = 'id,name\n1,"Müller"\n2,\n3,x';

  it('returns the columns and the complete rows', () => {
    expect(previewRows(Buffer.from(text))).toEqual({
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
      ],
      rows: [
        ['1', 'Müller'],
        ['2', null],
      ],
      rejects: [],
    });
  });

  it('returns the last row if the file is complete', () => {
    expect(previewRows(Buffer.from(text), { complete: true }).rows).toHaveLength(3);
  });

  it('returns the requested number of rows, and the rejected ones', () => {
    const { rows, rejects } = previewRows(Buffer.from('a;b\n1;2\n3\n4;5\n6;7\n'), { delimiter: ';', rows: 2 });
    expect(rows).toEqual([
      ['1', '2'],
      ['4', '5'],
    ]);
    expect(rejects).toEqual([{ line: 3, reason: 'has 1 value instead of 2', text: '3' }]);
  });

  it('returns nothing for an empty file', () => {
    expect(previewRows(Buffer.alloc(0), { complete: true })).toEqual({ columns: [], rows: [], rejects: [] });
  });
});
