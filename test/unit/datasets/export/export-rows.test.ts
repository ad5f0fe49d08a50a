import { read, utils, type CellObject, type WorkBook } from '@e965/xlsx';
import { parse } from 'csv-parse/sync';
import { exportRows, type ExportOptions } from '../../../../shared/src/datasets/export/export-rows.ts';
import { plainNumber, shortestFloat } from '../../../../shared/src/datasets/export/number-text.ts';
import type { ExportColumn, ExportRow, OpenedRows } from '../../../../shared/src/datasets/export/row-source.ts';
import { sheetNameOf } from '../../../../shared/src/datasets/export/write-excel.ts';
import { seedOf } from '../../../support/seed.ts';

const csv: ExportOptions = {
  format: 'csv',
  delimiter: ',',
  header: true,
  byteOrderMark: false,
  protectFormulas: false,
  sheetName: 'Claims',
};
const excel = { ...csv, format: 'excel' } as const;

/** Rows in batches, and how often they were closed. */
function rowsOf(columns: readonly ExportColumn[], batches: readonly (readonly ExportRow[])[]) {
  const left = [...batches];
  const source: OpenedRows & { closed: number } = {
    columns,
    closed: 0,
    next: async () => left.shift(),
    async close() {
      source.closed += 1;
    },
  };
  return source;
}

async function bytesOf(source: OpenedRows, options: Partial<ExportOptions> = {}): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exportRows(source, { ...csv, ...options }).bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

const text = (name: string): ExportColumn => ({ name, kind: 'text' });
const write = async (
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
  options: Partial<ExportOptions> = {},
) => (await bytesOf(rowsOf(columns, [rows]), options)).toString('utf8');

/** The cell of each value below the header, as another program reads it. */
async function cellsOf(column: Omit<ExportColumn, 'name'>, values: ExportRow): Promise<(CellObject | undefined)[]> {
  const book = await open(
    [{ name: 'x', ...column }],
    values.map((value) => [value]),
  );
  const sheet = book.Sheets['Claims'] ?? {};
  return values.map((_, index) => sheet[`A${index + 2}`] as CellObject | undefined);
}

async function open(columns: readonly ExportColumn[], rows: readonly ExportRow[]): Promise<WorkBook> {
  return read(await bytesOf(rowsOf(columns, [rows]), excel), { cellNF: true, cellStyles: true, cellText: true });
}

describe('A CSV file', () => {
  it('distinguishes NULL from the empty text, and quotes what a reader would split', async () => {
    expect(
      await write(
        [text('a'), text('b')],
        [
          [null, ''],
          ['x,"y"', 'line\nend'],
          [' a ', "it's"],
        ],
      ),
    ).toBe('a,b\r\n,""\r\n"x,""y""","line\nend"\r\n a ,it\'s\r\n');
  });

  it('uses the chosen delimiter, with a byte order mark and without a header', async () => {
    expect(
      await write([text('a'), text('b')], [['1;2', '1,2']], { delimiter: ';', byteOrderMark: true, header: false }),
    ).toBe('\uFEFF"1;2";1,2\r\n');
  });

  it('changes no text unless texts are protected from formulas, and never a number', async () => {
    const columns = [text('note'), { name: 'paid', kind: 'decimal' }] as const;
    const rows = ['=1+1', '+1', '-1', '@a', '\ta', 'a=1'].map((note) => [note, '-5']);
    const plain = await write(columns, rows);
    expect(plain).toContain('=1+1,-5\r\n+1,-5\r\n-1,-5\r\n@a,-5\r\n\ta,-5\r\na=1,-5');
    expect(await write(columns, rows, { protectFormulas: true })).toContain(
      "'=1+1,-5\r\n'+1,-5\r\n'-1,-5\r\n'@a,-5\r\n'\ta,-5\r\na=1,-5",
    );
  });

  it.each(['\n=1', '\r=1', '\0=1', '＝1', '＋1', '－1', '＠SUM(A1)'])(
    'protects %j, which some spreadsheets read as a formula, too',
    async (note) => {
      expect(await write([text('note')], [[note]], { protectFormulas: true })).toContain(`'${note}`);
    },
  );

  it('quotes a first column name that a reader would take as the delimiter', async () => {
    expect(await write([text('sep=;')], [['1']])).toBe('"sep=;"\r\n1\r\n');
  });

  it('is read back with the same values, whatever the texts', async () => {
    let seed = seedOf('CSV export');
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const parts = [
      'a',
      '"',
      ',',
      ';',
      '\t',
      '\r',
      '\n',
      ' ',
      '=',
      'é',
      '🎉',
      '\\',
      '0',
      '1',
      '.',
      "'",
      '\u00A0',
      '\uFEFF',
    ];
    for (let round = 0; round < 60; round += 1) {
      const delimiter = [',', ';', '\t', '|'][next(4)] as string;
      const columns = [text('id'), text('one'), text('two')];
      const rows = Array.from({ length: 40 }, (_, id) => [
        `r${id}`,
        ...[1, 2].map(() =>
          next(6) === 0 ? null : Array.from({ length: next(6) }, () => parts[next(parts.length)]).join(''),
        ),
      ]);
      const file = await bytesOf(rowsOf(columns, [rows]), { delimiter });
      const found: unknown = parse(file, {
        delimiter,
        record_delimiter: '\r\n',
        from_line: 2,
        cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
      });
      expect(found).toEqual(rows);
    }
  });
});

