import { readDataset } from '../read-dataset.ts';
import { numberCell, sheetFile, textCell, type WorkbookFile } from './workbook-file.ts';

/** The value of one cell under a header, as a database receives it. */
async function valueOf(cell: string, more: Omit<WorkbookFile, 'sheets'> = {}): Promise<string> {
  const file = sheetFile([textCell('id') + textCell('value'), numberCell(1) + cell], more);
  const { csv, rejects } = await readDataset(file);
  return rejects.length > 0 ? `rejected: ${rejects[0]?.reason}` : csv.replace(/^1,/, '').replace(/\n$/, '');
}

describe('A number in an Excel workbook', () => {
  it.each([
    ['1', '1'],
    ['-12.5', '-12.5'],
    ['1.1000000000000001', '1.1'],
    ['274.65999999999997', '274.65999999999997'],
    ['0.1', '0.1'],
    ['1E3', '1000'],
    ['1.5E-7', '0.00000015'],
    ['1E+22', '10000000000000000000000'],
    ['123456789012345678', '123456789012345678'],
    ['12345678901234567890.123456789', '12345678901234567890.123456789'],
    ['9007199254740993', '9007199254740992'],
    ['007', '7'],
    ['1.50', '1.5'],
    ['-0', '0'],
    ['+5', '5'],
    [' 5 ', '5'],
    ['5.', '5'],
    ['.5', '0.5'],
  ])('is the double that %s denotes, in its shortest form without exponent: %s', async (stored, value) => {
    expect(await valueOf(numberCell(stored))).toBe(value);
  });

  it('is rounded to 15 digits on request', async () => {
    const file = sheetFile([textCell('n'), numberCell('274.65999999999997'), numberCell('1E-20')]);
    const { rows } = await readDataset(file, { roundTo15Digits: true });
    expect(rows).toEqual([['274.66'], ['0.00000000000000000001']]);
  });

  it.each(['INF', 'NaN', '1,5', '1e', '0x10', '1E999'])('is rejected if it is %s', async (stored) => {
    expect(await valueOf(numberCell(stored))).toBe(
      `rejected: has a cell B2 (column “value”) that has “${stored}” instead of a number`,
    );
  });

  it.each([
    '0%',
    '$#,##0.00',
    '#,##0.00\\ [$€-407]',
    '0.00"days"',
    '0.00E+00',
    '# ?/?',
    '@',
    '[Red]0',
    'General',
    '"dd/mm"0',
    '_-* #,##0_-',
  ])('is stored as it is if its format is %s', async (format) => {
    expect(await valueOf(numberCell('0.25', 1), { formats: [format] })).toBe('0.25');
  });
});

describe('A date in an Excel workbook', () => {
  it.each<[string | number, string, string]>([
    [14, '45000', '2023-03-15'],
    [15, '45000', '2023-03-15'],
    [22, '45000.5', '2023-03-15 12:00:00'],
    [30, '45000', '2023-03-15'],
    ['yyyy-mm-dd', '45000', '2023-03-15'],
    ['yyyy-mm-dd', '45000.5', '2023-03-15 12:00:00'],
    ['dd/mm/yyyy hh:mm', '45000', '2023-03-15 00:00:00'],
    ['[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy', '45000', '2023-03-15'],
    ['mmm', '45000', '2023-03-15'],
    ['YYYY"年"M"月"', '45000', '2023-03-15'],
    ['d/m/yy h:mm AM/PM', '45000.25', '2023-03-15 06:00:00'],
    ['yyyy-mm-dd hh:mm:ss.000', '45000.123456', '2023-03-15 02:57:46.598'],
    [14, '1', '1900-01-01'],
    [14, '59', '1900-02-28'],
    [14, '61', '1900-03-01'],
    [14, '2958465', '9999-12-31'],
    [20, '0.75', '18:00:00'],
    [21, '0', '00:00:00'],
    ['mm:ss.0', '0.00001', '00:00:00.864'],
    ['h:mm', '45000.75', '2023-03-15 18:00:00'],
    [46, '1.5', '36:00:00'],
    ['[h]:mm', '-0.5', '-12:00:00'],
    ['[mm]:ss', '0.5', '12:00:00'],
    ['[<1]h:mm;[h]:mm', '0.5', '12:00:00'],
    ['[<1]0.00;[h]:mm', '0.5', '0.5'],
    ['[<1]0.00;[h]:mm', '1.5', '36:00:00'],
    ['0;yyyy-mm-dd', '7', '7'],
    ['yyyy;;', '45000', '2023-03-15'],
  ])('in the format %s with the serial number %s is %s', async (format, serial, value) => {
    expect(await valueOf(numberCell(serial, 1), { formats: [format] })).toBe(value);
  });

  it('does not exist if it is negative, also with a format that has a section for texts', async () => {
    const { rejects, rows } = await readDataset(
      sheetFile([textCell('day'), numberCell(-5, 1), numberCell(45_000, 1)], { formats: ['m/d/yy;@'] }),
    );
    expect(rejects).toHaveLength(1);
    expect(rows).toEqual([['2023-03-15']]);
  });

  it.each([['0'], ['0.75'], ['60'], ['60.5'], ['-1'], ['2958466']])(
    'is rejected if its serial number is %s, which is no date',
    async (serial) => {
      expect(await valueOf(numberCell(serial, 1), { formats: [14] })).toContain('shows a date that does not exist');
    },
  );

  it('counts from 1904 if the workbook says so', async () => {
    const more = { formats: [14, 46], before: '<workbookPr date1904="1"/>' };
    expect(await valueOf(numberCell('0', 1), more)).toBe('1904-01-01');
    expect(await valueOf(numberCell('43538', 1), more)).toBe('2023-03-15');
    expect(await valueOf(numberCell('1.5', 2), more)).toBe('36:00:00');
  });

  it('ignores an element of a later Excel version that has the same name', async () => {
    const after =
      '<extLst><ext><x15:workbookPr xmlns:x15="urn:x" date1904="0" chartTrackingRefBase="1"/></ext></extLst>';
    const more = { formats: [14], before: '<workbookPr date1904="true"/>', after };
    expect(await valueOf(numberCell('43538', 1), more)).toBe('2023-03-15');
  });

  it.each([
    ['2023-03-15', '2023-03-15'],
    ['2023-03-15T00:00:00', '2023-03-15'],
    ['2023-03-15T10:20:30.5Z', '2023-03-15 10:20:30.5Z'],
    ['10:20:30', '10:20:30'],
  ])('of strict Office Open XML is read: %s', async (stored, value) => {
    expect(await valueOf(`<c t="d" s="1"><v>${stored}</v></c>`, { formats: [14], isStrict: true })).toBe(value);
  });
});

