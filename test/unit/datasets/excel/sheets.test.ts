import { readDataset } from '../read-dataset.ts';
import { numberCell, sheetFile, textCell, workbookFile, type SheetFile } from './workbook-file.ts';

const row = (...cells: (string | number | null)[]): string =>
  cells.map((cell) => (cell === null ? '<c/>' : typeof cell === 'number' ? numberCell(cell) : textCell(cell))).join('');

const sheet = (...rows: string[]): string => rows.map((cells) => `<row>${cells}</row>`).join('');

describe('The worksheet of an Excel workbook', () => {
  const sheets: SheetFile[] = [
    { name: 'Old', state: 'hidden', rows: sheet(row('old'), row(1)) },
    { name: 'Claims 2026', rows: sheet(row('id', 'paid'), row(1, 12.5)) },
    { name: 'Éa & b', rows: sheet(row('other'), row('x')) },
    { name: 'Secret', state: 'veryHidden', rows: sheet(row('secret'), row(2)) },
  ];
  const file = workbookFile({ sheets });

  it('is the first visible one, or the named one, which can be hidden', async () => {
    expect((await readDataset(file)).header).toEqual(['id', 'paid']);
    expect((await readDataset(file, { sheet: 'claims 2026 ' })).header).toEqual(['id', 'paid']);
    expect((await readDataset(file, { sheet: 'Éa & b' })).header).toEqual(['other']);
    expect((await readDataset(file, { sheet: 'Old' })).header).toEqual(['old']);
    expect((await readDataset(file, { sheet: 'Secret' })).header).toEqual(['secret']);
  });

  it('is refused with the names of all worksheets if it does not exist', async () => {
    await expect(readDataset(file, { sheet: 'Payments' })).rejects.toMatchObject({
      code: 'invalid-input',
      message:
        'The Excel workbook has no worksheet “Payments”. It has “Old” (hidden), “Claims 2026”, “Éa & b”, “Secret” (hidden).',
      hint: 'Enter the name of one of them under Sheet.',
    });
    const hidden = workbookFile({ sheets: [{ rows: '', state: 'hidden' }] });
    await expect(readDataset(hidden)).rejects.toMatchObject({
      message: 'All worksheets of the Excel workbook are hidden: “Sheet1” (hidden).',
    });
  });

  it('is refused with the names of the others if it was not chosen and has no certain header or no rows', async () => {
    const others = [
      { name: 'Data', rows: sheet(row('id'), row(1)) },
      { name: 'Notes', rows: sheet(row('note'), row('x')) },
    ];
    const hint = 'To read another worksheet, enter its name under Sheet: “Data”, “Notes”.';
    await expect(readDataset(workbookFile({ sheets: [{ name: 'Start', rows: '' }, ...others] }))).rejects.toMatchObject(
      {
        code: 'empty-dataset',
        message: 'The worksheet “Start” is empty.',
        hint,
      },
    );
    const form = { name: 'Start', rows: sheet(row('Report'), row('Period', 'May'), row('Owner', 'Ann')) };
    const file = workbookFile({ sheets: [form, ...others] });
    await expect(readDataset(file)).rejects.toMatchObject({
      code: 'invalid-file',
      hint: `Set Skip Rows to 1. ${hint}`,
    });
    await expect(readDataset(file, { sheet: 'Start' })).rejects.toMatchObject({ hint: 'Set Skip Rows to 1.' });
    expect((await readDataset(file, { sheet: 'Data' })).header).toEqual(['id']);
  });

  it('is never a chart sheet', async () => {
    const withChart = workbookFile({
      sheets: [
        { name: 'Chart', rows: '' },
        { name: 'Data', rows: sheet(row('id'), row(1)) },
      ],
      parts: {
        'xl/_rels/workbook.xml.rels':
          '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet" Target="chartsheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
      },
    });
    expect(await readDataset(withChart)).toMatchObject({ header: ['id'], rows: [['1']] });
  });

  it('cannot be chosen in a file that is not a workbook', async () => {
    await expect(readDataset('id\n1\n', { sheet: 'Claims' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: '“Sheet” is set, but the file is not an Excel workbook.',
    });
    await expect(readDataset('id\n1\n', { cellRange: 'A1:B2' })).rejects.toMatchObject({
      message: '“Cell Range or Table” is set, but the file is not an Excel workbook.',
    });
  });
});

describe('The header of an Excel worksheet', () => {
  it('is the first row with values; numbers and dates are names too', async () => {
    const file = sheetFile(['', row(null, null), row('id', 2026, null, ' id '), row(1, 2, null, 3)]);
    expect(await readDataset(file)).toMatchObject({
      header: ['id', '2026', 'id_2'],
      rows: [['1', '2', '3']],
      lines: [4],
    });
  });

  it('is absent if the first row has numbers or dates like the rows below', async () => {
    expect(await readDataset(sheetFile([row(1, 'Bern', 2.5), row(2, 'Basel', 3.5)]))).toMatchObject({
      header: ['column_1', 'column_2', 'column_3'],
      rows: [
        ['1', 'Bern', '2.5'],
        ['2', 'Basel', '3.5'],
      ],
    });
    const dates = sheetFile([numberCell(45_000, 1), numberCell(45_001, 1)], { formats: [14] });
    expect((await readDataset(dates)).rows).toEqual([['2023-03-15'], ['2023-03-16']]);
    expect((await readDataset(sheetFile([row(1, 'Bern'), row(2, 'Basel')]), { header: true })).header).toEqual([
      '1',
      'Bern',
    ]);
  });

  it('is refused if its numbers could be names or values', async () => {
    await expect(readDataset(sheetFile([row('name', 2021), row('x', 5), row('y', 6)]))).rejects.toMatchObject({
      code: 'invalid-file',
      message: 'Row 1 could contain column names or values: “name”, “2021”.',
      hint: 'Set Has Header Row to Yes or No.',
    });
  });

  it('can repeat a name in every column of a worksheet', async () => {
    const { header = [] } = await readDataset(sheetFile([textCell('x').repeat(16_384)]));
    expect(new Set(header).size).toBe(16_384);
    expect(header.at(-1)).toBe('x_16384');
  });

  it('is found below the skipped rows, counted with empty ones', async () => {
    const file = sheetFile([row('Claims of 2026'), '', row('id', 'paid'), row(1, 2)]);
    expect(await readDataset(file, { skipRows: 2 })).toMatchObject({
      header: ['id', 'paid'],
      rows: [['1', '2']],
      lines: [4],
    });
    await expect(readDataset(file)).rejects.toMatchObject({
      code: 'invalid-file',
      message: 'Row 1, “Claims of 2026”, looks like a title: the header with 2 columns seems to be in row 3.',
      hint: 'Set Skip Rows to 2.',
    });
  });

  it.each([
    ['four words above two columns', [row('Claims of the year'), row('id', 'paid'), row(1, 2)], ['id', 'paid'], 3],
    [
      'words above three columns',
      [row('Claims 2026'), row('in CHF thousands'), row('id', 'paid', 'x'), row(1, 2, 3)],
      ['id', 'paid', 'x'],
      4,
    ],
    [
      'a word and an empty row',
      [row('Claims'), '', row('id', 'name', 'x'), row('a', 'b', 'c')],
      ['id', 'name', 'x'],
      4,
    ],
    [
      'a text in another column',
      [row(null, 'Claims 2026'), row('id', 'paid', 'x'), row(1, 2, 3)],
      ['id', 'paid', 'x'],
      3,
    ],
  ])('is found below a title: %s', async (_what, rows, header, line) => {
    expect(await readDataset(sheetFile(rows))).toMatchObject({ header, lines: [line] });
  });

  it.each([
    ['a word', [row('Claims'), row('id', 'paid', 'x'), row(1, 2, 3)]],
    ['a name above texts', [row('Full name'), row('Ann', 'Bern', 'CH'), row('Bob', 'Basel', 'CH')]],
    ['a word above years', [row('Claims'), row('name', 2019, 2020), row('x', 1, 2)]],
    ['a name above a marker', [row('Product name'), row('unknown', 'pending'), row('A', 1)]],
    [
      'names and values above the table',
      [row('Top recipes of the year'), row('Period', 'all'), row('Rank', 'Food'), row(1, 'Soup')],
    ],
  ])('is refused below what could be a title or a name: %s', async (_what, rows) => {
    await expect(readDataset(sheetFile(rows))).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('looks like a title'),
      hint: 'Set Skip Rows to 1.',
    });
  });

  it('is refused if it names few of the columns, unless it was chosen', async () => {
    const file = sheetFile([row(null, 'Sales'), row('May', 5, 7), row('June', 6, 8)]);
    await expect(readDataset(file)).rejects.toMatchObject({
      code: 'invalid-file',
      message: 'Row 1 names only 1 of 3 columns, so it could be a title: “Sales”.',
      hint: 'Set Skip Rows to 1 to skip the row. To keep it, set Skip Rows to 0 and Has Header Row to Yes.',
    });
    const header = ['column_1', 'Sales', 'column_3'];
    await expect(readDataset(file, { skipRows: 0 })).rejects.toMatchObject({ code: 'invalid-file' });
    expect((await readDataset(file, { skipRows: 0, header: true })).header).toEqual(header);
    expect((await readDataset(file, { header: true })).header).toEqual(header);
    expect((await readDataset(file, { cellRange: 'A1:C3' })).header).toEqual(header);
  });

  it('is refused if it names few of the columns, with the row that probably has the names', async () => {
    const notes = [row('Results 2021', 'Office'), row('Licence', 'CC BY', 'yes')];
    const table = [
      row('Rank', 'Area', 'Votes', 'Share', 'Seats'),
      row(1, 'Bern', 7, 0.5, 3),
      row(2, 'Basel', 7, 0.5, 3),
    ];
    const file = sheetFile([...notes, ...table]);
    for (const options of [{}, { skipRows: 0 }])
      await expect(readDataset(file, options)).rejects.toMatchObject({
        hint: 'Set Skip Rows to 2 if the column names are in row 3. To keep it, set Skip Rows to 0 and Has Header Row to Yes.',
      });
    expect((await readDataset(file, { skipRows: 2 })).header).toEqual(['Rank', 'Area', 'Votes', 'Share', 'Seats']);
  });

  it.each<[string, string[]]>([
    ['addresses above addresses', [row('https://a.example/1'), row('https://a.example/2'), row('https://a.example/3')]],
  ])('is absent with %s', async (_what, rows) => {
    expect((await readDataset(sheetFile(rows))).header).toEqual(['column_1']);
  });

  it.each<[string, string[]]>([
    ['a number above texts', [row(209), row('one'), row('two')]],
    ['a date above texts', [row('Jo', '27-06-1986', 'x'), row('Name', 'Born', 'y'), row('Al', 'unknown', 'z')]],
    ['texts like numbers above others', [row('0.5', '1.0'), row('12', '13'), row('22', '33')]],
    ['texts beside an address above an address', [row('Store', 'a@b.example'), row('x', 'c@d.example')]],
    ['texts that occur again below', [row('north', 'left'), row('south', 'left'), row('north', 'right')]],
  ])('is refused with %s, which could be values', async (_what, rows) => {
    await expect(readDataset(sheetFile(rows))).rejects.toMatchObject({ hint: 'Set Has Header Row to Yes or No.' });
  });

  it('is a row of texts without rows below, as in the export of a day without claims', async () => {
    for (const names of [
      ['No', 'Name', 'City'],
      ['Name', '2019', '2020'],
    ])
      expect((await readDataset(sheetFile([row(...names)]))).header).toEqual(names);
  });

  it('is certain with texts above numbers, also if they look like numbers', async () => {
    expect((await readDataset(sheetFile([row('2019', '2021'), row(2018, 2017), row(2016, 2015)]))).header).toEqual([
      '2019',
      '2021',
    ]);
  });

  it('is refused below a title that the user chose not to skip', async () => {
    const file = sheetFile([row('Claims of the year'), row('id', 'paid'), row(1, 2)]);
    await expect(readDataset(file, { skipRows: 0 })).rejects.toMatchObject({
      hint: 'Set Skip Rows to 1, or leave it empty.',
    });
  });

  it('can be absent', async () => {
    const file = sheetFile([row(1, null, 'a'), row(2, null, 'b')]);
    expect(await readDataset(file, { header: false })).toMatchObject({
      header: ['column_1', 'column_2'],
      rows: [
        ['1', 'a'],
        ['2', 'b'],
      ],
    });
  });

  it('names the columns that have values but no name, as an index has, and omits empty ones', async () => {
    const file = sheetFile([row(null, 'id', null, 'paid'), row(0, 7, null, 8), row(1, 9, null, 10)]);
    expect(await readDataset(file)).toMatchObject({
      header: ['column_1', 'id', 'paid'],
      rows: [
        ['0', '7', '8'],
        ['1', '9', '10'],
      ],
    });
  });

  it('is refused if it has an error', async () => {
    const file = sheetFile([`${textCell('id')}<c t="e"><v>#REF!</v></c>`, row(1, 2)]);
    await expect(readDataset(file)).rejects.toMatchObject({
      message: 'The cell B1 in the header row has the error #REF!.',
    });
  });

  it('alone is a dataset without rows; a worksheet without cells has no header', async () => {
    expect(await readDataset(sheetFile([row('id', 'paid')]))).toMatchObject({ header: ['id', 'paid'], rows: [] });
    expect(await readDataset(sheetFile([]))).toMatchObject({ header: undefined, rows: [] });
  });
});

