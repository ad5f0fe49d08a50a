import type { ValueFormats } from '../../../../shared/src/datasets/types/column-formats.ts';
import { dateReaders, readerOfPattern } from '../../../../shared/src/datasets/types/date-formats.ts';
import { numberFormats, readNumber, type NumberFormat } from '../../../../shared/src/datasets/types/number-formats.ts';
import { readRows } from '../../../../shared/src/datasets/rows/read-rows.ts';
import { previewRows } from '../../../../shared/src/datasets/rows/preview-rows.ts';
import { seedOf } from '../../../support/seed.ts';
import { seededRandom } from '../../../support/claims-file.ts';
import { cut } from '../read-dataset.ts';

/** Reads a column; `x` fills a second one, so that there is a delimiter. */
async function readColumn(values: readonly string[], formats: ValueFormats = {}) {
  const text = ['v\tx', ...values.map((value) => `${value}\tx`)].join('\n');
  const options = { ...formats, delimiter: '\t', header: true } as const;
  const { columns, rows, detected } = await readRows(cut(Buffer.from(text), 50), { first: 1, count: 100, ...options });
  const preview = await previewRows(cut(Buffer.from(text), 11), options);
  expect(preview.columns).toEqual(columns);
  return { type: columns[0]?.type, values: rows.map((row) => row['v']), written: detected?.values?.['v'] };
}

describe('A quoted value such as "2,4" in a file delimited by commas', () => {
  const read = async (...values: string[]) => {
    const text = ['id,v', ...values.map((value, row) => `${row},"${value}"`)].join('\n');
    const { rows, columns } = await readRows(cut(Buffer.from(text), 50), { first: 1, count: 100 });
    return { type: columns[1]?.type, values: rows.map((row) => row['v']) };
  };

  it('stays text, because it may be a list', async () => {
    expect(await read('2,4', '9,60', '3')).toEqual({ type: 'text', values: ['2,4', '9,60', '3'] });
  });

  it.each([
    [
      ['2,4', '12,05'],
      [2.4, 12.05],
    ],
    [
      ['2,4', '1.000,00'],
      [2.4, 1000],
    ],
    [
      ['2,4', '3,50 €'],
      [2.4, 3.5],
    ],
  ])('is a decimal if another value can be no list: %j', async (values, numbers) => {
    expect(await read(...values)).toEqual({ type: 'decimal', values: numbers });
  });
});