describe('A text in an Excel workbook', () => {
  it.each<[string, string, string]>([
    ['plain', '<t>abc</t>', '"abc"'],
    ['with digits only', '<t>007</t>', '"007"'],
    ['rich', '<r><t>Mül</t></r><r><rPr><b/></rPr><t xml:space="preserve">ler </t></r>', '"Müller "'],
    ['rich after plain', '<t>a</t><r><t>b</t></r>', '"ab"'],
    ['with phonetic text', '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>', '"東京"'],
    ['with a quotation mark', '<t>a "b"</t>', '"a ""b"""'],
    ['with entities', '<t>&lt;a&gt; &amp; &#x1F600;&#65;</t>', '"<a> & 😀A"'],
    ['in CDATA', '<t><![CDATA[<a> & b]]></t>', '"<a> & b"'],
    ['with escapes', '<t>a_x000D_\nb_x0009_c_x005F_x000D_</t>', '"a\r\nb\tc_x000D_"'],
    ['with CRLF', '<t>a\r\nb\rc</t>', '"a\nb\nc"'],
    ['with a comment inside', '<t>a<!-- <t>x</t> -->b</t>', '"ab"'],
    ['that is empty', '<t></t>', ''],
  ])('%s is read, shared or in the cell', async (_what, content, value) => {
    expect(await valueOf('<c t="s"><v>0</v></c>', { strings: [content] })).toBe(value);
    expect(await valueOf(`<c t="inlineStr"><is>${content}</is></c>`)).toBe(value);
  });

  it('is the result of a formula', async () => {
    expect(await valueOf('<c t="str"><f>A1&amp;"x"</f><v>1_x0041_</v></c>')).toBe('"1A"');
    expect(await valueOf('<c t="str"><f>""</f><v></v></c>')).toBe('');
  });

  it('is read from an inline cell that has its text in the wrong element', async () => {
    expect(await valueOf('<c t="inlineStr"><v>abc</v></c>')).toBe('"abc"');
  });

  it('without an index is NULL, not the first shared text', async () => {
    expect(await valueOf('<c t="s"><v></v></c>', { strings: ['<t>abc</t>'] })).toBe('');
  });

  it('is rejected if databases cannot store it', async () => {
    expect(await valueOf('<c t="inlineStr"><is><t>a_x0000_</t></is></c>')).toContain('a zero character');
    expect(await valueOf('<c t="s"><v>0</v></c>', { strings: ['<t>_xD800_</t>'] })).toContain(
      'half of a surrogate pair',
    );
    expect(await valueOf('<c t="s"><v>0</v></c>', { strings: ['<t>_xD83D__xDE00_</t>'] })).toBe('"😀"');
  });
});

describe('A cell of an Excel workbook', () => {
  it('is a boolean', async () => {
    expect(await valueOf('<c t="b"><v>1</v></c>')).toBe('true');
    expect(await valueOf('<c t="b"><v>0</v></c>')).toBe('false');
    expect(await valueOf('<c t="b"><v>2</v></c>')).toContain('“2” instead of TRUE or FALSE');
  });

  it.each(['<c/>', '<c s="1"/>', '<c><v/></c>', '<c t="b"><v></v></c>', '<c t="d"><v> </v></c>'])(
    'is NULL if it is %s',
    async (cell) => {
      expect(await valueOf(cell, { formats: [14] })).toBe('');
    },
  );

  it('with an error is rejected, or NULL by choice', async () => {
    const cell = '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>';
    expect(await valueOf(cell)).toBe('rejected: has a cell B2 (column “value”) that has the error #DIV/0!');
    const file = sheetFile([textCell('a') + textCell('b'), numberCell(1) + cell]);
    expect((await readDataset(file, { invalidCells: 'null' })).rows).toEqual([['1', null]]);
  });

  it('with a formula has its stored result, and is rejected without one', async () => {
    expect(await valueOf('<c><f>1+1</f><v>2</v></c>')).toBe('2');
    expect(await valueOf('<c><f>1+1</f></c>')).toContain('is a formula without a stored result');
    expect(await valueOf('<c><f>1+1</f><v></v></c>')).toContain('is a formula without a stored result');
    expect(await valueOf('<c t="str"><f>A1</f></c>')).toContain('is a formula without a stored result');
  });

  it('with a formula is rejected if the workbook says that its results are outdated', async () => {
    const after = '<calcPr calcId="124519" fullCalcOnLoad="1"/>';
    expect(await valueOf('<c><f>1+1</f><v>0</v></c>', { after })).toContain('stored result is outdated');
    expect(await valueOf('<c><v>5</v></c>', { after })).toBe('5');
  });

  it('of an unknown type is rejected', async () => {
    expect(await valueOf('<c t="x"><v>1</v></c>')).toContain('has the unknown type “x”');
  });
});
