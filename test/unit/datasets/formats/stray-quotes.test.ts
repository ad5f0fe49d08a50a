import { readDataset } from '../read-dataset.ts';

const lines = (count: number, value = 'y'): string =>
  Array.from({ length: count }, (_value, index) => `${index + 3},${value}\n`).join('');

describe('A stray quotation mark', () => {
  it('rejects each of the lines it swallows', async () => {
    const { rows, rejects } = await readDataset(`a,b\n1,"x\n${lines(6)}9,"z"\n10,w\n`);
    expect(rows).toEqual([['10', 'w']]);
    expect(rejects).toHaveLength(8);
    expect(rejects[0]).toMatchObject({ line: 2, reason: expect.stringContaining('opens on line 2'), text: '1,"x' });
    expect(rejects[1]).toEqual({ line: 3, reason: 'is inside quotation marks that open on line 2', text: '3,y' });
    expect(rejects.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is reported with its own line when it opens on a later line of the row', async () => {
    await expect(readDataset(`a,b,c\n1,"x\ny","z\n${lines(5)}`)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('Line 3: a quotation mark is never closed'),
    });
  });

  it.each([
    [
      'in a file with tabs',
      'id\ttitle\tpages\n1\t"Best of\t5\n2\tOther stories\t6\n3\tUntil the end"\t7\n4\tPlain\t8\n',
      '\t',
      3,
    ],
    ['of two rows', 'id\ttitle\tpages\n1\t"Best of\t5\n2\tUntil the end"\t7\n4\tPlain\t8\n', '\t', 2],
    ['of text alone', 'a|b|c\nx|"Best|y\nx|Other|y\nx|end"|y\nx|Plain|y\n', '|', 3],
    ['in a file with commas', 'id,title,pages\n1,"Best of,5\n2,Other,6\n3,end",7\n4,Plain,8\n', ',', 3],
  ] as [string, string, ',', number][])(
    'never drops rows silently when a later row closes it: %s',
    async (_what, text, delimiter, count) => {
      const { rows, rejects } = await readDataset(text, { delimiter });
      expect(rows).toHaveLength(1);
      expect(rejects).toHaveLength(count);
      expect(rejects[0]?.reason).toContain('check for a stray quotation mark');
    },
  );

  it.each([
    ['a text over lines', 'id,note\n1,"Hello\nDear Sir, thanks"\n2,x\n', ',', 2],
    ['a text over lines with tabs', 'id\tnote\n1\t"a\nb\tc"\n2\tx\n', '\t', 2],
    ['an address in the last column', 'id,name,address\n1,Bern,"Gasse 5\n3000, Bern, Switzerland"\n', ',', 1],
    ['a row in quotation marks', 'a,b\n"1,2\n3,4",5\n', ',', 1],
  ] as [string, string, ',', number][])('is distinguished from %s', async (_what, text, delimiter, count) => {
    expect(await readDataset(text, { delimiter })).toMatchObject({ rows: { length: count }, rejects: [] });
  });

  it('counts the lines swallowed by a row with a different number of values', async () => {
    const { rejects } = await readDataset('a,b,c\n1,"x,3\n2,y,4\n3,z"\n4,w,5\n');
    expect(rejects.map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});

describe('The first lines of a file', () => {
  it.each([
    ['sep=;\r\nid;city\r\n1;Bern\r\n', ';'],
    ['sep=;\nid;city\n1;Bern\n', ','],
    ['\uFEFF"sep=;"\nid;city\n1;Bern\n', ','],
    ['SEP=\t\nid\tcity\n1\tBern\n', ','],
  ] as [string, ','][])('%j with the delimiter %j: the line sets the delimiter', async (text, delimiter) => {
    for (const size of [1, 4, 1000])
      expect(await readDataset(text, { delimiter }, size)).toMatchObject({
        header: ['id', 'city'],
        rows: [['1', 'Bern']],
        lines: [3],
        csv: `1${text.includes('\t') ? '\t' : ';'}Bern${text.includes('\r') ? '\r\n' : '\n'}`,
      });
  });

  it('can set a delimiter with which values contain the other ones', async () => {
    const read = await readDataset('sep=;\na;b\n1,5;"x ""y"""\n;""\n');
    expect(read).toMatchObject({
      rows: [
        ['1,5', 'x "y"'],
        [null, ''],
      ],
      csv: '1,5;"x ""y"""\n;""\n',
      lines: [3, 4],
    });
  });

  it('are not the header if they are white space, and a file of white space is empty', async () => {
    expect((await readDataset('   \n\t\n\r\n')).header).toBeUndefined();
    expect(await readDataset('  \na,b\n1,2\n')).toMatchObject({ header: ['a', 'b'], lines: [3] });
  });

  it('are refused when the header has no column names', async () => {
    await expect(readDataset(',,\na,b,c\n', { skipRows: 0 })).rejects.toMatchObject({
      code: 'invalid-file',
      hint: expect.stringContaining('Skip Rows'),
    });
  });
});

describe('A byte order mark in the middle of a file', () => {
  it('is skipped at the start of a line', async () => {
    const text = '\uFEFFid,amount\r\n1,10\r\n2,20\r\n\uFEFF3,30\r\n\uFEFF"4",40';
    for (const size of [1, 2, 3, 1000])
      expect(await readDataset(text, {}, size)).toMatchObject({
        header: ['id', 'amount'],
        rows: [
          ['1', '10'],
          ['2', '20'],
          ['3', '30'],
          ['4', '40'],
        ],
        rejects: [],
        lines: [2, 3, 4, 5],
      });
  });

  it('rejects a repeated header that follows it', async () => {
    for (const size of [1, 1000])
      expect(await readDataset('\uFEFFa,b\n1,2\n\uFEFFa,b\n3,4\n', {}, size)).toMatchObject({
        rows: [
          ['1', '2'],
          ['3', '4'],
        ],
        rejects: [{ line: 3, reason: expect.stringContaining('repeats the header') }],
      });
  });

  it('is kept inside a value', async () => {
    expect((await readDataset('a,b\n"x\n\uFEFFy",\uFEFFz\n')).rows).toEqual([['x\n\uFEFFy', '\uFEFFz']]);
  });
});

describe('A value', () => {
  it('in Excel formula notation is rejected with that explanation', async () => {
    expect((await readDataset('id,zip\n1,="00123"\n2,x\n')).rejects).toMatchObject([
      { line: 2, reason: expect.stringContaining('Excel formula notation') },
    ]);
    await expect(readDataset('="a",b\n1,2\n')).rejects.toMatchObject({
      message: expect.stringContaining('Excel formula notation'),
    });
  });

  it('of zero bytes is refused with its line', async () => {
    await expect(readDataset('a,b\n1,2\n3,\0\n')).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('Line 3 contains a zero byte'),
    });
  });
});

it('A file with only carriage returns as line ends is read, and keeps those in quoted values', async () => {
  const text = 'a,b\r1,"x\r""y"","\r3,z\r';
  for (const size of [1, 2, 3, 5, 1000])
    expect(await readDataset(text, {}, size)).toMatchObject({
      header: ['a', 'b'],
      rows: [
        ['1', 'x\r"y",'],
        ['3', 'z'],
      ],
      rejects: [],
    });
  expect(await readDataset('Report 2026\ra;b\r1;2\r', { skipRows: 1 })).toMatchObject({ rows: [['1', '2']] });
});
