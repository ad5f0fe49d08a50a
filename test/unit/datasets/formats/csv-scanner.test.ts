import { parse } from 'csv-parse/sync';
import { readValue } from '../../../../shared/src/datasets/formats/csv-block.ts';
import { CsvScanner, type CsvFormat, type Reject } from '../../../../shared/src/datasets/formats/csv-scanner.ts';
import { claimsPieces, seededRandom } from '../../../support/claims-file.ts';
import { seedOf } from '../../../support/seed.ts';

interface Read {
  header: string[] | undefined;
  rows: (string | null)[][];
  rejects: Reject[];
  /** The rows that the scanner returns. */
  csv: string;
}

/** Reads a file split into these pieces. */
function read(pieces: Iterable<Uint8Array>, format: CsvFormat = {}): Read {
  const result: Read = { header: undefined, rows: [], rejects: [], csv: '' };
  const scanner = new CsvScanner(format, (reject) => result.rejects.push(reject));
  const take = (block: ReturnType<CsvScanner['push']>) => {
    for (let row = 0; row < block.rows; row += 1) {
      const values = Array.from({ length: block.width }, (_, column) => readValue(block, row * block.width + column));
      result.rows.push(values);
    }
    result.csv += Buffer.concat(block.pieces).toString();
  };
  for (const piece of pieces) take(scanner.push(piece));
  take(scanner.end());
  result.header = scanner.header;
  return result;
}

const whole = (text: string, format?: CsvFormat) => read([Buffer.from(text)], format);

/** All rows, header included, as csv-parse reads them; it does not distinguish empty strings from NULL. */
function expectedRows(text: string | Buffer, delimiter = ','): string[][] {
  return parse(text, { bom: true, delimiter, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] });
}

type Delimiter = NonNullable<CsvFormat['delimiter']>;

const all: [name: string, text: string, delimiter?: Delimiter][] = [
  ['plain values', 'a,b\n1,2\n'],
  ['no line end after the last row', 'a,b\n1,2'],
  ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
  ['CRLF without one at the end', 'a,b\r\n1,2'],
  ['empty values', 'a,b,c\n,,\n1,,3\n'],
  ['an empty last value at the end of the file', 'a,b\n1,'],
  ['quoted values', '"a","b"\n"1","2"\n'],
  ['a quoted value at the end of the file', 'a,b\n1,"2"'],
  ['empty quoted values', 'a,b\n"",""\n'],
  ['a comma in quotes', 'a,b\n"1,5",2\n'],
  ['a line feed in quotes', 'a,b\n"1\n5",2\n'],
  ['CRLF in quotes', 'a,b\r\n"1\r\n5",2\r\n'],
  ['a carriage return in quotes', 'a,b\n"1\r5",2\n'],
  ['doubled quotes', 'a,b\n"say ""hi""",2\n'],
  ['nothing but doubled quotes', 'a,b\n"""",""""""\n'],
  ['doubled quotes before a comma', 'a,b\n"x"",""y",2\n'],
  ['line ends of both kinds', 'a,b\r\n1,2\n3,4\r\n5,6\n'],
  ['a byte order mark', '\uFEFFa,b\n1,2\n'],
  ['a byte order mark before a quote', '\uFEFF"a",b\n1,2\n'],
  ['letters of two, three and four bytes', 'é,東,😀\nü,"京, 都","😀""x"""\n'],
  ['white space around values', ' a , b \n 1 , 2 \n'],
  ['semicolons', 'a;b\n1,5;"2;3"\n', ';'],
  ['tabs', 'a\tb\n1\t"2\t3"\n', '\t'],
  ['vertical bars', 'a|b\n1|"2|3"\n', '|'],
  ['empty lines between rows', 'a,b\n\n1,2\n\r\n\n3,4\n\n'],
  ['empty lines before the header', '\n\r\na,b\n1,2\n'],
  ['one column', 'a\n1\n"2"\n'],
  ['a row of quotes that hold a row', 'a,b\n"1,2\n3,4",5\n'],
  ['a hundred columns', `${'x,'.repeat(99)}x\n${'1,'.repeat(99)}1\n`],
];

const cases = all.map(([name, text, delimiter = ',']): [string, string, Delimiter] => [name, text, delimiter]);

