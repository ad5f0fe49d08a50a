import * as v from 'valibot';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import {
  boolean,
  describeField,
  integer,
  list,
  option,
  text,
  values,
  withInfo,
} from '../../../shared/src/define/fields.ts';

const fields = {
  pipeline: text({ label: 'Pipeline', idFromUrl: { pattern: /\/pipeline\/([^/?#]+)/, example: '' } }),
  minutes: v.optional(integer({ label: 'Minutes', minimum: 1, maximum: 60 }), 5),
  wait: v.optional(boolean({ label: 'Wait' }), true),
  mode: v.optional(
    option(
      [
        { value: 'a', label: 'A' },
        { value: 'b', label: 'B' },
      ],
      { label: 'Mode' },
    ),
    'a',
  ),
  parameters: v.optional(values({ label: 'Parameters' })),
  steps: v.optional(list({ label: 'Steps' })),
};

describe('checkInput', () => {
  it('applies the defaults of empty fields', () => {
    expect(checkInput(fields, { pipeline: 'load', minutes: '', wait: null, mode: undefined })).toEqual({
      pipeline: 'load',
      minutes: 5,
      wait: true,
      mode: 'a',
    });
  });

  it('does not treat false and zero as empty', () => {
    expect(checkInput(fields, { pipeline: 'load', wait: false }).wait).toBe(false);
    expect(() => checkInput(fields, { pipeline: 'load', minutes: 0 })).toThrow('“Minutes” must be at least 1.');
  });

  it('names every invalid field by its label', () => {
    expect(() => checkInput(fields, { minutes: 'soon', mode: 'c', parameters: '[1]' })).toThrow(
      '“Pipeline” is missing; “Minutes” must be a whole number; “Mode” must be one of: a, b; “Parameters” must be a JSON object such as {"DatasetID": "d-123"}.',
    );
  });

  it('accepts numbers, booleans and objects that a platform sends as text', () => {
    const input = checkInput(fields, {
      pipeline: 12,
      minutes: ' 7 ',
      wait: 'no',
      parameters: '{"DatasetID":"d-1"}',
      steps: 'dbt run\n\ndbt test ',
    });
    expect(input).toMatchObject({
      pipeline: '12',
      minutes: 7,
      wait: false,
      parameters: { DatasetID: 'd-1' },
      steps: ['dbt run', 'dbt test'],
    });
  });

  it.each([
    ['True', true],
    ['YES', true],
    [1, true],
    ['1', true],
    ['False', false],
    [' no ', false],
    [0, false],
    ['0', false],
  ])('accepts %p as true or false', (entered, wanted) => {
    expect(checkInput(fields, { pipeline: 'x', wait: entered }).wait).toBe(wanted);
  });

  it.each([2, '', 'maybe', 'constructor', '10', {}])('does not accept %p as true or false', (entered) => {
    const check = (): unknown => checkInput({ wait: boolean({ label: 'Wait' }) }, { wait: entered });
    expect(check).toThrow(/“Wait” (must be true or false|is missing)/);
  });

  it('accepts whole numbers with an empty fraction, but no others', () => {
    for (const entered of ['60.0', '60.', 60, '+60', ' 60 '])
      expect(checkInput(fields, { pipeline: 'x', minutes: entered }).minutes).toBe(60);
    for (const entered of ['60.5', '6e1', '1,000', '0x10', 5.5])
      expect(() => checkInput(fields, { pipeline: 'x', minutes: entered })).toThrow('must be a whole number');
  });

  it('accepts an option in another case or by its label', () => {
    expect(checkInput(fields, { pipeline: 'x', mode: ' B ' }).mode).toBe('b');
    expect(() => checkInput(fields, { pipeline: 'x', mode: 'c' })).toThrow('must be one of: a, b');
  });

  it('extracts the ID from a URL and leaves any other value unchanged', () => {
    expect(
      checkInput(fields, { pipeline: 'https://adf.azure.com/en/authoring/pipeline/Load%20claims?factory=x' }).pipeline,
    ).toBe('Load claims');
    expect(checkInput(fields, { pipeline: 'https://example.com/other' }).pipeline).toBe('https://example.com/other');
  });

  it('copies names and values without a prototype', () => {
    const { parameters } = checkInput(fields, {
      pipeline: 'x',
      parameters: '{"__proto__": {"admin": true}, "constructor": 1}',
    });
    expect(Object.getPrototypeOf(parameters)).toBeNull();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    ['{"run": 9007199254740993}', false],
    ['{"runs": [{"id": -12345678901234567890}]}', false],
    ['{"run": 9007199254740991, "text": "9007199254740993", "rate": 0.12345678901234568}', true],
  ])('refuses a number whose last digits would be lost: %s', (parameters, isAccepted) => {
    const check = () => checkInput(fields, { pipeline: 'x', parameters });
    if (isAccepted) expect(check()).toMatchObject({ parameters: JSON.parse(parameters) as object });
    else expect(check).toThrow(/“Parameters” must not contain a whole number beyond 9007199254740991/);
  });

  it('drops unknown fields', () => {
    expect(checkInput(fields, { pipeline: 'x', surprise: 1 })).not.toHaveProperty('surprise');
  });
});

describe('describeField', () => {
  it('returns the label, the default and whether the field is required', () => {
    expect(describeField(fields.minutes)).toEqual({ label: 'Minutes', kind: 'integer', required: false, default: 5 });
    expect(describeField(fields.pipeline)).toMatchObject({ label: 'Pipeline', required: true });
  });

  it('returns metadata changed by withInfo, which does not change the check', () => {
    const changed = withInfo(fields.minutes, { label: 'Other' });
    expect(describeField(changed)).toEqual({ label: 'Other', kind: 'integer', required: false, default: 5 });
    expect(v.safeParse(changed, 0).success).toBe(false);
  });
});
