import { CsvScanner } from '../../../../shared/src/datasets/formats/csv-scanner.ts';
import { ValueChecker, type CheckedColumn } from '../../../../shared/src/datasets/types/value-checker.ts';

/** The result of checking a column `a`. */
function look(values: readonly string[], column: Omit<CheckedColumn, 'name'>) {
  const scanner = new CsvScanner({}, () => undefined);
  const block = scanner.push(Buffer.from(`a,b\n${values.map((value) => `${value},x\n`).join('')}`));
  return new ValueChecker([{ name: 'a', ...column }, undefined]).check(block);
}

/** The values of a column `a` that do not fit, with their rows. */
function misfits(
  values: readonly string[],
  column: Omit<CheckedColumn, 'name'>,
): [row: number, value: string | null][] {
  return look(values, column).misfits.map(({ row, value }) => [row, value]);
}

/** The values of a column as written to the database; undefined for one that does not fit. */
function written(values: readonly string[], column: Omit<CheckedColumn, 'name'>): (string | null | undefined)[] {
  const found = look(values, column);
  return values.map((value, row) => {
    if (found.misfits.some((misfit) => misfit.row === row)) return undefined;
    const rewriting = found.rewritings.find(({ index }) => index === row * 2);
    return rewriting ? rewriting.text : value;
  });
}

it.each<[CheckedColumn['type'], string[]]>([
  [
    'integer',
    [
      '01067',
      '007',
      '-01',
      '1.50',
      '1.',
      '1e3',
      '0x1F',
      '1_000',
      '" 1"',
      '"1 "',
      '--1',
      '+',
      '-',
      'Infinity',
      'NaN',
      '$1',
      '１',
      '9223372036854775808',
      '-9223372036854775809',
      'true',
    ],
  ],
  [
    'decimal',
    [
      '1e3',
      '1.2.3',
      '.',
      '00.5',
      '01.50',
      '-007.1',
      '"1,5"',
      '0x1F',
      '1_000.5',
      'NaN',
      'Infinity',
      '-inf',
      '$5',
      '5 ',
      '1'.repeat(39),
    ],
  ],
  ['boolean', ['2', 'on', 'tr', 'yes!', '1.0', '-1', ' t']],
  [
    'date',
    [
      '2026-02-30',
      '2025-02-29',
      '2026-2-3',
      '01/02/03',
      'today',
      'infinity',
      '26-01-02',
      '20260102',
      '2026-01-02 00:00:00',
      '2026-01-02T10:00Z',
      '0000-01-01',
      '10000-01-01',
    ],
  ],
  [
    'timestamp',
    [
      '2026-11-20T10:00Z',
      '2026-11-20 10:00+02:00',
      '2026-11-20 10:00:00 UTC',
      '2026-11-20',
      '2026-11-20 24:00',
      '2026-11-20 23:59:60',
      '2026-11-20 10:00:00.1234567',
      'now',
      '2026-11-20 10:00 PM',
    ],
  ],
  [
    'timestamp-with-zone',
    [
      '2026-11-20T10:00',
      '2026-11-20 10:00:00 CET',
      '2026-11-20 10:00:00  UTC',
      '2026-11-20 10:00+15',
      '2026-11-20 10:00+02:60',
    ],
  ],
  ['uuid', ['8a4b7f5e', '{8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77}', '8a4b7f5e2a864b3d9a586f3f8f0f9c77']],
])('ValueChecker rejects values that are not of the type %s', (type, values) => {
  expect(written(values, { type })).toEqual(values.map(() => undefined));
});

it('ValueChecker accepts other notations of a value, and normalizes them for every database', () => {
  expect(
    written(['1', '+5', '-0', '1.0', '-2.000', '+0', '9223372036854775807', '-9223372036854775808'], {
      type: 'integer',
    }),
  ).toEqual(['1', '5', '0', '1', '-2', '0', '9223372036854775807', '-9223372036854775808']);
  expect(written(['1', '+5.50', '.5', '-.5', '5.', '-0.00', '0.10'], { type: 'decimal' })).toEqual([
    '1',
    '5.50',
    '0.5',
    '-0.5',
    '5',
    '-0.00',
    '0.10',
  ]);
  expect(written(['true', 'FALSE', 'True', 't', 'F', 'yes', 'No', '1', '0', 'tRUE'], { type: 'boolean' })).toEqual([
    'true',
    'FALSE',
    'True',
    'true',
    'false',
    'true',
    'false',
    'true',
    'false',
    'true',
  ]);
  expect(
    written(
      [
        '2026-01-02 08:00:00 UTC',
        '2026-01-02T08:00:00.25UTC',
        '2026-01-02 17:00:00.000 +0900',
        '2026-01-02 17:00 +09:00',
        '2026-01-02 08:00Z',
        '2026-01-02 08:00:00.0000000Z',
      ],
      { type: 'timestamp-with-zone' },
    ),
  ).toEqual([
    '2026-01-02 08:00:00Z',
    '2026-01-02T08:00:00.25Z',
    '2026-01-02 17:00:00.000+0900',
    '2026-01-02 17:00+09:00',
    '2026-01-02 08:00Z',
    '2026-01-02 08:00:00.000000Z',
  ]);
  expect(
    written(['2026-01-02 08:00:00.1234560', '2026-01-02 08:00:00.1234567'], { type: 'timestamp', fractionDigits: 7 }),
  ).toEqual(['2026-01-02 08:00:00.123456', '2026-01-02 08:00:00.1234567']);
});

