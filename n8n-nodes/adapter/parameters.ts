import { describeField, type FieldMetadata, type Fields } from '../../shared/src/define/fields.ts';
import { offeredFields, optionsName } from './form.ts';
import { formName, jsonName, modeName } from './names.ts';
import { usualMode } from './values-properties.ts';

/** Reads a parameter of the node; `fallback` is what it gives while the parameter is not shown. */
export type ReadParameter = (name: string, fallback: unknown) => unknown;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands in a resource locator; any other value as it is. */
function unwrap(value: unknown): unknown {
  return isObject(value) && '__rl' in value ? value['value'] : value;
}

/** Rows of names with values as an object; a row without a name is left out. */
function readRows(value: unknown): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  const rows = Array.isArray(value['rows']) ? (value['rows'] as { name?: unknown; value?: unknown }[]) : [];
  const named = rows.filter(({ name }) => name !== undefined && name !== '');
  return named.length === 0 ? undefined : Object.fromEntries(named.map(({ name, value: own }) => [String(name), own]));
}

/** A moment as ISO text: an expression may give an object of luxon. */
function parseTimestamp(value: unknown): unknown {
  return isObject(value) && typeof value['toISO'] === 'function'
    ? (value['toISO'] as () => unknown).call(value)
    : value;
}

/** What was filled in of the form of declared names; what was left empty keeps its default there. */
function readForm(value: unknown): Record<string, unknown> | undefined {
  const filled = isObject(value) && isObject(value['value']) ? Object.entries(value['value']) : [];
  const given = filled.filter(([, own]) => own !== null && own !== undefined && own !== '');
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function readValues(name: string, info: FieldMetadata, read: ReadParameter): unknown {
  const mode = read(modeName(name), usualMode(info));
  if (mode === 'json') return read(jsonName(name), '');
  return mode === 'form' ? readForm(read(formName(name), {})) : readRows(read(name, ''));
}

function readField(name: string, info: FieldMetadata, read: ReadParameter): unknown {
  const { kind } = info;
  if (kind === 'values') return readValues(name, info, read);
  const value = unwrap(read(name, ''));
  if (kind === 'date-time') return parseTimestamp(value);
  // An empty list of a form means that nothing was chosen.
  if (kind === 'list' && Array.isArray(value) && value.length === 0) return undefined;
  return value;
}

/** What was filled in for some fields, unchecked: what is rarely needed stands in the Options collection. */
export function readParameters(fields: Fields, read: ReadParameter): Record<string, unknown> {
  const collection = read(optionsName, {});
  const options = isObject(collection) ? collection : {};
  const fromOptions: ReadParameter = (name, fallback) => options[name] ?? fallback;
  return Object.fromEntries(
    offeredFields(fields).map(([name, field]) => {
      const info = describeField(field);
      if (!info.advanced) return [name, readField(name, info, read)];
      return [name, info.kind === 'values' ? unwrap(fromOptions(name, '')) : readField(name, info, fromOptions)];
    }),
  );
}
