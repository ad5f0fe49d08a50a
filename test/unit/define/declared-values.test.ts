import { fitValues, type DeclaredValue } from '../../../shared/src/define/declared-values.ts';

const declared: DeclaredValue[] = [
  { name: 'DatasetID', type: 'text', required: true },
  { name: 'topN', type: 'integer', required: false, default: 10 },
  { name: 'share', type: 'number', required: false, default: 0.5 },
  { name: 'fullRefresh', type: 'boolean', required: false, default: false },
  { name: 'regions', type: 'list', required: false, default: [] },
  { name: 'settings', type: 'values', required: false, default: {} },
];
const fit = (given: Record<string, unknown>) =>
  fitValues('Test Service', 'The pipeline load', declared, { DatasetID: 'd-1', ...given });

describe('Values for what is declared', () => {
  it('become of the declared types, as forms hold texts', () => {
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

  it('stay as they are where they have the types already, and what is left out stays left out', () => {
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
    [{ fullRefresh: 'perhaps' }, 'yes or no for “fullRefresh”'],
    [{ regions: 'EMEA' }, 'a list'],
    [{ regions: '{"a":1}' }, 'a list'],
    [{ settings: '[1]' }, 'names with values'],
  ])('that do not fit are refused with what is wanted: %j', (given, wanted) => {
    expect(() => fit(given)).toThrow(`The pipeline load takes ${wanted}`);
  });

  it('are refused by name when they are not declared, with the nearest name', () => {
    const refused = (given: Record<string, unknown>) => {
      try {
        return fitValues('Test Service', 'The pipeline load', declared, given);
      } catch (error) {
        return error;
      }
    };
    expect(refused({ dataset_id: 'd-1' })).toMatchObject({
      message: 'The pipeline load has no parameter “dataset_id” and needs a value for “DatasetID”.',
      hint: 'Write “DatasetID”: upper and lower case matter.',
    });
    expect(refused({ DatasetID: 'd-1', other: 1 })).toMatchObject({
      hint: expect.stringContaining('“DatasetID”, “topN”'),
    });
    expect(() => fitValues('Test Service', 'The pipeline load', [], { x: 1 })).toThrow('has no parameter “x”');
  });
});
