import type { CsvFormat } from '../../../../shared/src/datasets/formats/csv-scanner.ts';
import { DatasetReader } from '../../../../shared/src/datasets/formats/dataset-reader.ts';
import { describeDetected } from '../../../../shared/src/datasets/formats/detected-format.ts';
import type { DatasetFormat } from '../../../../shared/src/datasets/formats/decode-dataset.ts';
import { previewRows } from '../../../../shared/src/datasets/rows/preview-rows.ts';
import { seedOf } from '../../../support/seed.ts';
import { seededRandom } from '../../../support/claims-file.ts';
import { cut, readDataset } from '../read-dataset.ts';

async function detect(bytes: Buffer | string, options: CsvFormat & DatasetFormat = {}) {
  const reader = new DatasetReader(cut(Buffer.from(bytes as string), 7), options, () => undefined);
  for await (const _block of reader.blocks());
  return reader.detected;
}

describe('The dialect of a file', () => {
  it.each([
    ['commas', 'id,name\n1,Bern\n', 'Comma', ['id', 'name'], 1],
    ['semicolons', 'id;name\n1;Bern\n', 'Semicolon', ['id', 'name'], 1],
    ['tabs', 'id\tname\n1\tBern, Switzerland\n', 'Tab', ['id', 'name'], 1],
    ['pipes', 'id|name\n1|a;b\n', 'Pipe', ['id', 'name'], 1],
    ['semicolons and decimal commas', 'id;paid\n1;2,5\n2;3,75\n', 'Semicolon', ['id', 'paid'], 1],
    ['semicolons and decimal commas in every column', '1,5;2,5\n3,5;4,5\n', 'Semicolon', ['column_1', 'column_2'], 0],
    ['thousands separators', 'id;paid\n1;1,234\n2;5,678\n', 'Semicolon', ['id', 'paid'], 1],
    ['two columns of numbers without names', '200,12\n35,7\n', 'Comma', ['column_1', 'column_2'], 0],
    ['two columns of numbers with two digits', 'id,age\n1,34\n2,27\n', 'Comma', ['id', 'age'], 1],
    ['a decimal comma in one column', 'amount\n1,5\n2,25\n', 'None', ['amount'], 1],
    ['no delimiter', 'name\nBern\nBasel\n', 'None', ['name'], 1],
    ['sentences in one column', 'note\nHello, world\nFine, thanks\n', 'None', ['note'], 1],
    ['quoted values with the other delimiter', '"a,b";"c,d"\n"e,f";"g,h"\n', 'Semicolon', ['a,b', 'c,d'], 1],
    ['line breaks in quoted values', 'id;note\n1;"a,b\nc,d"\n2;"e,f"\n', 'Semicolon', ['id', 'note'], 1],
    ['a line that declares it', 'sep=|\na,b|c\n1|2\n', 'Pipe', ['a,b', 'c'], 2],
    ['trailing delimiters', 'a;b;\n1;2;\n3;4;\n', 'Semicolon', ['a', 'b', 'column_3'], 1],
    ['ragged rows', 'a,b,c\n1,2,3\n4,5\n6,7,8\n', 'Comma', ['a', 'b', 'c'], 1],
    ['a title', 'Report for November\n\na;b;c\n1;2;3\n', 'Semicolon', ['a', 'b', 'c'], 3],
    ['a title with delimiters', 'Report for November;;\n;;\na;b;c\n1;2;3\n', 'Semicolon', ['a', 'b', 'c'], 3],
    [
      'a title in the first of two columns',
      'Searches for storms by city,\nin the last week,\nCity,Searches\nBern,5\nBasel,7\n',
      'Comma',
      ['City', 'Searches'],
      3,
    ],
    [
      'years with gaps as names',
      'rate,1590,1610,1685\nx,,1.5,2\ny,3,,4\n',
      'Comma',
      ['rate', '1590', '1610', '1685'],
      1,
    ],
    [
      'years above numbers that follow each other',
      'cause,1981,1982,1984\nx,5,6,7\ny,5.5,9,8\n',
      'Comma',
      ['cause', '1981', '1982', '1984'],
      1,
    ],
    ['positions above letters', '0,1,2,3,4,5\nM,A,E,S,7,E\nM,E,5,S,Q,S\n', 'Comma', ['0', '1', '2', '3', '4', '5'], 1],
    ['a name like a power of ten', 'id,E2\n1,45\n2,53\n', 'Comma', ['id', 'E2'], 1],
    [
      'names and values above the table',
      'Created;2026\na;b;c;d\nx;1;2;3\ny;4;5;6\n',
      'Semicolon',
      ['a', 'b', 'c', 'd'],
      2,
    ],
    ['comment lines', '# from X, Y; and Z\n# 2026\na,b\n1,2\n', 'Comma', ['a', 'b'], 3],
    ['a header that starts like a comment', '#id\tname\n1\tBern\n', 'Tab', ['#id', 'name'], 1],
    [
      'a header that starts with the sign of a number',
      '#,Name,Type\n1,Ivysaur,Grass\n',
      'Comma',
      ['#', 'Name', 'Type'],
      1,
    ],
    ['empty rows above the header', ';;\na;b;c\n1;2;3\n', 'Semicolon', ['a', 'b', 'c'], 2],
    ['numbers in the first row', '1.5,x\n2.5,y\n', 'Comma', ['column_1', 'column_2'], 0],
    ['dates in the first row', '2026-01-02,5\n2026-01-03,6\n', 'Comma', ['column_1', 'column_2'], 0],
    ['consecutive years as names', 'name,2019,2020,2021\nx,5,9,7\n', 'Comma', ['name', '2019', '2020', '2021'], 1],
    ['a year above other numbers', 'name,2021\na,1.5\nb,2\nc,3.5\nd,4\ne,5\n', 'Comma', ['name', '2021'], 1],
    ['the hours of a day', 'sensor,0,1,2,3,4,5\nx,5,6,1,9,9,9\n', 'Comma', ['sensor', '0', '1', '2', '3', '4', '5'], 1],
    ['a name missing in a single line', 'a,,c\n', 'Comma', ['a', 'column_2', 'c'], 1],
    ['a header that is repeated', 'name,city\na,x\nname,city\nb,y\n', 'Comma', ['name', 'city'], 1],
    ['a name that is also a value', 'name,type\ntype,x\na,y\n', 'Comma', ['name', 'type'], 1],
    ['a name like a missing value', 'id,Card,None\n1,0,1\n2,1,0\n', 'Comma', ['id', 'Card', 'None'], 1],
    ['names missing in half of the columns', 'name,,y,\nx,1,2,3\n', 'Comma', ['name', 'column_2', 'y', 'column_4'], 1],
    ['a name missing above an index', ',name\n1,x\n2,y\n', 'Comma', ['column_1', 'name'], 1],
    ['names missing above empty columns', 'name,,\nx,,\n', 'Comma', ['name', 'column_2', 'column_3'], 1],
    ['years above texts', 'state,2018\nBern,R+10\nBasel,D+3\n', 'Comma', ['state', '2018'], 1],
    ['the name No above texts', 'No,Name\nA1,Bern\nA2,Basel\n', 'Comma', ['No', 'Name'], 1],
    ['CR as line ends', 'a;b\r1;2\r', 'Semicolon', ['a', 'b'], 1],
  ] as [string, string, string, string[], number][])(
    'is detected with %s',
    async (_what, text, delimiter, header, line) => {
      expect(await detect(text)).toMatchObject({ format: 'CSV', encoding: 'UTF-8', delimiter, headerLine: line });
      for (const size of [1, 5, 1000]) expect((await readDataset(text, {}, size)).header).toEqual(header);
    },
  );

  it.each([
    'Country,ISO 3166,Name\nGermany,DE,x\nFrance,FR,y\n',
    'NAME;TEL 1;TEL 2\nBo;+49 30-1;x\nAl;+49 30-2;y\n',
    'Konto;JAN 2024;FEB 2024\nA;offen;bezahlt\nB;bezahlt;offen\n',
    'Team,Week 1 2024,Week 2 2024\na,won,lost\nb,lost,won\n',
    'Name,2024-01-15,2024-01-22,2024-01-29\nBo,present,absent\n,x,y\nAl,absent,present,absent\n',
    'Name;15.01.2024;22.01.2024\nBo;da;weg\nAl;weg;da\n',
    'Day,08:00,09:00,10:00\nMon,Art,Maths,Music\nTue,Maths,Art,Music\n',
    'Aussage;1;2;3;4;5\nGut;x;;;;\nSchlecht;;;;;x\n',
    'Question,Yes,No,Maybe\nLate?,x,,\nGood?,,x,\n',
    'http://purl.org/dc/title,http://purl.org/dc/creator\nFaust,Goethe\nUlysses,Joyce\n',
    'No,Name,City\n',
  ])('has names in realistic headers: %s', async (text) => {
    const { header } = await readDataset(text, { delimiter: text.includes(';') ? ';' : ',' });
    expect(header).toEqual(text.split('\n', 1)[0]?.split(/[,;]/));
  });

  it.each([
    ['one column or two', 'tags\na;b\nc;d\n', 'Candidates: Semicolon (2 columns), none (one column).'],
    ['prose or two columns', 'Notes; comments\nfine; good\n', 'Candidates: Semicolon (2 columns), none (one column).'],
    ['two delimiters', 'a,b;c,d\ne,f;g,h\n', 'Candidates: '],
    ['a comment or a header', '#a,b\nc,d\ne,f\n', 'Line 1 could be a comment or contain column names'],
    ['a comment or a row', '#1,a\n#2,b\nx,c\n', 'Line 1 could be a comment or contain column names'],
    [
      'a title or a header',
      'Full name,,\nJohn Smith,Bern,CH\nMary Jones,Basel,CH\n',
      'Line 1 could be a title or contain',
    ],
    [
      'a title or a name above names without numbers',
      'Employees,,,\nName,Age,Bonus,\nDerek,35,30%,\n',
      'Line 1 could be a title or contain column names: “Employees”.',
    ],
    [
      'a title or a name above a marker',
      'Product name,\nunknown,pending\nA,1\nB,2\n',
      'Line 1 could be a title or contain column names: “Product name”.',
    ],
    ['a title or one name above values', 'name,,\nx,1,2\n', 'Line 1 could be a title or contain column names: “name”.'],
    ['a title or the name of the first column', 'name,\nx,1\n', 'Line 1 could be a title or contain column names'],
    ['a line of groups above names', ',,Men,,Women,\nid,city,a,b,a2,b2\n1,x,1,2,3,4\n', 'Line 1 could be a title'],
    ['a title or a name above years', 'Claims,,\nname,2019,2021\nx,1,2\n', 'Line 1 could be a title or contain'],
    ['years above other years', 'Bern,1850,1900,2001\nBasel,1848,1901,1990\n', 'Line 1 could contain column names'],
    ['a few years above numbers', 'Bern,1850,1900,12\nBasel,5,31,7\n', 'Line 1 could contain column names'],
    ['texts that occur again below', "'no','left'\n'yes','left'\n'no','right'\n", 'Line 1 could contain column names'],
    [
      'a text beside an empty value that occurs again below',
      'Bern,\nBasel,18.5\nBern,20\nChur,\n',
      'Line 1 could contain',
    ],
    ['a value that occurs again in a single column', 'Bern\nBasel\nBern\n', 'Line 1 could contain column names'],
    ['a number above texts', '209\none\ntwo\n', 'Line 1 could contain column names or values: “209”'],
    ['a date above texts', 'x,27-06-1986\na,soon\nb,late\n', 'Line 1 could contain column names or values'],
    ['decimal commas with digit groups and no header', '6 394,05\n119 653,13\n', 'The delimiter cannot be detected'],
    ['digit groups and no header', '55,167.86\n-7,174\n', 'The delimiter cannot be detected'],
    ['several digit groups and no header', '1,234,567\n9,120,004\n', 'The delimiter cannot be detected'],
    ['decimal commas with zeros and no header', '3,5\n12,05\n', 'The delimiter cannot be detected'],
    ['decimal commas with two places and no header', '89,18\n705,40\n', 'The delimiter cannot be detected'],
    [
      'decimal commas below a name that starts with #',
      '#amount\n1296,5\n901,125\n',
      'The delimiter cannot be detected',
    ],
    ['numbers that follow each other', '1,2,3\n7,9,8\n4,1,2\n', 'Line 1 could contain column names or values'],
    ['numbers after a text', 'Bern,1,2,3\nBasel,5,9,7\n', 'Line 1 could contain column names or values'],
    ['a number like a year', 'Bern,2050\nBasel,900\nChur,700\nZug,50\nThun,33\nBiel,3\n', 'Line 1 could contain'],
    ['a single line of values', 'Bern,5\n', 'Line 1 could contain column names or values: “Bern”, “5”.'],
    ['a marker above numbers', '283.48,pending\n737.64,31\n914.03,5\n', 'Line 1 could contain column names or values'],
    ['a missing value', 'n/a,x\nBern,y\n', 'Line 1 could contain column names or values'],
    ['a number above numbers and texts', '5,x\n6,y\nunknown,z\n', 'Line 1 could contain column names or values'],
    ['a name or a value', 'name,2021\nx,2022\n', 'Line 1 could contain column names or values: “name”, “2021”.'],
  ])('is refused with the candidates if the file is ambiguous: %s', async (_what, text, message) => {
    await expect(readDataset(text)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/Set (?:Delimiter|Has Header Row|Skip Rows)/),
    });
  });

  it('is not detected where it was chosen', async () => {
    expect((await readDataset('tags\na;b\nc;d\n', { delimiter: '|' })).rows).toEqual([['a;b'], ['c;d']]);
    expect((await readDataset('name,2021\nx,2022\n', { header: true })).header).toEqual(['name', '2021']);
    expect((await readDataset('#a,b\nc,d\ne,f\n', { skipRows: 0 })).header).toEqual(['#a', 'b']);
    expect((await readDataset('#a,b\nc,d\n', { header: false })).rows).toHaveLength(2);
    expect((await readDataset('a,b\nc,d\n', { header: false })).rows).toHaveLength(2);
    expect((await readDataset('1.5,x\n2.5,y\n', { header: true })).header).toEqual(['1.5', 'x']);
  });

  it('is described in plain words', async () => {
    const detected = await detect('Report for November\n\na;b;c\n1;2;3\n');
    expect(detected && describeDetected(detected)).toBe(
      'The file is CSV in UTF-8, delimited by semicolon. Line 3 contains the column names; the lines above it are skipped.',
    );
    expect(await detect('[{"a":1}]')).toEqual({ format: 'a JSON array', encoding: 'UTF-8' });
  });

  it.each(['utf16le', 'utf16be'])('is detected in UTF-16 without a byte order mark: %s', async (order) => {
    const bytes = Buffer.from('id;name\n1;Zürich\n', 'utf16le');
    const text = order === 'utf16be' ? bytes.swap16() : bytes;
    expect(await detect(text)).toMatchObject({ encoding: 'UTF-16', delimiter: 'Semicolon' });
    expect((await readDataset(text, {}, 3)).rows).toEqual([['1', 'Zürich']]);
  });
});

