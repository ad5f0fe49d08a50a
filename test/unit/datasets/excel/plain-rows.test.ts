import { SheetTable } from '../../../../shared/src/datasets/excel/sheet-table.ts';
import type { DatasetFormat } from '../../../../shared/src/datasets/formats/decode-dataset.ts';
import { seededRandom } from '../../../support/claims-file.ts';
import { seedOf } from '../../../support/seed.ts';
import { samples } from '../../../support/thorough.ts';
import { readDataset } from '../read-dataset.ts';
import { workbookFile } from './workbook-file.ts';

const seed = seedOf('rows of worksheets');

type Random = () => number;

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

/** Rows that decide about the columns, so that the rows after them can be read from their bytes. */
const sampleRows = 1_000;
const columns = ['A', 'B', 'C', 'D'];
const start = Array.from(
  { length: sampleRows + 1 },
  (_value, index) =>
    `<row r="${index + 1}">${columns.map((column) => `<c r="${column}${index + 1}" t="inlineStr"><is><t>${index === 0 ? `name ${column}` : 'x'}</t></is></c>`).join('')}</row>`,
).join('');

/** The parser reads the whole piece of the file in which the sample ends, so the rows to compare are in a later one. */
const gap = '\n'.repeat(200_000);

const strings = [
  'plain',
  '',
  'é 語 😀',
  'with "quotes"',
  ' spaced ',
  'a_x000D_b',
  'a_x0000_b',
  '&amp;&#65;',
  'long '.repeat(50),
];

/** Contents of `v`, valid as some type or as none. */
const values = [
  ...['0', '7', '-7', '42', '1.5', '-0.25', '0.1', '123456789012345', '1234567890123456', '123.45678901234567'],
  ...['0.30000000000000004', '1.1000000000000001', '12345678901234567890', '1e5', '1E-7', '1.50', '007', '-0', '-0.0'],
  ...['5.', '.5', '+1', ' 5 ', '--1', '-', '.', '1.2.3', 'abc', 'NaN', 'Infinity', '', '1_0', '60', '0.75', '36526'],
  ...['36526.5', '2958466', '-1', '1', 'true', '2', '3', '8', '99', '#DIV/0!', 'x&lt;y', 'a"b', 'a\rb', 'é', '_x0041_'],
  ...[
    ' ',
    '\n ',
    '\t0.5',
    '2026-11-20',
    '2026-11-20T08:30:00',
    '<!-- no -->5',
    '<![CDATA[5]]>',
    '999999999',
    '9999999999',
  ],
];

const types = [
  '',
  '',
  '',
  '',
  ' t="n"',
  ' t="s"',
  ' t="s"',
  ' t="s"',
  ' t="str"',
  ' t="b"',
  ' t="e"',
  ' t="d"',
  ' t="x"',
];
const styles = [
  '',
  '',
  '',
  ' s="0"',
  ' s="1"',
  ' s="2"',
  ' s="3"',
  ' s="4"',
  ' s="77"',
  ' s=""',
  ' s="a"',
  ' s="1" s="2"',
];

/** A cell in some form that a program could write, or a faulty one. */
function cell(random: Random, column: string, row: number): string {
  const style = pick(random, styles);
  const type = pick(random, types);
  // A text that does not exist makes the workbook invalid, so it is rare.
  const isKnown = type === ' t="s"' && random() < 0.998;
  const value = isKnown ? String(Math.floor(random() * strings.length)) : pick(random, values);
  const place = random() < 0.97 ? ` r="${column}${row}"` : pick(random, ['', ` r="${column.toLowerCase()}${row}"`]);
  const attributes = random() < 0.8 ? `${place}${style}${type}` : `${place}${type}${style}`;
  const form = random();
  if (form < 0.7) return `<c${attributes}><v>${value}</v></c>`;
  if (form < 0.75) return `<c${attributes}/>`;
  if (form < 0.78) return `<c${attributes}></c>`;
  if (form < 0.82)
    return `<c${attributes}><f>${pick(random, ['A1+1', 'A1&amp;"x"', 'IF(A1&lt;2,1)'])}</f><v>${value}</v></c>`;
  if (form < 0.84) return `<c${attributes}><f t="shared" si="0"/><v>${value}</v></c>`;
  if (form < 0.86) return `<c${attributes}><f>A1</f></c>`;
  if (form < 0.92) return `<c${place}${style} t="inlineStr"><is><t>${value}</t></is></c>`;
  if (form < 0.95) return `<c${place} t="inlineStr"><is><t xml:space="preserve"> ${value} </t></is></c>`;
  if (form < 0.97) return `<c${place} t="inlineStr"><is><r><t>${value}</t></r><r><t>b</t></r></is></c>`;
  return `<c${place} t='n' cm="1"><v>${value}</v> </c>`;
}

