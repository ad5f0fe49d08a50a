import { checkInput } from '../../../shared/src/define/check-input.ts';
import { filterField, passesFilter } from '../../../shared/src/define/filter.ts';

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
      '“Filter” must have one condition per line, such as: status = failed.',
    );
  });
});
