import { previewRows } from '../../../../shared/src/datasets/rows/preview-rows.ts';

describe('A look into a dataset', () => {
  const text = 'id,name\n1,"Müller"\n2,\n3,x';

  it('gives the columns and the rows that are whole', () => {
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

  it('gives the last row where the file is complete', () => {
    expect(previewRows(Buffer.from(text), { complete: true }).rows).toHaveLength(3);
  });

  it('gives as many rows as are asked for, and says what does not fit', () => {
    const { rows, rejects } = previewRows(Buffer.from('a;b\n1;2\n3\n4;5\n6;7\n'), { delimiter: ';', rows: 2 });
    expect(rows).toEqual([
      ['1', '2'],
      ['4', '5'],
    ]);
    expect(rejects).toEqual([{ line: 3, reason: 'has 1 value instead of 2', text: '3' }]);
  });

  it('is empty for an empty file', () => {
    expect(previewRows(Buffer.alloc(0), { complete: true })).toEqual({ columns: [], rows: [], rejects: [] });
  });
});