describe('The CSV scanner', () => {
  it.each(cases)('reads %s, however the file is split', (_name, text, delimiter) => {
    const expected = expectedRows(text, delimiter).slice(1);
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { rows, rejects } = read([bytes.subarray(0, cut), bytes.subarray(cut)], { delimiter });
      expect(rows.map((row) => row.map((value) => value ?? ''))).toEqual(expected);
      expect(rejects).toEqual([]);
    }
    expect(
      read(
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
        { delimiter },
      ),
    ).toEqual(whole(text, { delimiter }));
  });

  it.each(cases)('returns rows that parse to the same values, with uniform line ends: %s', (_name, text, delimiter) => {
    const first = whole(text, { delimiter });
    expect(whole(first.csv, { delimiter, header: false }).rows).toEqual(first.rows);
    const outside = first.csv.replaceAll(/"(?:[^"]|"")*"/g, '""');
    expect(new Set(outside.match(/\r?\n/g)).size).toBe(1);
  });

  it('reads randomly split random files like csv-parse', () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const random = seededRandom(seed);
      const text = randomCsv(random);
      const { header, rows, rejects } = read(cutAtRandom(Buffer.from(text), random));
      const expected = expectedRows(text);
      expect({ seed, rows: rows.map((row) => row.map((value) => value ?? '')) }).toEqual({
        seed,
        rows: expected.slice(1),
      });
      expect(header).toHaveLength(expected[0]?.length ?? 0);
      expect(rejects).toEqual([]);
    }
  });

  it('reads the same from pieces that are neighbors in a buffer, from copies of them, and from both in turn', () => {
    const file = Buffer.concat([...claimsPieces(60), Buffer.from('"of several\r\nlines",'.repeat(3))]);
    const complete = read([file]);
    for (let size = 1; size <= 400; size += size < 40 ? 1 : 37) {
      const neighbors = Array.from({ length: Math.ceil(file.length / size) }, (_value, index) =>
        file.subarray(index * size, (index + 1) * size),
      );
      const copies = neighbors.map((piece) => Buffer.from(piece));
      const both = neighbors.map((piece, index) => (index % 3 === 0 ? piece : (copies[index] as Buffer)));
      for (const pieces of [neighbors, copies, both]) expect({ size, ...read(pieces) }).toEqual({ size, ...complete });
    }
  });

  it('reads a claims file like csv-parse', () => {
    const pieces = [...claimsPieces(2000)];
    const { rows } = read(pieces);
    expect(rows.map((row) => row.map((value) => value ?? ''))).toEqual(expectedRows(Buffer.concat(pieces)).slice(1));
  });

  it('distinguishes NULL from an empty string', () => {
    expect(whole('a,b\n,""\n').rows).toEqual([[null, '']]);
  });

  it('reads an empty line as NULL in a file with one column, and skips it otherwise', () => {
    expect(whole('a\n1\n\n2\n').rows).toEqual([['1'], [null], ['2']]);
    expect(whole('a,b\n1,2\n\n3,4\n').rows).toHaveLength(2);
  });

  it('trims column names and numbers empty and repeated ones, but keeps names that differ in case', () => {
    expect(whole('a,a,A_2\n1,2,3\n').header).toEqual(['a', 'a_3', 'A_2']);
    expect(whole(' a ,,A,a_2,\n1,2,3,4,5\n').header).toEqual(['a', 'column_2', 'A', 'a_2', 'column_5']);
  });

  it('numbers the columns if there is no header', () => {
    expect(whole('1,2\n3,4\n', { header: false })).toMatchObject({
      header: ['column_1', 'column_2'],
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
    });
  });

  it.each([
    ['too few values', 'a,b\n1\n3,4\n', { line: 2, reason: 'has 1 value instead of 2' }],
    ['too many values', 'a,b\n1,2,3\n3,4\n', { line: 2, reason: 'has 3 values instead of 2' }],
    [
      'text after a closing quote',
      'a,b\n"1"x,2\n3,4\n',
      { line: 2, reason: 'has text after a closing quotation mark' },
    ],
    [
      'a quote inside of a value',
      'a,b\n1,2"x"\n3,4\n',
      { line: 2, reason: expect.stringContaining('quotation mark inside') },
    ],
    ['a carriage return alone', 'a,b\n1,2\rx\n3,4\n', { line: 2, reason: expect.stringContaining('carriage return') }],
    [
      'an error after lines in quotes',
      'a,b\n"1\n\n1",2\n"x"y,1\n3,4\n',
      { line: 5, reason: expect.stringContaining('after') },
    ],
  ])('rejects a row with %s, reports its line, and continues', (_name, text, reject) => {
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { rows, rejects } = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(rejects).toMatchObject([reject]);
      // The rejected row is reported as written in the file.
      expect(bytes.toString('utf8')).toContain(rejects[0]?.text);
      expect(rows.at(-1)).toEqual(['3', '4']);
    }
  });

  it.each([
    ['a quote that is never closed', 'a,b\n1,"2\n3,4\n', 'Line 2'],
    ['a header with a quote in the wrong place', 'a"b,c\n1,2\n', 'Line 1'],
    ['zero bytes, as UTF-16 has', Buffer.from('a,b\n1,2\n', 'utf16le').toString('latin1'), 'UTF-8'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => whole(text)).toThrow(
      expect.objectContaining({ code: 'invalid-file', message: expect.stringContaining(message) }),
    );
  });

  it('rejects a header repeated after a byte order mark, however the file is split', () => {
    const bytes = Buffer.from('a,b\n1,2\n\uFEFFa,b\n3,4\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { rows, rejects } = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect({ cut, rows, rejects }).toMatchObject({
        cut,
        rows: [
          ['1', '2'],
          ['3', '4'],
        ],
        rejects: [{ line: 3, reason: expect.stringContaining('repeats the header') }],
      });
    }
  });

  it('reads values of any length like short ones, in valid and invalid files, however they are split', () => {
    const seed = seedOf('long values');
    const random = seededRandom(seed);
    const whole = (below: number): number => Math.floor(random() * below);
    const parts = [
      'x',
      'x',
      'x',
      'x',
      ',',
      ',',
      '\n',
      '\n',
      '\r\n',
      '\r',
      '"',
      '""',
      '","',
      ',"',
      '",',
      '"\n',
      ' ',
      'é',
      '\uFEFF',
      '5',
    ];
    /** What a file is read as, without the filler of long values, which reports and names would cut. */
    const outcome = (bytes: Buffer, delimiter: Delimiter): unknown => {
      try {
        const { rows, rejects, csv } = read(cutAtRandom(bytes, random, whole(2) ? 20 : 400), { delimiter });
        return {
          rows: rows.map((row) => row.map((value) => value?.replaceAll(filler, '') ?? null)),
          rejects: rejects.map(({ line, reason }) => ({ line, reason })),
          csv: csv.replaceAll(filler, ''),
        };
      } catch (error) {
        return String(error);
      }
    };
    const filler = / y/g;
    const found = { rows: 0, rejects: 0, refused: 0 };
    for (let round = 0; round < 3_000; round += 1) {
      const delimiter = (['\t', ';', '|', ','] as const)[round % 4] ?? ',';
      const letters = Array.from({ length: whole(60) }, () => parts[whole(parts.length)] as string);
      const written = (long: boolean): Buffer =>
        Buffer.from(
          `a,b\n${letters.map((part, index) => (long && part === 'x' && index % 3 ? `x${' y'.repeat((index * 37) % 120)}` : part)).join('')}`.replaceAll(
            ',',
            delimiter,
          ),
        );
      const short = outcome(written(false), delimiter);
      expect({ seed, round, text: written(true).toString(), read: outcome(written(true), delimiter) }).toEqual({
        seed,
        round,
        text: written(true).toString(),
        read: short,
      });
      if (typeof short === 'string') found.refused += 1;
      else {
        const { rows, rejects } = short as Pick<Read, 'rows' | 'rejects'>;
        found.rows += rows.length;
        found.rejects += rejects.length;
      }
    }
    expect(Math.min(found.rows, found.rejects, found.refused)).toBeGreaterThan(500);
  });

  it('refuses invalid UTF-8 in any value with its line, but not in a comment', () => {
    const long = 'Straße in Zürich '.repeat(20);
    const lines = ['a,b', ...Array.from({ length: 30 }, (_value, index) => `${index},${long}`)];
    for (const wrong of [1, 15, 30]) {
      const bytes = lines.map((line, index) => Buffer.from(line, index === wrong ? 'latin1' : 'utf8'));
      const file = Buffer.concat(bytes.flatMap((line) => [line, Buffer.from('\n')]));
      expect(() => read([file])).toThrow(
        expect.objectContaining({ message: expect.stringContaining(`Line ${wrong + 1} is not UTF-8`) }),
      );
    }
    const comment = Buffer.from(`# ${long}\n`, 'latin1');
    const text = Buffer.from(`${lines.join('\n')}\n`);
    const header = text.indexOf('\n') + 1;
    const commented = Buffer.concat([text.subarray(0, header), comment, text.subarray(header), comment]);
    expect(read([commented], { comment: '#' }).rows).toEqual(read([text]).rows);
  });

  it('refuses a row that grows beyond 16 MB', () => {
    const scanner = new CsvScanner({}, () => undefined);
    scanner.push(Buffer.from('a,b\n1,"'));
    expect(() => scanner.push(Buffer.alloc(17 * 1024 * 1024, 'x'))).toThrow(
      expect.objectContaining({ code: 'invalid-file' }),
    );
  });
});

/** A valid file with everything that makes CSV difficult. */
function randomCsv(random: () => number): string {
  const whole = (below: number) => Math.floor(random() * below);
  const letters = ['a', 'Z', '7', ' ', 'é', '語', '😀', ',', '"', '\n', '\r\n', '\r', ';', '\\', '.', "'"];
  const value = (): string => {
    const text = Array.from({ length: whole(8) }, () => letters[whole(letters.length)]).join('');
    return /[",\r\n]/.test(text) || random() < 0.2 ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const width = 2 + whole(5);
  const lineEnd = random() < 0.5 ? '\n' : '\r\n';
  const rows = Array.from({ length: 2 + whole(30) }, () => Array.from({ length: width }, value).join(','));
  const header = Array.from({ length: width }, (_, column) => `c${column}`).join(',');
  return `${random() < 0.3 ? '\uFEFF' : ''}${[header, ...rows].join(lineEnd)}${random() < 0.5 ? lineEnd : ''}`;
}

function* cutAtRandom(bytes: Buffer, random: () => number, below = 20): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const next = at + Math.floor(random() * below);
    yield bytes.subarray(at, next);
    at = next;
  }
}
