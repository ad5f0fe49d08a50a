import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { describeField, type Fields } from './fields.ts';
import type { RawInput } from './raw-input.ts';

/** The checked values of some fields. */
export type Values<F extends Fields> = v.InferOutput<v.ObjectSchema<F, undefined>>;

/** Whether a form field was left empty: platforms send an empty string, null or undefined. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/**
 * Checks raw input and converts it to the types of the fields. Empty fields get their defaults; unknown fields are dropped.
 * Checking is not idempotent (for example, an ID is extracted from a URL), so raw input is checked exactly once.
 * @throws PipewrightError `invalid-input` that names every invalid field by its label
 */
export function checkInput<F extends Fields>(fields: F, raw: RawInput): Values<F> {
  const filled = Object.fromEntries(
    Object.keys(fields)
      .filter((name) => !isEmpty(raw[name]))
      .map((name) => [name, raw[name]]),
  );
  const result = v.safeParse(v.object(fields), filled);
  if (result.success) return result.output;
  const problems = new Map<string, string>();
  for (const issue of result.issues) {
    const name = String(issue.path?.[0]?.key ?? '');
    const field = fields[name];
    const label = field ? describeField(field).label : name;
    if (!problems.has(label)) problems.set(label, name in filled ? issue.message : 'is missing');
  }
  const message = [...problems].map(([label, problem]) => `“${label}” ${problem}`).join('; ');
  throw new PipewrightError({
    code: 'invalid-input',
    message: `${message}.`,
    hint: problems.size > 1 ? 'Correct the fields and try again.' : 'Correct the field and try again.',
  });
}

/**
 * Creates a check that runs once per raw input object: several functions of a trigger read the same input for a delivery.
 * The raw input must not change after its first check.
 */
export function inputChecker<F extends Fields>(fields: F): (raw: RawInput) => Values<F> {
  const checked = new WeakMap<RawInput, Values<F>>();
  return (raw) => {
    const known = checked.get(raw);
    if (known) return known;
    const values = checkInput(fields, raw);
    checked.set(raw, values);
    return values;
  };
}