describe('The format of a column', () => {
  it.each([
    [['1,234.50', '12.00'], 'decimal', [1234.5, 12], 'numbers like 1,234.56'],
    [['1.234,50', '12,00', '-0,5'], 'decimal', [1234.5, 12, -0.5], 'numbers like 1.234,56'],
    [['1 234,50', '12'], 'decimal', [1234.5, 12], 'numbers like 1 234,56'],
    [['1\u00a0234,5', '1\u202f000,25'], 'decimal', [1234.5, 1000.25], 'numbers like 1 234,56'],
    [["1'234.50", '1’000.00'], 'decimal', [1234.5, 1000], "numbers like 1'234.56"],
    [['12,5', '3,125'], 'decimal', [12.5, 3.125], 'numbers like 1.234,56'],
    [['1,234,567', '12'], 'integer', [1_234_567, 12], 'numbers like 1,234.56'],
    [['$1,234.50', '$0.99'], 'decimal', [1234.5, 0.99], 'numbers like $ 1,234.56'],
    [['12,50 €', '1.000,00 €'], 'decimal', [12.5, 1000], 'numbers like € 1.234,56'],
    [['(1,234.50)', '5.00'], 'decimal', [-1234.5, 5], 'numbers like 1,234.56'],
    [['1.5e-3', '2E-05'], 'decimal', [0.0015, 0.00002], 'numbers like 1,234.56'],
    [['31.12.2026', '01.02.2026'], 'date', ['2026-12-31', '2026-02-01'], 'dates like 31/12/2026'],
    [['12/31/2026', '01/02/2026'], 'date', ['2026-12-31', '2026-01-02'], 'dates like 12/31/2026'],
    [['2026/12/31', '2026/1/2'], 'date', ['2026-12-31', '2026-01-02'], 'dates like 2026/12/31'],
    [
      ['31/12/2026 23:05', '1/2/2026 8:00'],
      'timestamp',
      ['2026-12-31 23:05:00', '2026-02-01 08:00:00'],
      'dates like 31/12/2026',
    ],
    [['12/31/2026 11:05:09 PM'], 'timestamp', ['2026-12-31 23:05:09'], 'dates like 12/31/2026'],
  ] as [string[], string, unknown[], string][])('is detected: %j', async (values, type, read, written) => {
    expect(await readColumn(values)).toEqual({ type, values: read, written });
  });

  it.each([
    ['thousands or decimals', ['1,234', '5,678']],
    ['days or months', ['01/02/2026', '03/04/2026']],
    ['the same day and month', ['05/05/2026']],
    ['different currencies', ['$1.50', '€2.50']],
    ['percent', ['12.5%', '3%']],
    ['leading zeros', ['0.123,5', '007,5']],
    ['groups of four digits', ['1.2345,5', '1,5']],
    ['codes in groups of three', ['101,205,300', '102,206,301']],
    ['phone numbers', ['555 123 456', '1 234 567']],
    ['versions', ['1.234.567', '2.345.678']],
    ['product codes', ['CAD123.50', 'CAD124.50']],
    ['mangled identifiers', ['1.23457E+11', '1.23458E+11']],
    ['references', ['(5)', '(6)']],
    ['two-digit years', ['31.12.26', '01.02.26']],
    ['invalid days', ['31.02.2026', '01.03.2026']],
    ['dates and timestamps', ['31/12/2026', '31/12/2026 10:00']],
    ['a word', ['1,5', 'none']],
    ['yes and no', ['yes', 'no']],
  ])('is not guessed, and the values stay text: %s', async (_what, values) => {
    expect(await readColumn(values)).toEqual({ type: 'text', values, written: undefined });
  });

  it.each([
    [{ numberFormat: 'comma' }, ['1.234', '5'], [1234, 5]],
    [{ numberFormat: 'point' }, ['1,234', '5,678'], [1234, 5678]],
    [{ numberFormat: 'space' }, ['1 234', '5'], [1234, 5]],
    [{ numberFormat: 'point' }, ['12.5%', '3%'], [12.5, 3]],
    [{ numberFormat: 'point' }, ['1.5E+03', '2'], [1500, 2]],
    [{ numberFormat: 'plain' }, ['1,234.50', '12.00'], ['1,234.50', '12.00']],
    [{ dateFormat: 'day-first' }, ['01/02/2026'], ['2026-02-01']],
    [{ dateFormat: 'month-first' }, ['01/02/2026'], ['2026-01-02']],
    [{ dateFormat: 'iso' }, ['31/12/2026'], ['31/12/2026']],
    [{ dateFormat: 'pattern', datePattern: 'DD-MMM-YYYY' }, ['05-Jan-2026'], ['2026-01-05']],
    [{ numberFormat: 'comma' }, ['Bern', '1.2.3'], ['Bern', '1.2.3']],
  ] as [ValueFormats, string[], unknown[]][])('can be chosen: %j for %j', async (formats, values, read) => {
    expect((await readColumn(values, formats)).values).toEqual(read);
  });

  it.each([
    [{ numberFormat: 'comma' }, ['1.2', '3.4'], 'that is not a number like 1.234,56'],
    [{}, [...Array.from({ length: 40_000 }, () => '1,5'), 'n/a'], 'that is not a number like 1.234,56'],
    [{}, [...Array.from({ length: 40_000 }, () => '2e-5'), '1,234e-1'], 'that could be 123.4 or 0.1234'],
    [{}, [...Array.from({ length: 20_000 }, () => '31.12.2026'), '12.31.2026'], 'that is not a date like 31/12/2026'],
  ] as [ValueFormats, string[], string][])(
    'rejects a later value with another reading: %j',
    async (formats, values, message) => {
      const text = ['v\tx', ...values.map((value) => `${value}\tx`)].join('\n');
      const options = { ...formats, delimiter: '\t', header: true, first: 1, count: 50_000 } as const;
      await expect(readRows(cut(Buffer.from(text), 65_536), options)).rejects.toMatchObject({
        code: 'rejected-rows',
        message: expect.stringContaining(message),
      });
    },
  );
});