describe('A JSON Lines file', () => {
  it('keeps every digit of numbers, nests JSON, and keeps a JSON scalar as text', async () => {
    const columns: ExportColumn[] = [
      { name: 'n', kind: 'decimal' },
      { name: 'b', kind: 'boolean' },
      { name: 'j', kind: 'json' },
    ];
    expect(
      await write(
        columns,
        [
          ['12345678901234567890.10', 'true', '{"a":\n 1.10}'],
          ['NaN', 'false', 'null'],
          [null, null, '"x"'],
        ],
        { format: 'json-lines' },
      ),
    ).toBe(
      '{"n":12345678901234567890.10,"b":true,"j":{"a":  1.10}}\n{"n":"NaN","b":false,"j":"null"}\n{"n":null,"b":null,"j":"\\"x\\""}\n',
    );
  });
});

describe('An Excel file', () => {
  it('has numbers where a double keeps every digit, and text otherwise', async () => {
    const decimals = await cellsOf({ kind: 'decimal', scale: 2 }, [
      '12.50',
      '-0.01',
      '1234567890123.45',
      '12345678901234.56',
    ]);
    expect(decimals.map((cell) => [cell?.t, cell?.v, cell?.w])).toEqual([
      ['n', 12.5, '12.50'],
      ['n', -0.01, '-0.01'],
      ['n', 1_234_567_890_123.45, '1234567890123.45'],
      ['s', '12345678901234.56', '12345678901234.56'],
    ]);
    const integers = await cellsOf({ kind: 'integer' }, ['999999999999999', '9007199254740993', '007', 42n]);
    expect(integers.map((cell) => [cell?.t, cell?.v])).toEqual([
      ['n', 999_999_999_999_999],
      ['s', '9007199254740993'],
      ['s', '007'],
      ['n', 42],
    ]);
    const floats = await cellsOf({ kind: 'float' }, ['0.30000000000000004', '1e-310', 'Infinity', 0.1]);
    expect(floats.map((cell) => [cell?.t, cell?.v])).toEqual([
      ['n', 0.300_000_000_000_000_04],
      ['s', '1e-310'],
      ['s', 'Infinity'],
      ['n', 0.1],
    ]);
  });

  it('has dates and timestamps as dates, unless Excel would lose a part of them', async () => {
    const dates = await cellsOf({ kind: 'date' }, ['2026-11-20', '1900-03-01', '1900-02-28', '9999-12-31', 'infinity']);
    expect(dates.map((cell) => [cell?.t, cell?.w])).toEqual([
      ['n', '2026-11-20'],
      ['n', '1900-03-01'],
      ['s', '1900-02-28'],
      ['n', '9999-12-31'],
      ['s', 'infinity'],
    ]);
    const timestamps = await cellsOf({ kind: 'timestamp' }, [
      '2026-03-29 02:30:00',
      '2026-11-20T23:59:59.999',
      '2026-11-20 10:00:00.123456',
      '2026-11-20 10:00',
      '2026-11-20 10:00:00Z',
    ]);
    expect(timestamps.map((cell) => [cell?.t, cell?.w])).toEqual([
      ['n', '2026-03-29 02:30:00'],
      ['n', '2026-11-20 23:59:59.999'],
      ['s', '2026-11-20 10:00:00.123456'],
      ['n', '2026-11-20 10:00:00'],
      ['s', '2026-11-20 10:00:00Z'],
    ]);
    const zoned = await cellsOf({ kind: 'timestamp-with-zone' }, [
      '2026-11-20 10:00:00.5Z',
      '2026-11-20 10:00:00+01:00',
    ]);
    expect(zoned.map((cell) => [cell?.t, cell?.w])).toEqual([
      ['n', '2026-11-20 10:00:00.500Z'],
      ['s', '2026-11-20 10:00:00+01:00'],
    ]);
  });

  it.each([
    ['date', '2026-05-00'],
    ['date', '2026-02-31'],
    ['timestamp', '2026-00-00 10:00:00'],
    ['timestamp', '2026-02-30 10:00:00'],
    ['timestamp', '2026-01-01 24:00:00'],
    ['timestamp', '2026-01-01 10:61:00'],
    ['timestamp-with-zone', '2026-02-31 10:00:00Z'],
  ] as const)('has a %s that does not exist as text: %s', async (kind, value) => {
    const [cell] = await cellsOf({ kind }, [value]);
    expect(cell).toMatchObject({ t: 's', v: value });
  });

  it('has texts as text, whatever they look like, and no cell for NULL', async () => {
    const values = [
      '=1+1',
      '@a',
      '007',
      '',
      '<b>&"\'',
      'line\nend',
      'cr\r\u0001',
      '_x000D_',
      '_x',
      ' a ',
      '日本🎉',
      null,
    ];
    const cells = await cellsOf({ kind: 'text' }, values);
    expect(cells.map((cell) => (cell ? [cell.t, cell.v, cell.f] : null))).toEqual(
      values.map((value) => (value === null ? null : ['s', value, undefined])),
    );
  });

  it('has a bold header in a frozen pane, column widths, a filter and the name of the sheet', async () => {
    const bytes = await bytesOf(rowsOf([text('id'), text('note')], [[['1', 'x'.repeat(30)]]]), excel);
    const book = read(bytes, { cellStyles: true });
    const sheet = book.Sheets['Claims'];
    expect(book.SheetNames).toEqual(['Claims']);
    expect(sheet?.['!autofilter']).toEqual({ ref: 'A1:B2' });
    expect(sheet?.['!cols']?.map((column) => column.width)).toEqual([8, 33]);
    expect(utils.sheet_to_json(sheet ?? {})).toEqual([{ id: '1', note: 'x'.repeat(30) }]);
  });

  it('is valid without rows, and the same for the same rows', async () => {
    const empty = () => bytesOf(rowsOf([text('id')], []), excel);
    expect(utils.sheet_to_json(read(await empty()).Sheets['Claims'] ?? {}, { header: 1 })).toEqual([['id']]);
    expect(await empty()).toEqual(await empty());
  });

  it('refuses a cell, a row or a column too many', async () => {
    const long = bytesOf(rowsOf([text('note')], [[['x']], [['x'.repeat(32_768)]]]), excel);
    await expect(long).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'Row 2 has 32,768 characters in the column “note”; a cell of Excel can have 32,767.',
    });
    const batch = Array.from({ length: 1_048_575 }, () => [null]);
    await expect(bytesOf(rowsOf([text('id')], [batch, [[null]]]), excel)).rejects.toMatchObject({
      message: expect.stringContaining('more rows than the 1,048,575'),
    });
    const columns = Array.from({ length: 16_385 }, (_, index) => text(`c${index}`));
    await expect(bytesOf(rowsOf(columns, []), excel)).rejects.toMatchObject({
      message: 'There are 16,385 columns; an Excel sheet can have 16,384.',
    });
  });
});

