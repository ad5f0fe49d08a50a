import { readColumnMapping } from '../../../../shared/src/tables/sql-table/column-mapping.ts';

describe('Column Mapping', () => {
  it.each<[string, Record<string, unknown> | undefined, string[], Record<string, string>]>([
    ['nothing', undefined, [], {}],
    ['a column', { policy: 'Policy No.' }, [], { 'Policy No.': 'policy' }],
    ['a name that is a number', { year: 2026 }, [], { '2026': 'year' }],
    ['names with spaces, which a name can start with', { ' policy': ' Policy No.' }, [], { ' Policy No.': ' policy' }],
    ['empty fields, which are matched by name', { a: '', b: null, c: undefined, d: '  ' }, [], {}],
    ['columns that are left out', { a: 'x' }, ['Notes', 'Other'], { x: 'a', Notes: '', Other: '' }],
    ['names that objects have anyway', { constructor: 'toString' }, [], { toString: 'constructor' }],
  ])('reads %s', (_what, mapping, leftOut, expected) => {
    expect(readColumnMapping(mapping, leftOut)).toEqual(expected);
  });

  it('refuses a column of the dataset that is loaded into two columns', () => {
    expect(() => readColumnMapping({ a: 'Paid', b: 'Paid' })).toThrow(
      'Column Mapping loads the column “Paid” of the dataset into “a” and into “b”.',
    );
  });

  it.each(['', ' ', '\u00a0'])('refuses the name “%s” in the table', (name) => {
    expect(() => readColumnMapping({ [name]: 'policy' })).toThrow(
      'Column Mapping has no name of a column in the table for “policy”.',
    );
  });

  it.each([
    ['an object', { x: 1 }, 'an object'],
    ['a list', ['x'], 'a list'],
  ])('refuses %s instead of a name', (_what, value, named) => {
    expect(() => readColumnMapping({ a: value })).toThrow(
      `Column Mapping has no name of a column for “a”, but ${named}.`,
    );
  });

  it('refuses a column that is mapped and left out', () => {
    expect(() => readColumnMapping({ a: 'Paid' }, ['Paid'])).toThrow(
      'The column “Paid” is under Column Mapping and under Leave Out Columns.',
    );
  });
});
