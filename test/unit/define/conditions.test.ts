import { checkInput } from '../../../shared/src/define/check-input.ts';
import { conditionsField, passes } from '../../../shared/src/define/conditions.ts';

const event = {
  status: 'Failed',
  rows: 48_120,
  text: '12',
  tags: ['Nightly', 'EMEA'],
  data: { job: { name: 'Daily = 2' } },
  nothing: null,
  ok: true,
};

describe('A condition', () => {
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
  ])('is met: %s', (condition) => expect(passes(event, [condition])).toBe(true));

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
  ])('is not met: %s', (condition) => expect(passes(event, [condition])).toBe(false));

  it('must be met together with all others; without any, every event passes', () => {
    expect(passes(event, ['status = failed', 'rows > 1'])).toBe(true);
    expect(passes(event, ['status = failed', 'rows < 1'])).toBe(false);
    expect(passes(event, [])).toBe(true);
    expect(passes(event, undefined)).toBe(true);
  });

  it('is refused in the form when it is none, with an example', () => {
    const fields = { conditions: conditionsField };
    expect(checkInput(fields, { conditions: 'status = failed\nrows > 1' })).toEqual({
      conditions: ['status = failed', 'rows > 1'],
    });
    expect(() => checkInput(fields, { conditions: ['the status is failed'] })).toThrow(
      '“Only When” must have a condition on each line, such as: status = failed.',
    );
  });
});
