import { publicColumn, type ColumnType } from '../../../../shared/src/datasets/types/column.ts';
import { CsvScanner } from '../../../../shared/src/datasets/formats/csv-scanner.ts';
import { TypeInference } from '../../../../shared/src/datasets/types/infer-types.ts';
import { claimsColumns, claimsPieces } from '../../../support/claims-file.ts';

/** The type of a column with these values, inferred in one block and value by value. */
function infer(values: readonly string[], given: Record<string, ColumnType> = {}) {
  const found = [values.length, 1].map((rowsPerBlock) => {
    const scanner = new CsvScanner({ header: false }, () => undefined);
    const inference = new TypeInference(['column_1', 'column_2'], given);
    for (let at = 0; at < values.length; at += rowsPerBlock) {
      const rows = values.slice(at, at + rowsPerBlock).map((value) => `${value},\n`);
      inference.add(scanner.push(Buffer.from(rows.join(''))));
    }
    return publicColumn(inference.columns()[0]!);
  });
  expect(found[1]).toEqual(found[0]);
  return found[0]!;
}

describe('The type of a column', () => {
  it.each<[values: string[], type: ColumnType]>([
    [['1', '-20', '0', '999999999999999'], 'integer'],
    [['1', '', '3'], 'integer'],
    [['"1"', '"-2"'], 'integer'],
    [['', ''], 'text'],
    [['1', '""'], 'text'],
    [['1', 'x'], 'text'],
    [['x', '1'], 'text'],
    [['007'], 'text'],
    [['1', '007'], 'text'],
    [['-01'], 'text'],
    [['1234567890123456'], 'text'],
    [['1.5', '1234567890123456'], 'text'],
    [['+1'], 'text'],
    [['1e5'], 'text'],
    [['1,5'].map((text) => `"${text}"`), 'text'],
    [[' 1'], 'text'],
    [['-'], 'text'],
    [['NaN'], 'text'],
    [['1.5', '2'], 'decimal'],
    [['2', '1.50'], 'decimal'],
    [['0.1', '-0.25'], 'decimal'],
    [['-0', '1'], 'decimal'],
    [['00.5'], 'text'],
    [['.5'], 'text'],
    [['5.'], 'text'],
    [['1.2.3'], 'text'],
    [['123456789012345678901234567890.12345678'], 'decimal'],
    [['1234567890123456789012345678901.12345678'], 'text'],
    [['1234567890123456789012345678901.5', '0.12345678'], 'text'],
    [['true', 'false'], 'boolean'],
    [['TRUE', 'False'], 'boolean'],
    [['true', '1'], 'text'],
    [['yes', 'no'], 'text'],
    [['tRUE'], 'text'],
    [['2026-11-20', '2024-02-29'], 'date'],
    [['2026-02-29'], 'text'],
    [['1900-02-29'], 'text'],
    [['2000-02-29'], 'date'],
    [['2026-13-01'], 'text'],
    [['2026-00-10'], 'text'],
    [['2026-01-00'], 'text'],
    [['0000-01-01'], 'text'],
    [['20/11/2026'], 'text'],
    [['2026-1-2'], 'text'],
    [['2026-11-20 23:05', '2026-11-20T23:05:59.123456'], 'timestamp'],
    [['2026-11-20 24:00'], 'text'],
    [['2026-11-20 23:60'], 'text'],
    [['2026-11-20 23:05:'], 'text'],
    [['2026-11-20 23:05:07.'], 'text'],
    [['2026-11-20 23:05:07.1234567'], 'text'],
    [
      ['2026-11-20T23:05:07Z', '2026-11-20 23:05+01:00', '2026-11-20 23:05-0500', '2026-11-20 23:05+02'],
      'timestamp-with-zone',
    ],
    [['2026-11-20T23:05Zz'], 'text'],
    [['2026-11-20T23:05+15:00'], 'text'],
    [['2026-11-20T23:05+01:'], 'text'],
    [['2026-11-20', '2026-11-20 10:00'], 'text'],
    [['2026-11-20T10:00', '2026-11-20T10:00Z'], 'text'],
  ])('with the values %j is %s', (values, type) => {
    expect(infer(values).type).toBe(type);
  });

  it('counts the digits of decimals across all values', () => {
    expect(infer(['1.5', '-1234', '0.125', ''])).toEqual({ name: 'column_1', type: 'decimal', precision: 7, scale: 3 });
  });

  it('fits every value of a large file', () => {
    const scanner = new CsvScanner({}, () => undefined);
    let inference: TypeInference | undefined;
    for (const piece of claimsPieces(3000)) {
      const block = scanner.push(piece);
      (inference ??= new TypeInference(scanner.header ?? [])).add(block);
    }
    expect(inference?.columns().map(({ name, type }) => [name, type])).toEqual(claimsColumns);
  });

  it('is the given type if every value fits', () => {
    expect(infer(['7', '+5', '1.0'], { column_1: 'integer' }).type).toBe('integer');
    expect(infer(['1', '.5', '5.'], { column_1: 'decimal' })).toEqual({
      name: 'column_1',
      type: 'decimal',
      precision: 2,
      scale: 1,
    });
    expect(infer(['1', '2'], { column_1: 'text' }).type).toBe('text');
    expect(infer(['', ''], { column_1: 'date' }).type).toBe('date');
  });

  it('is wider than the type of an existing column only if a value does not fit', () => {
    const widen = (values: string[], least: ColumnType) => {
      const scanner = new CsvScanner({}, () => undefined);
      const block = scanner.push(Buffer.from(`column_1,x\n${values.map((value) => `${value},\n`).join('')}`));
      const inference = new TypeInference(scanner.header ?? [], {}, { column_1: least });
      inference.add(block);
      return inference.columns()[0]?.type;
    };
    expect(widen(['7', '+5', '', '1.0'], 'integer')).toBe('integer');
    expect(widen(['7', '007'], 'integer')).toBe('text');
    expect(widen(['7', '9223372036854775808'], 'integer')).toBe('decimal');
    expect(widen(['7', '7.5', '8'], 'integer')).toBe('decimal');
    expect(widen(['7', '7.5', 'P-8'], 'integer')).toBe('text');
    expect(widen(['7'], 'decimal')).toBe('decimal');
    expect(widen(['2026-11-20', 'soon'], 'date')).toBe('text');
    expect(widen(['7'], 'text')).toBe('text');
  });

  it('is UUID for hyphenated values in lower or upper case', () => {
    const uuid = '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77';
    expect(infer([uuid, uuid.toUpperCase()]).type).toBe('uuid');
    for (const other of [uuid.slice(1), `${uuid}0`, uuid.replace('-', ''), uuid.replace('8', 'g'), `{${uuid}}`])
      expect(infer([uuid, other]).type).toBe('text');
  });
});