describe('The rows of an Excel worksheet', () => {
  it('keep their numbers; rows without a value are skipped', async () => {
    const file = workbookFile({
      sheets: [
        {
          rows: '<row r="2"><c r="B2"><v>1</v></c></row><row r="3"><c r="B3" s="0"/></row><row r="10"><c r="B10"><v>2</v></c></row>',
        },
      ],
    });
    expect(await readDataset(file, { header: false })).toMatchObject({ rows: [['1'], ['2']], lines: [2, 10] });
  });

  it('are read without references, and with cells in any order', async () => {
    const rows =
      '<row><c t="inlineStr"><is><t>a</t></is></c><c r="C1" t="inlineStr"><is><t>c</t></is></c></row>' +
      '<row><c r="C2"><v>3</v></c><c r="A2"><v>1</v></c></row><row r="5"><c><v>5</v></c></row><row><c r="C6"><v>6</v></c></row>';
    expect(await readDataset(workbookFile({ sheets: [{ rows }] }))).toMatchObject({
      header: ['a', 'c'],
      rows: [
        ['1', '3'],
        ['5', null],
        [null, '6'],
      ],
      lines: [2, 5, 6],
    });
  });

  it.each([
    ['<row r="2"/><row r="2"/>', 'row 2 follows row 2'],
    ['<row r="0"/>', 'row 0 follows row 0'],
    ['<row r="1048577"/>', 'row 1048577 follows row 0'],
    ['<row r="1"><c r="A2"><v>1</v></c></row>', 'the cell A2 is in row 1'],
    ['<row r="1"><c r="B1"><v>1</v></c><c r="B1"><v>2</v></c></row>', 'the cell B1 exists twice'],
    ['<row r="1"><c r="XFE1"><v>1</v></c></row>', 'it has a cell “XFE1”'],
    ['<row r="1"><c t="s"><v>7</v></c></row>', 'a cell has the shared text number 7, which it does not contain'],
  ])('are refused if they contradict each other: %s', async (rows, reason) => {
    await expect(readDataset(workbookFile({ sheets: [{ rows }] }), { header: false })).rejects.toMatchObject({
      code: 'invalid-file',
      message: `The Excel workbook is invalid: ${reason}.`,
    });
  });

  it('reach to the last cell of a worksheet without using much memory', async () => {
    const rows =
      '<row r="1"><c r="XFD1" t="inlineStr"><is><t>n</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>';
    expect(await readDataset(workbookFile({ sheets: [{ rows }] }))).toMatchObject({
      header: ['n'],
      rows: [['1']],
      lines: [1048576],
    });
  });

  it('are rejected with a value in a column that has no name and no values before', async () => {
    const rows = Array.from({ length: 1_200 }, (_value, index) => row(index, index === 1_100 ? 5 : null));
    const { rejects, rows: kept } = await readDataset(sheetFile([row('id'), ...rows]));
    expect(kept).toHaveLength(1_199);
    expect(rejects).toEqual([
      {
        line: 1_102,
        reason: 'has a value in the cell B1102, but the column B has no name, and no value in the first 1000 rows',
        text: '1100,5',
      },
    ]);
  });

  it('that are hidden are read, or skipped by choice', async () => {
    const rows = `<row>${row('id')}</row><row hidden="1">${row(1)}</row><row>${row(2)}</row>`;
    const file = workbookFile({ sheets: [{ rows }] });
    expect((await readDataset(file)).rows).toEqual([['1'], ['2']]);
    expect(await readDataset(file, { skipHiddenRows: true })).toMatchObject({ rows: [['2']], lines: [3] });
  });

  it('of merged cells have the value in the first cell', async () => {
    const file = sheetFile([row('a', 'b'), row(1, null), row(null, 2)]);
    expect((await readDataset(file)).rows).toEqual([
      ['1', null],
      [null, '2'],
    ]);
  });

  it('are the same whatever the size of the pieces', async () => {
    const file = sheetFile([row('id', 'name'), row(1, 'Müller "x"'), row(2, '東京')]);
    for (const size of [1, 7, 65_536])
      expect(await readDataset(file, {}, size)).toMatchObject({
        rows: [
          ['1', 'Müller "x"'],
          ['2', '東京'],
        ],
      });
  });

  it('have the chosen delimiter', async () => {
    const { csv } = await readDataset(sheetFile([row('a', 'b'), row(1, 'x;y')]), { delimiter: ';' });
    expect(csv).toBe('1;"x;y"\n');
  });
});