/** Most rows have one cell of any form: several together are rarely all read from their bytes. */
function row(random: Random, number: number): string {
  const any = random() < 0.8 ? [pick(random, columns)] : columns;
  const cells = columns
    .filter(() => random() < 0.85)
    .map((column) =>
      any.includes(column) ? cell(random, column, number) : `<c r="${column}${number}" s="1"><v>36526</v></c>`,
    );
  if (random() < 0.03) cells.reverse();
  if (random() < 0.03) cells.push(cell(random, 'F', number));
  const attributes = pick(random, [
    '',
    '',
    '',
    '',
    '',
    '',
    ' spans="1:4"',
    ' hidden="1"',
    ' x14ac:dyDescent="0.25"',
    ' x:r="2"',
    " ht='15'",
  ]);
  const own = random() < 0.998 ? number : pick(random, [number + 1, number - 1, 0, 2_000_000]);
  const space = random() < 0.7 ? '' : pick(random, ['\n', ' ', ' \r\n ']);
  return `<row r="${own}"${attributes}>${cells.join(space)}${space}</row>${space}`;
}

/** What a workbook contains, or why it is refused. */
async function outcome(sheet: string, options: DatasetFormat, size: number, isPlain: boolean): Promise<unknown> {
  const file = workbookFile({
    sheets: [{ rows: isPlain ? sheet : sheet.replaceAll('<row ', '<row  ') }],
    strings: strings.map((text) => `<t>${text}</t>`),
    formats: [14, 'yyyy-mm-dd hh:mm', '[<1]h:mm;0.00', '0.00'],
  });
  try {
    return await readDataset(file, options, size);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

const optionSets: DatasetFormat[] = [
  {},
  {},
  { invalidCells: 'null' },
  { skipHiddenRows: true },
  { roundTo15Digits: true },
  { cellRange: 'B1:C1020' },
];

describe('Rows of a worksheet', () => {
  it('have the same values, whether they are read from their bytes or by the XML parser', async () => {
    const random = seededRandom(seed);
    const add = jest.spyOn(SheetTable.prototype, 'add');
    let tables = 0;
    let rows = 0;
    let parsedRows = 0;
    for (let round = 0; round < samples(25, 60); round += 1) {
      const rest = Array.from({ length: 1 + Math.floor(random() * 60) }, (_value, index) =>
        row(random, sampleRows + 2 + index),
      );
      const sheet = start + gap + rest.join('');
      const options = pick(random, optionSets);
      const size = pick(random, [97, 4096, 65_536]);
      add.mockClear();
      const found = await outcome(sheet, options, size, true);
      rows += rest.length;
      parsedRows += Math.max(0, add.mock.calls.length - sampleRows - 1);
      expect(found).toEqual(await outcome(sheet, options, size, false));
      if (typeof found === 'object') tables += 1;
    }
    add.mockRestore();
    expect(tables).toBeGreaterThan(20);
    expect(parsedRows).toBeLessThan(rows * 0.8);
  });

  it('are read from their bytes if they are written as by Excel', async () => {
    const written = Array.from({ length: 3_000 }, (_value, index) => {
      const number = sampleRows + 2 + index;
      return `<row r="${number}" spans="1:4" x14ac:dyDescent="0.25"><c r="A${number}" s="1"><v>${40_000 + index}</v></c><c r="B${number}" t="s"><v>0</v></c><c r="C${number}"><v>0.5</v></c><c r="D${number}" t="b"><v>1</v></c></row>`;
    });
    const add = jest.spyOn(SheetTable.prototype, 'add');
    const found = await outcome(start + written.join(''), {}, 65_536, true);
    expect(found).toMatchObject({ rejects: [] });
    expect((found as { rows: unknown[] }).rows).toHaveLength(sampleRows + 3_000);
    // The parser reads the piece of the file in which the sample ends.
    expect(add.mock.calls.length).toBeLessThan(sampleRows + 1_000);
    add.mockRestore();
  });
});

describe('Shared strings', () => {
  it('are the same, whether they are read from their bytes or by the XML parser', async () => {
    const random = seededRandom(seed);
    const parts = [
      'a',
      'Z',
      ' ',
      'é',
      '語',
      '😀',
      '"',
      '""',
      '&amp;',
      '&#10;',
      '_',
      'x',
      '_x0041_',
      '_x000',
      '\n',
      '\r',
      ']]',
    ];
    const items = Array.from({ length: 400 }, () => {
      const text = Array.from({ length: Math.floor(random() * 8) }, () => pick(random, parts)).join('');
      return pick(random, [
        `<t>${text}</t>`,
        `<t>${text}</t>`,
        `<t xml:space="preserve">${text}</t>`,
        `<r><t>${text}</t></r><r><t>b</t></r>`,
        `<t>${text}</t><rPh sb="0" eb="1"><t>no</t></rPh>`,
        '<t/>',
        '',
      ]);
    });
    const read = async (isPlain: boolean, size: number): Promise<unknown> =>
      readDataset(
        workbookFile({
          sheets: [
            { rows: items.map((_item, index) => `<row><c t="s"><v>${index}</v></c><c><v>1</v></c></row>`).join('') },
          ],
          parts: {
            'xl/sharedStrings.xml': `<sst>${items.map((item) => `<si${isPlain ? '' : ' '}>${item}</si>`).join('')}</sst>`,
          },
        }),
        { header: false },
        size,
      );
    for (const size of [61, 65_536]) expect(await read(true, size)).toEqual(await read(false, size));
  });
});
