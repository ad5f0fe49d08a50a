import { CsvScanner } from '../../shared/src/datasets/csv/csv-scanner.ts';
import { ValueCheck, type CheckedColumn } from '../../shared/src/datasets/types/value-check.ts';

/** The values of a column `a` that do not fit, with their rows. */
function misfits(values: readonly string[], column: Omit<CheckedColumn, 'name'>): [row: number, value: string | null][] {
  const scanner = new CsvScanner({}, () => undefined);
  const block = scanner.push(Buffer.from(`a,b\n${values.map((value) => `${value},x\n`).join('')}`));
  return new ValueCheck([{ name: 'a', ...column }, undefined]).look(block).map(({ row, value }) => [row, value]);
}

it.each<[CheckedColumn['type'], string]>([
  ['integer', '1.0'],
  ['integer', '9223372036854775808'],
  ['integer', '""'],
  ['decimal', '1e3'],
  ['decimal', '1.2.3'],
  ['boolean', '1'],
  ['date', '2026-02-30'],
  ['timestamp', '2026-11-20T10:00Z'],
  ['timestamp-with-zone', '2026-11-20T10:00'],
  ['uuid', '8a4b7f5e'],
])('%s does not take %s', (type, value) => {
  expect(misfits(['', value], { type })).toEqual([[1, value === '""' ? '' : value]]);
});

it('types that are given take more than those that are found', () => {
  expect(misfits(['007', '+5', '-9223372036854775808', '9223372036854775807'], { type: 'integer' })).toEqual([]);
  expect(misfits(['1', '.5', '5.', '-0.00'], { type: 'decimal' })).toEqual([]);
  expect(misfits(['', 'anything', '"even, this"'], { type: 'text' })).toEqual([]);
});

it('limits of a table are kept: nothing, length, size and digits', () => {
  expect(misfits(['x', '', '""'], { type: 'text', nullable: false })).toEqual([[1, null]]);
  expect(misfits(['äöü', 'abcd', '👍👍👍', ''], { type: 'text', longest: 3 })).toEqual([[1, 'abcd']]);
  expect(misfits(['32767', '32768', '-32768', '-32769', '99999999999999999'], { type: 'integer', least: -32_768, most: 32_767 })).toEqual([[1, '32768'], [3, '-32769'], [4, '99999999999999999']]);
  expect(misfits(['99.99', '99.990', '1.005', '100', '-0099.9', '.5'], { type: 'decimal', whole: 2, scale: 2 })).toEqual([[2, '1.005'], [3, '100']]);
});

it('limits of a table are kept by values that are short for their kind, too', () => {
  expect(misfits(['-1', '255', '256', '0'], { type: 'integer', least: 0, most: 255 })).toEqual([[0, '-1'], [2, '256']]);
  expect(misfits(['-128', '-129', '99', '128'], { type: 'integer', least: -128, most: 127 })).toEqual([[1, '-129'], [3, '128']]);
  expect(misfits(['.001', '0.5', '-9.9', '10', '1.'], { type: 'decimal', whole: 1, scale: 1 })).toEqual([[0, '.001'], [3, '10']]);
});

it('a column may take the values of a second type', () => {
  expect(misfits(['1', 'true', '0', 'FALSE', 'yes', '200', '1.5'], { type: 'boolean', also: 'integer' })).toEqual([[4, 'yes'], [6, '1.5']]);
  expect(misfits(['2026-11-20 10:00', '2026-11-20T10:00Z', 'soon', ''], { type: 'timestamp-with-zone', also: 'timestamp' })).toEqual([[2, 'soon']]);
});

it('each row is told once, in the order of the file, with the column and what is wrong', () => {
  const scanner = new CsvScanner({}, () => undefined);
  const block = scanner.push(Buffer.from('a,b\n1,x\nx,y\n2,\n'));
  const check = new ValueCheck([{ name: 'a', type: 'integer' }, { name: 'b', type: 'integer', nullable: false }]);
  expect(check.look(block)).toEqual([
    { row: 0, column: 'b', value: 'x', reason: 'has a value in the column “b” that is not an integer' },
    { row: 1, column: 'a', value: 'x', reason: 'has a value in the column “a” that is not an integer' },
    { row: 2, column: 'b', value: null, reason: 'has a value in the column “b” that is empty, which the table does not allow' },
  ]);
});