describe('Cell Range or Table', () => {
  const rows = sheet(
    row('Report', null, null, null),
    row(null, 'id', 'paid', 'note'),
    row(null, 1, 10, 'x'),
    row(null, 2, 20, 'y'),
    row(null, 'Total', 30, null),
  );
  const sheets: SheetFile[] = [
    { name: 'First', rows: sheet(row('a'), row(1)) },
    {
      name: 'The Data',
      rows,
      table:
        'name="Claims" displayName="Claims" ref="B2:C5" totalsRowCount="1"><tableColumns count="2"><tableColumn id="1" name="id"/><tableColumn id="2" name="paid"/></tableColumns>',
    },
  ];
  const after =
    '<definedNames><definedName name="paid_range">\'The Data\'!$C$2:$D$4</definedName><definedName name="_xlnm.Print_Area">First!$A$1</definedName><definedName name="broken">#REF!</definedName></definedNames>';
  const file = workbookFile({ sheets, after });

  it.each<[string, string | undefined, string[], string[]]>([
    ['B2:C4', 'The Data', ['id', 'paid'], ['1,10', '2,20']],
    ['$C$2:$B$4', 'The Data', ['id', 'paid'], ['1,10', '2,20']],
    ["'The Data'!B2:D3", undefined, ['id', 'paid', 'note'], ['1,10,"x"']],
    ['The Data!D2:E3', undefined, ['note', 'column_2'], ['"x",']],
    ['claims', undefined, ['id', 'paid'], ['1,10', '2,20']],
    ['Claims', 'the data', ['id', 'paid'], ['1,10', '2,20']],
    ['paid_range', undefined, ['paid', 'note'], ['10,"x"', '20,"y"']],
    ['D:D', 'The Data', ['note'], ['"x"', '"y"']],
    ['2:3', 'The Data', ['id', 'paid', 'note'], ['1,10,"x"']],
  ])('selects %s', async (cellRange, name, header, lines) => {
    const read = await readDataset(file, { cellRange, ...(name === undefined ? {} : { sheet: name }) });
    expect(read.header).toEqual(header);
    expect(read.csv.trimEnd().split('\n')).toEqual(lines);
    expect(read.rejects).toEqual([]);
  });

  it('of a table without header row has the names of its columns', async () => {
    const table =
      'name="T" displayName="T" ref="A1:B2" headerRowCount="0"><tableColumns count="2"><tableColumn id="1" name="x"/><tableColumn id="2" name="y"/></tableColumns>';
    const data = workbookFile({ sheets: [{ rows: sheet(row(1, 2), row(3, 4), row('outside', 5)), table }] });
    expect(await readDataset(data, { cellRange: 'T' })).toMatchObject({
      header: ['x', 'y'],
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
    });
  });

  it.each<[string, string | undefined, string]>([
    [
      'Payments',
      undefined,
      'The Excel workbook has no table or named range “Payments”. It has “Claims”, “paid_range”, “broken”.',
    ],
    ['Claims', 'First', '“Claims” is on the worksheet “The Data”, but Sheet is “First”.'],
    ['First!A1:B2', 'The Data', '“First!A1:B2” is on the worksheet “First”, but Sheet is “The Data”.'],
    ['broken', undefined, 'The named range “broken” is not one rectangle of cells: #REF!.'],
    ['A1:B', undefined, 'The Excel workbook has no table or named range “A1:B”.'],
    ['None!A1:B2', undefined, 'The Excel workbook has no worksheet “None”.'],
  ])('is refused if it is unknown: %s', async (cellRange, name, message) => {
    await expect(
      readDataset(file, { cellRange, ...(name === undefined ? {} : { sheet: name }) }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/\.$/),
    });
  });
});
