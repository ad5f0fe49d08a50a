import type { InputField } from 'zapier-platform-core';
import { filterHelp } from '../../shared/src/define/filter.ts';
import type { Fields } from '../../shared/src/define/fields.ts';
import { isObject } from '../../shared/src/host/is-object.ts';
import { asMarkdown } from './markdown.ts';

/** Maximum length of an example value in a help text. */
const maxLength = 40;

/** Outputs that every event has, or that say nothing about what happened. */
const unsuitable = new Set(['id', 'eventId', 'service', 'verified', 'matchedSecret']);

/** Conditions for the short texts of a sample, also of its nested values: `container = bordereaux`, `body.type = invoice`. */
function equalities(values: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (isObject(value) && prefix === '') return equalities(value, `${name}.`);
    const isShort = typeof value === 'string' && /^[\w .-]+$/.test(value) && value.length <= maxLength;
    return isShort && /^[\w-]+$/.test(name) && !name.endsWith('At') ? [`${prefix}${name} = ${value}`] : [];
  });
}

/**
 * The input fields of a trigger, with conditions in the help of its filter that its events can meet: `status = failed` where they
 * have a status, otherwise the first short text of its sample.
 * @param output the outputs of the trigger, and their values in its sample
 */
export function withFilterExample(
  fields: InputField[],
  { output, sample }: { output: Fields; sample: Record<string, unknown> },
): InputField[] {
  const suitable = Object.keys(output).filter((name) => !unsuitable.has(name));
  const found = equalities(Object.fromEntries(suitable.map((name) => [name, sample[name]])));
  const equality = suitable.includes('status')
    ? 'status = failed'
    : (found.find((one) => !/^\w*Id =/.test(one)) ?? found[0]);
  const other = [...suitable, ...Object.keys(output)].find((name) => name !== equality?.split(/[ .]/)[0]);
  if (equality === undefined || other === undefined) return fields;
  const example = { placeholder: equality, helpText: asMarkdown(filterHelp(equality, `${other} exists`)) };
  return fields.map((field) =>
    typeof field !== 'function' && field.key === 'filter' ? { ...field, ...example } : field,
  );
}