describe('exportRows', () => {
  it.each(['csv', 'json-lines', 'excel'] as const)(
    'closes its rows after the last byte and when the reader stops (%s)',
    async (format) => {
      const whole = rowsOf([text('id')], [[['1']], [['2']]]);
      await bytesOf(whole, { format });
      expect(whole.closed).toBe(1);
      const left = rowsOf(
        [text('id')],
        Array.from({ length: 50 }, () => [['1']]),
      );
      for await (const _piece of exportRows(left, { ...csv, format }).bytes) break;
      expect(left.closed).toBe(1);
    },
  );

  it('stops at the maximum number of rows', async () => {
    const exported = exportRows(rowsOf([text('id')], [[['1'], ['2']], [['3']]]), { ...csv, maxRows: 1 });
    for await (const _piece of exported.bytes);
    expect([exported.rows, exported.size]).toEqual([1, 'id\r\n1\r\n'.length]);
  });

  it('refuses rows without columns, columns without a name of their own, and half of a surrogate pair', async () => {
    await expect(bytesOf(rowsOf([text('a'), text('a')], []))).rejects.toMatchObject({
      message: 'Two columns have the name “a”.',
    });
    await expect(bytesOf(rowsOf([text('a'), text('')], []))).rejects.toMatchObject({
      message: 'Column 2 has no name.',
    });
    await expect(bytesOf(rowsOf([], [[]]))).rejects.toMatchObject({ message: 'The rows have no columns.' });
    await expect(write([text('a')], [['\ud800']])).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

it('sheetNameOf cleans the name of a table, and refuses an invalid name of the user', () => {
  expect(sheetNameOf(undefined, "a/b[c]'")).toBe('a_b_c__');
  expect(sheetNameOf(undefined, 'History')).toBe('Export');
  expect(sheetNameOf('Claims 2026', 'x')).toBe('Claims 2026');
  expect(() => sheetNameOf('a:b', 'x')).toThrow('not a valid name of an Excel sheet');
  expect(() => sheetNameOf('x'.repeat(32), 'x')).toThrow('not a valid name');
});

it('plainNumber writes a double without exponent, and shortestFloat the digits of a 4-byte number', () => {
  expect([1e21, -1.5e-7, 0.1, 1.25e22].map(plainNumber)).toEqual([
    '1000000000000000000000',
    '-0.00000015',
    '0.1',
    '12500000000000000000000',
  ]);
  expect([Math.fround(0.1), 16_777_216, Math.fround(1.5e30)].map(shortestFloat)).toEqual([
    '0.1',
    '16777216',
    '1.5e+30',
  ]);
});
