import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { describeField, type Fields } from './fields.ts';
import type { Values } from './operation.ts';

/** Whether a form left a field empty: platforms send an empty text, null or nothing. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/**
 * Checks what a person typed and gives it the types of the fields; empty fields take their defaults, unknown ones are left out.
 * @throws PipewrightError `bad-input` that names every field with what is wrong, by its label
 */
export function checkInput<F extends Fields>(fields: F, raw: Record<string, unknown>): Values<F> {
  const filled = Object.fromEntries(
    Object.keys(fields)
      .filter((name) => !isEmpty(raw[name]))
      .map((name) => [name, raw[name]]),
  );
  const result = v.safeParse(v.object(fields), filled);
  if (result.success) return result.output as Values<F>;
  const problems = new Map<string, string>();
  for (const issue of result.issues) {
    const name = String(issue.path?.[0]?.key ?? '');
    const field = fields[name];
    const label = field ? describeField(field).label : name;
    if (!problems.has(label)) problems.set(label, name in filled ? issue.message : 'is missing');
  }
  const said = [...problems].map(([label, problem]) => `“${label}” ${problem}`).join('; ');
  throw new PipewrightError({
    code: 'bad-input',
    message: `${said}.`,
    hint: 'Fill in the field and run the step again.',
  });
}