describe('A number such as 1.234, which could be 1234,', () => {
  const read = (text: string, formats: ValueFormats = {}) =>
    readRows(cut(Buffer.from(text), 65_536), { first: 1, count: 50_000, ...formats });
  const refusal = {
    code: 'rejected-rows',
    message: expect.stringContaining('that could be 1234 or 1.234; set Number Format'),
  };

  it.each([
    ['in a file delimited by semicolons', 'id;paid\n1;1.234\n2;5.678\n'],
    ['beside a column with decimal commas', 'id\tcount\tpaid\n1\t1.234\t12,50\n2\t5.678\t3,75\n'],
    ['in rows that come later', `id;count;paid\n${'1;950;1,5\n'.repeat(30_000)}2;1.234;2,5\n`],
    ['beside whole numbers without a point', 'id,count\na,950\nb,1.234\nc,0\n'],
    ['in a file delimited by commas without other evidence', 'id,paid\n1,1.234\n2,5.678\n'],
    ['in rows that come later, without other evidence', `id,count\n${'1,950\n'.repeat(30_000)}2,1.234\n`],
  ])('is refused %s', async (_where, text) => {
    await expect(read(text)).rejects.toMatchObject(refusal);
  });

  it.each([
    ['if another number shows the decimal point', 'id;paid;rate\n1;1.234;0.5\n2;5.678;2.5\n'],
    ['if the column has a shorter fraction', 'id;paid\n1;1.234\n2;0.67\n'],
    ['if the column has long whole numbers', 'id;paid\n1;1.234\n2;56789\n'],
    ['if the column has a number below 1', 'id,paid\n1,1.234\n2,0.125\n'],
    ['if the column had long whole numbers', `id,paid\n1,1.234\n${'2,56789\n'.repeat(30_000)}3,1.234\n`],
  ])('is a decimal %s', async (_where, text) => {
    expect((await read(text)).rows[0]).toMatchObject({ paid: 1.234 });
  });

  it('is read as the user chooses', async () => {
    const text = 'id;paid\n1;1.234\n2;5.678\n';
    expect((await read(text, { numberFormat: 'comma' })).rows[0]).toMatchObject({ paid: 1234 });
    expect((await read(text, { numberFormat: 'plain' })).rows[0]).toMatchObject({ paid: 1.234 });
  });
});

it('A number without a percent sign among percentages is refused', async () => {
  const options = { first: 1, count: 10, delimiter: ';', header: true, numberFormat: 'comma' } as const;
  await expect(readRows(cut(Buffer.from('a;b\n1;12,5%\n2;3\n'), 50), options)).rejects.toMatchObject({
    message: expect.stringContaining('line 3 has a value in the column “b” that is not a number like 1.234,56%'),
  });
});

it('The format of a column is decided once, from the first rows that have values', async () => {
  const values = [...Array.from({ length: 40_000 }, () => '5'), '1,5'];
  const text = ['v\tx', ...values.map((value) => `${value}\tx`)].join('\n');
  const options = { delimiter: '\t', header: true, first: 40_001, count: 1 } as const;
  expect(await readRows(cut(Buffer.from(text), 65_536), options)).toMatchObject({ rows: [{ v: '1,5' }] });
});