describe('Lines that are not rows', () => {
  it('are skipped at the end of a file', async () => {
    const text = 'a;b\n1;2\n3;4\nTotal;6\n\n \n';
    for (const size of [1, 3, 8, 1000])
      for (const [skipLastRows, rows] of [
        [1, 2],
        [2, 1],
      ] as const)
        expect((await readDataset(text, { skipLastRows }, size)).rows).toHaveLength(rows);
    expect((await readDataset('a\r\n1\r\n2', { skipLastRows: 1, header: true })).rows).toEqual([['1']]);
  });

  it('are skipped if they start with the comment prefix, but not in quoted values', async () => {
    const text = '# x\nid,note\n1,a\n# between, the, rows\n2,"b\n# inside"\n#3,c\n# end';
    for (const size of [1, 4, 1000])
      expect(await readDataset(text, { comment: '#' }, size)).toMatchObject({
        header: ['id', 'note'],
        rows: [
          ['1', 'a'],
          ['2', 'b\n# inside'],
        ],
        lines: [3, 5],
        rejects: [],
      });
  });
});

it.each([
  ['above the table', '# a note, "in quotes\nid,name\n1,a\n2,b\n', {}],
  ['above the table, with their prefix', '// a note, "in quotes\nid,name\n1,a\n2,b\n', { comment: '//' }],
  ['between the rows', 'id,name\n1,a\n#, "in quotes\n2,b\n', { comment: '#' }],
])('Comments %s do not swallow rows by a quotation mark', async (_where, text, options) => {
  expect(await readDataset(text, options)).toMatchObject({
    header: ['id', 'name'],
    rows: [
      ['1', 'a'],
      ['2', 'b'],
    ],
  });
});

