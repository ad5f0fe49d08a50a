import { fitValues, type DeclaredValue } from '../../../shared/src/define/declared-values.ts';

const declared: DeclaredValue[] = [
  { name: 'DatasetID', type: 'text', required: true },
  { name: 'topN', type: 'integer', required: false, default: 10 },
  { name: 'share', type: 'number', required: false, default: 0.5 },
  { name: 'fullRefresh', type: 'boolean', required: false, default: false },
  { name: 'regions', type: 'list', required: false, default: [] },
  { name: 'settings', type: 'values', required: false, default: {} },
];
const fit = (values: Record<string, unknown>) =>
  fitValues('Test Service', 'The pipeline load', declared, { DatasetID: 'd-1', ...values });

describe('fitValues', () => {
  it('converts the text of a form to the declared types', () => {
    expect(
      fit({ DatasetID: 7, topN: ' 12 ', share: '0.25', fullRefresh: 'Yes', regions: '["EMEA"]', settings: '{"a":1}' }),
    ).toEqual({
      DatasetID: '7',
      topN: 12,
      share: 0.25,
      fullRefresh: true,
      regions: ['EMEA'],
      settings: { a: 1 },
    });
  });

  it('keeps values that already have the declared type, and adds no values', () => {
    expect(fit({ topN: 12, fullRefresh: false, regions: ['EMEA'], settings: { a: 1 } })).toEqual({
      DatasetID: 'd-1',
      topN: 12,
      fullRefresh: false,
      regions: ['EMEA'],
      settings: { a: 1 },
    });
    expect(fit({})).toEqual({ DatasetID: 'd-1' });
  });

  it.each([
    [{ topN: '1.5' }, 'a whole number for “topN”'],
    [{ topN: '' }, 'a whole number for “topN”'],
    [{ topN: true }, 'a whole number for “topN”'],
    [{ topN: '9007199254740993' }, 'a whole number for “topN”'],
    [{ share: 'half' }, 'a number for “share”'],
    [{ fullRefresh: 'perhaps' }, 'true or false for “fullRefresh”'],
    [{ regions: 'EMEA' }, 'a list'],
    [{ regions: '{"a":1}' }, 'a list'],
    [{ settings: '[1]' }, 'an object'],
  ])('rejects %j and names the expected type', (values, expected) => {
    expect(() => fit(values)).toThrow(`The pipeline load expects ${expected}`);
  });

  it('rejects names that are not declared and suggests similar ones', () => {
    const rejected = (values: Record<string, unknown>) => {
      try {
        return fitValues('Test Service', 'The pipeline load', declared, values);
      } catch (error) {
        return error;
      }
    };
    expect(rejected({ dataset_id: 'd-1' })).toMatchObject({
      message: 'The pipeline load has no parameter “dataset_id” and requires a value for “DatasetID”.',
      hint: 'Use “DatasetID”: names are case-sensitive.',
    });
    expect(rejected({ DatasetID: 'd-1', other: 1 })).toMatchObject({
      hint: expect.stringContaining('“DatasetID”, “topN”'),
    });
    expect(() => fitValues('Test Service', 'The pipeline load', [], { x: 1 })).toThrow('has no parameter “x”');
  });
});