it('ValueChecker turns an empty string into NULL in a column that is not text, if NULL is allowed', () => {
  expect(written(['""', '', '1'], { type: 'integer' })).toEqual([null, '', '1']);
  expect(written(['""', ''], { type: 'text' })).toEqual(['""', '']);
  expect(written(['""', 'x'], { type: 'text', emptyIsNull: true })).toEqual([null, 'x']);
  expect(misfits(['""', ''], { type: 'date', nullable: false })).toEqual([
    [0, ''],
    [1, null],
  ]);
});

it('ValueChecker enforces the limits of a table: NULL, length, size and digits', () => {
  expect(misfits(['x', '', '""'], { type: 'text', nullable: false })).toEqual([[1, null]]);
  expect(misfits(['äöü', 'abcd', '👍👍👍', '', 'abc  '], { type: 'text', maxLength: 3 })).toEqual([
    [1, 'abcd'],
    [4, 'abc  '],
  ]);
  expect(
    misfits(['32767', '32768', '-32768', '-32769', '99999999999999999'], {
      type: 'integer',
      min: -32_768,
      max: 32_767,
    }),
  ).toEqual([
    [1, '32768'],
    [3, '-32769'],
    [4, '99999999999999999'],
  ]);
  expect(
    misfits(['99.99', '99.990', '1.005', '100', '-99.9', '.5'], { type: 'decimal', wholeDigits: 2, scale: 2 }),
  ).toEqual([
    [2, '1.005'],
    [3, '100'],
  ]);
  expect(
    misfits(['18446744073709551615', '18446744073709551616', '-1', '0'], {
      type: 'integer',
      min: 0,
      max: 2n ** 64n - 1n,
    }),
  ).toEqual([
    [1, '18446744073709551616'],
    [2, '-1'],
  ]);
  expect(
    misfits(['2026-11-20 10:00:00.50', '2026-11-20 10:00:00.5', '2026-11-20 10:00:00.55'], {
      type: 'timestamp',
      fractionDigits: 1,
    }),
  ).toEqual([[2, '2026-11-20 10:00:00.55']]);
});

it('ValueChecker also enforces narrow limits on short values', () => {
  expect(misfits(['-1', '255', '256', '0'], { type: 'integer', min: 0, max: 255 })).toEqual([
    [0, '-1'],
    [2, '256'],
  ]);
  expect(misfits(['-128', '-129', '99', '128'], { type: 'integer', min: -128, max: 127 })).toEqual([
    [1, '-129'],
    [3, '128'],
  ]);
  expect(misfits(['.001', '0.5', '-9.9', '10', '1.'], { type: 'decimal', wholeDigits: 1, scale: 1 })).toEqual([
    [0, '.001'],
    [3, '10'],
  ]);
});

it('ValueChecker applies the rules of a column to every value except NULL', () => {
  const rules = [{ reason: 'is not even', fails: (text: string) => Number(text) % 2 !== 0 }];
  expect(misfits(['2', '3', '', '+4'], { type: 'integer', rules })).toEqual([[1, '3']]);
  expect(look(['3'], { type: 'integer', rules }).misfits[0]?.reason).toBe(
    'has a value in the column “a” that is not even',
  );
});

it('ValueChecker accepts the values of an alternative type unchanged', () => {
  expect(
    written(['1', 'true', '0', 'FALSE', 'maybe', '200', '1.5', 't'], {
      type: 'boolean',
      alternativeType: 'integer',
      min: -128,
      max: 127,
    }),
  ).toEqual(['1', 'true', '0', 'FALSE', undefined, undefined, undefined, 'true']);
  expect(
    misfits(['2026-11-20 10:00', '2026-11-20T10:00Z', 'soon', ''], {
      type: 'timestamp-with-zone',
      alternativeType: 'timestamp',
    }),
  ).toEqual([[2, 'soon']]);
});

it('ValueChecker records whether a column that can be widened keeps its type, and leaves its values unchanged', () => {
  const scanner = new CsvScanner({}, () => undefined);
  const check = new ValueChecker([{ name: 'a', type: 'integer', widensType: true, nullable: false }]);
  const push = (text: string) => check.check(scanner.push(Buffer.from(text)));
  expect(push('a\n1\n+5\n1.0\n')).toEqual({ misfits: [], rewritings: [] });
  expect(check.keepsType(0)).toBe(true);
  expect(push('007\n')).toEqual({ misfits: [], rewritings: [] });
  expect(check.keepsType(0)).toBe(false);
  expect(push('\n').misfits).toMatchObject([{ row: 0, value: null }]);
});

it('ValueChecker reports each row once, in file order, with the column and the reason', () => {
  const scanner = new CsvScanner({}, () => undefined);
  const block = scanner.push(Buffer.from('a,b\n1,x\nx,y\n2,\n01,5\n'));
  const check = new ValueChecker([
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'integer', nullable: false },
  ]);
  expect(check.check(block).misfits).toEqual([
    { row: 0, column: 'b', value: 'x', reason: 'has a value in the column “b” that is not an integer' },
    { row: 1, column: 'a', value: 'x', reason: 'has a value in the column “a” that is not an integer' },
    {
      row: 2,
      column: 'b',
      value: null,
      reason: 'has a value in the column “b” that is NULL, which the table does not allow',
    },
    {
      row: 3,
      column: 'a',
      value: '01',
      reason: 'has a value in the column “a” that is not an integer: it has a leading zero, which would be lost',
    },
  ]);
});