it('A file that arrives byte by byte is read', async () => {
  const bytes = Buffer.from(`id\n${'1\n'.repeat(70_000)}`);
  expect((await previewRows(cut(bytes, 1), { rows: 100_000 })).rows).toHaveLength(70_000);
});

describe('Random tables in random dialects', () => {
  it('are read as written or refused, never otherwise', async () => {
    const seed = seedOf('dialects');
    const random = seededRandom(seed);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    const kinds: (() => string)[] = [
      () => String(Math.floor(random() * 1000)),
      () => `${Math.floor(random() * 1000)}${pick([',', '.'])}${Math.floor(random() * 100)}`,
      () => `${1 + Math.floor(random() * 9)}.234,5`,
      () => `2026-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 9)}`,
      () => pick(['Bern', 'Zürich, ZH', 'a;b', 'x|y', 'say "hi"', 'two\nlines', '', '#1', '10:30', 'a b', "it's"]),
      () => pick(['open', 'closed', 'n/a', '']),
    ];
    const counts = { right: 0, refused: 0, unclear: 0 };
    for (let round = 0; round < 1_500; round += 1) {
      const columns = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(kinds));
      const rows = Array.from({ length: 1 + Math.floor(random() * 30) }, () => columns.map((kind) => kind()));
      const delimiter = pick([',', ';', '\t', '|']);
      const firstYear = pick([undefined, undefined, 1950, 2001]);
      const header = columns.map((_kind, column) =>
        firstYear === undefined || column === 0 ? `name ${column}` : String(firstYear + column * column),
      );
      const quoteAll = random() < 0.2;
      const value = (text: string): string =>
        quoteAll || text === '' || /["\n\r]/.test(text) || text.includes(delimiter)
          ? `"${text.split('"').join('""')}"`
          : text;
      // Nothing tells a title from a header in one column.
      const title = pick([
        '',
        '',
        '# made by hand\n',
        columns.length > 1 ? 'Report of the year\n\n' : '',
        columns.length > 1 ? `Report of the year${delimiter.repeat(columns.length - 1)}\n` : '',
      ]);
      const text = `${title}${[header, ...rows].map((row) => row.map(value).join(delimiter)).join('\n')}\n`;
      const read = await readDataset(text).catch((error: { code?: string }) => error);
      // A few years above numbers, and a title beside empty values, can rarely be told from values and names.
      const mayBeUnclear = firstYear !== undefined || title.includes(`year${delimiter}`);
      if ('code' in read && read.code === 'invalid-file') counts[mayBeUnclear ? 'unclear' : 'refused'] += 1;
      else {
        expect({ seed, round, text, ...read }).toMatchObject({ header, rows });
        counts.right += 1;
      }
    }
    expect(counts.right).toBeGreaterThan(counts.refused * 20);
  }, 60_000);
});
