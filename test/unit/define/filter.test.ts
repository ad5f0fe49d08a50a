import { checkInput } from '../../../shared/src/define/check-input.ts';
import { filterField, filterPaths, passesFilter } from '../../../shared/src/define/filter.ts';

const event = {
  status: 'Failed',
  rows: 48_120,
  text: '12',
  tags: ['Nightly', 'EMEA'],
  data: { job: { name: 'Daily = 2' } },
  nothing: null,
  ok: true,
};

describe('A condition of a filter', () => {
  it.each([
    'status = failed',
    'status=Failed',
    'status != succeeded',
    'rows > 48119',
    'rows >= 48120',
    'rows <= 48120',
    'text < 13',
    'tags contains emea',
    'data.job.name contains daily',
    'data.job.name = Daily = 2',
    'ok = true',
    'status exists',
    'missing != anything',
    'tags.0 = nightly',
  ])('is met: %s', (condition) => expect(passesFilter(event, [condition])).toBe(true));

  it.each([
    'status = succeeded',
    'status contains success',
    'rows > 48120',
    'status > 3',
    'missing > 0',
    'nothing exists',
    'missing exists',
    'data.job.missing.deeper = x',
    'constructor exists',
    '__proto__ exists',
    'tags.length > 0.5 and more',
  ])('is not met: %s', (condition) => expect(passesFilter(event, [condition])).toBe(false));

  it('must be met together with all others; without any, every event passes', () => {
    expect(passesFilter(event, ['status = failed', 'rows > 1'])).toBe(true);
    expect(passesFilter(event, ['status = failed', 'rows < 1'])).toBe(false);
    expect(passesFilter(event, [])).toBe(true);
    expect(passesFilter(event, undefined)).toBe(true);
  });

  it('is rejected by the form with an example when it cannot be parsed', () => {
    const fields = { filter: filterField };
    expect(checkInput(fields, { filter: 'status = failed\nrows > 1' })).toEqual({
      filter: ['status = failed', 'rows > 1'],
    });
    expect(() => checkInput(fields, { filter: ['the status is failed'] })).toThrow(
      '“Filter” must have a field, an operator and a value in each condition, such as: status = failed.',
    );
  });
});

describe('A condition as a row', () => {
  const passes = (...filter: object[]): boolean =>
    passesFilter(event, checkInput({ filter: filterField }, { filter }).filter);

  it.each([
    ['equals', 'failed', 'status = failed'],
    ['notEquals', 'failed', 'status != failed'],
    ['contains', 'AIL', 'status contains AIL'],
    ['greaterThan', '3', 'status > 3'],
    ['atLeast', '3', 'status >= 3'],
    ['lessThan', '3', 'status < 3'],
    ['atMost', '3', 'status <= 3'],
    ['exists', undefined, 'status exists'],
    ['empty', undefined, 'status ='],
  ])('with the operator %s and the value %s has the result of the line “%s”', (operator, value, line) => {
    for (const field of ['status', 'rows', 'tags', 'nothing', 'missing', 'data.job.name'])
      expect([field, passes({ field, operator, value })]).toEqual([
        field,
        passesFilter(event, [line.replace('status', field)]),
      ]);
  });

  it('accepts values that a line cannot tell from an operator, and numbers', () => {
    expect(passes({ field: 'data.job.name', operator: 'equals', value: 'Daily = 2' })).toBe(true);
    expect(passes({ field: 'rows', operator: 'atLeast', value: 48_120 })).toBe(true);
    expect(passes({ field: 'status', value: 'failed' }, { field: 'ok', value: 'true' })).toBe(true);
  });

  it('is rejected if it is incomplete, because no event or every event would match', () => {
    const refused = 'must have a field, an operator and a value in each condition';
    for (const row of [{ field: 'status' }, { value: 'failed' }, { field: 'a b', value: '1' }, {}])
      expect(() => passes(row)).toThrow(refused);
    expect(() => passes({ field: 'status', vlaue: 'failed' })).toThrow('field, operator, value in a row');
    expect(() => passes({ field: 'status', operator: 'is', value: 'failed' })).toThrow('must be one of');
  });
});

it('filterPaths returns the paths of rows and of lines, so that a filter on an unknown field is refused', () => {
  const paths = [['status'], ['data', 'id']];
  expect(filterPaths('status = failed\ndata.id exists')).toEqual(paths);
  expect(
    filterPaths([
      { field: 'status', value: 'failed' },
      { field: 'data.id', operator: 'empty' },
    ]),
  ).toEqual(paths);
});