describe('Random numbers', () => {
  it('of files in English or German are read exactly, rejected or refused, never changed', async () => {
    const random = seededRandom(seedOf('numbers of files'));
    const whole = (below: number): number => Math.floor(random() * below);
    let right = 0;
    for (let round = 0; round < 400; round += 1) {
      const isGerman = random() < 0.5;
      const delimiter = (['\t', ';', ','] as const)[whole(3)] ?? ',';
      const columns = Array.from({ length: 1 + whole(3) }, () => ({
        scale: whole(4),
        most: 10 ** whole(7),
        isGrouped: random() < 0.7,
      }));
      const numbers = Array.from({ length: 1 + whole(6) }, () =>
        columns.map(({ scale, most, isGrouped }) => {
          const number = Number((random() * most).toFixed(scale));
          const options = { minimumFractionDigits: scale, maximumFractionDigits: scale, useGrouping: isGrouped };
          return { number, text: number.toLocaleString(isGerman ? 'de-DE' : 'en-US', options) };
        }),
      );
      const lines = numbers.map((row, at) =>
        [`x${at}`, ...row.map(({ text }) => (text.includes(delimiter) ? `"${text}"` : text))].join(delimiter),
      );
      const header = ['id', ...columns.map((_column, place) => `c${place}`)];
      const text = [header.join(delimiter), ...lines].join('\n');
      const options = { first: 1, count: 10, delimiter, header: true };
      const found = await readRows(cut(Buffer.from(text), 1_000), options).catch(() => undefined);
      for (const [at, row] of found?.rows.entries() ?? [])
        for (const [place, { number, text: written }] of numbers[at]?.entries() ?? []) {
          const value = row[`c${place}`];
          expect({ text, value }).toEqual({ text, value: value === written ? written : number });
          if (value === number) right += 1;
        }
    }
    expect(right).toBeGreaterThan(1_000);
  });

  it('are read exactly from every format', () => {
    const random = seededRandom(seedOf('number formats'));
    const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
    const signs: Record<NumberFormat, [string, string]> = {
      point: [',', '.'],
      comma: ['.', ','],
      space: [' ', ','],
      apostrophe: ["'", '.'],
    };
    const wrong: unknown[] = [];
    for (let round = 0; round < 20_000; round += 1) {
      const whole = digits(1 + Math.floor(random() * 25)).replace(/^0+(?=\d)/, '');
      const fraction = random() < 0.5 ? digits(1 + Math.floor(random() * 12)) : '';
      const plain = `${random() < 0.3 ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
      for (const format of Object.keys(numberFormats) as NumberFormat[]) {
        const [group, decimal] = signs[format];
        const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
        const text = `${plain.startsWith('-') ? '-' : ''}${random() < 0.5 ? grouped : whole}${fraction ? decimal + fraction : ''}`;
        const read = readNumber(text, format)?.plain;
        if (read !== plain) wrong.push({ text, format, read });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('with exponents are expanded without losing digits', () => {
    expect(readNumber('1.25e3', 'point')?.plain).toBe('1250');
    expect(readNumber('-1.250E-5', 'point')?.plain).toBe('-0.00001250');
    expect(readNumber('12345678901234567890,5e1', 'comma')?.plain).toBe('123456789012345678905');
    expect(readNumber('1e401', 'point')).toBeUndefined();
  });
});

describe('Dates', () => {
  it('are read only if they exist', () => {
    expect(dateReaders['day-first']('29.02.2024')).toBe('2024-02-29');
    expect(dateReaders['day-first']('29.02.2026')).toBeUndefined();
    expect(dateReaders['day-first']('1-2/2026')).toBeUndefined();
    expect(dateReaders['month-first']('1/2/2026, 12:00 am')).toBe('2026-01-02 00:00:00');
    expect(dateReaders['month-first']('1/2/2026 13:00 PM')).toBeUndefined();
    expect(dateReaders['day-first']('1/2/2026 24:00')).toBeUndefined();
  });

  it('are read by a pattern', () => {
    expect(readerOfPattern('YYYYMMDD')('20261231')).toBe('2026-12-31');
    expect(readerOfPattern('D. MMMM YYYY')('3. March 2026')).toBe('2026-03-03');
    expect(readerOfPattern('MM/DD/YYYY hh:mm A')('12/31/2026 12:05 AM')).toBe('2026-12-31 00:05:00');
    expect(readerOfPattern('YYYY-MM-DD HH:mm:ss.SSS')('2026-12-31 23:05:09.25')).toBe('2026-12-31 23:05:09.25');
    expect(readerOfPattern('DD.MM.YYYY')('1.2.2026')).toBeUndefined();
    for (const pattern of ['', 'DD.MM', 'DD.DD.YYYY', 'MM MMM DD YYYY', 'DD.MM.YYYY mm'])
      expect(() => readerOfPattern(pattern)).toThrow('is invalid');
  });
});
