import { PipewrightError } from '../../shared/src/host/error.ts';
import { isObject } from '../../shared/src/host/is-object.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import { describeField, type FieldMetadata, type Fields } from '../../shared/src/define/fields.ts';
import { isOption, offeredFields, optionsName } from './form.ts';
import { formName, jsonName, modeName } from './names.ts';
import { defaultMode } from './values-properties.ts';

/** Reads a parameter of the node; `fallback` is its value while it is hidden. */
export type ReadParameter = (name: string, fallback: unknown) => unknown;

/** The value in a resource locator; any other value unchanged. */
function unwrap(value: unknown): unknown {
  return isObject(value) && '__rl' in value ? value['value'] : value;
}

/**
 * Rows of names and values as an object, without rows that have no name.
 * @throws PipewrightError `invalid-input` for a name that has two values
 */
function readRows(value: unknown, { label, pair }: FieldMetadata): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  const rows = Array.isArray(value['rows']) ? value['rows'].filter(isObject) : [];
  const named = rows.filter((row) => row['name'] !== undefined && row['name'] !== '');
  const names = named.map((row) => String(row['name']));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw new PipewrightError({
      code: 'invalid-input',
      message: `Two rows of ${label} have the ${pair?.name ?? 'name'} “${twice}”.`,
      hint: 'Remove one of them.',
    });
  return named.length === 0 ? undefined : Object.fromEntries(named.map((row) => [String(row['name']), row['value']]));
}

/** The rows of a collection; a value that is not a collection, such as text from an expression, unchanged. */
function readCollection(value: unknown): unknown {
  if (!isObject(value)) return value;
  const rows: unknown = value['rows'];
  return Array.isArray(rows) && rows.length > 0 ? rows : undefined;
}

/** A timestamp as ISO 8601 text: an expression may return a Luxon DateTime. */
function parseTimestamp(value: unknown): unknown {
  return isObject(value) && typeof value['toISO'] === 'function'
    ? (value['toISO'] as () => unknown).call(value)
    : value;
}

/** The values in a resource mapper; empty ones are omitted, so that the vendor applies its defaults. */
function readForm(value: unknown): Record<string, unknown> | undefined {
  const filled = isObject(value) && isObject(value['value']) ? Object.entries(value['value']) : [];
  const values = filled.filter(([, entry]) => entry !== null && entry !== undefined && entry !== '');
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

function readValues(name: string, info: FieldMetadata, read: ReadParameter): unknown {
  const mode = read(modeName(name), defaultMode(info));
  if (mode === 'none') return undefined;
  if (mode === 'json') return read(jsonName(name), '');
  return mode === 'form' ? readForm(read(formName(name), {})) : readRows(read(name, ''), info);
}

function readField(name: string, info: FieldMetadata, read: ReadParameter): unknown {
  const { kind } = info;
  if (kind === 'values') return readValues(name, info, read);
  const value = unwrap(read(name, ''));
  if (kind === 'rows') return readCollection(value);
  if (kind === 'date-time') return parseTimestamp(value);
  // An empty list means that nothing was selected.
  if (kind === 'list' && Array.isArray(value) && value.length === 0) return undefined;
  return value;
}

/** The raw input for the fields; advanced fields are read from the Options collection. */
export function readParameters(fields: Fields, read: ReadParameter): RawInput {
  const collection = read(optionsName, {});
  const options = isObject(collection) ? collection : {};
  const fromOptions: ReadParameter = (name, fallback) => options[name] ?? fallback;
  return Object.fromEntries(
    offeredFields(fields).map(([name, field]) => {
      const info = describeField(field);
      if (!isOption(field)) return [name, readField(name, info, read)];
      return [
        name,
        info.kind === 'values' ? readRows(fromOptions(name, ''), info) : readField(name, info, fromOptions),
      ];
    }),
  );
}
