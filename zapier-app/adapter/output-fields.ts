import type { PlainOutputField } from 'zapier-platform-core';
import { describeField, text, type Field, type FieldKind, type Fields } from '../../shared/src/define/fields.ts';
import { isObject } from '../../shared/src/host/is-object.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/** Zapier's type for each kind. `number` allows fractional durations. Names and values and JSON get their types from the sample. */
const types: Partial<Record<FieldKind, PlainOutputField['type']>> = {
  text: 'string',
  integer: 'number',
  boolean: 'boolean',
  option: 'string',
  list: 'string',
  file: 'file',
  'date-time': 'datetime',
};

/** Labels by name: most lists of an app have columns of the same names. */
const labels = new Map<string, string>();

/** Converts `durationSeconds` to `Duration Seconds`. */
function humanise(name: string): string {
  const known = labels.get(name);
  if (known !== undefined) return known;
  const label = toLabel(name);
  labels.set(name, label);
  return label;
}

function toLabel(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim();
  return words
    .replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/\bId\b/g, 'ID')
    .replace(/\bUrl\b/g, 'URL');
}

function typeOf(value: unknown): Pick<PlainOutputField, 'type'> {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string')
    return { type: typeof value as 'string' };
  return {};
}

/** The columns of a list of objects, which Zapier turns into line items. */
function columnsOf(sample: unknown): Record<string, unknown> | undefined {
  if (!Array.isArray(sample)) return undefined;
  const rows = sample.filter(isObject);
  return rows.length > 0 && rows.length === sample.length ? Object.assign({}, ...rows) : undefined;
}

function outputField(name: string, field: Field, sample: unknown): PlainOutputField {
  const { label, kind } = describeField(field);
  const columns = kind === 'json' ? columnsOf(sample) : undefined;
  if (columns)
    return {
      key: name,
      label,
      children: Object.entries(columns).map(([key, value]) => ({ key, label: humanise(key), ...typeOf(value) })),
    };
  const isTime = kind === 'text' && name.endsWith('At') && !Number.isNaN(Date.parse(String(sample)));
  const type = isTime ? 'datetime' : types[kind];
  const isList = kind === 'list' || (kind === 'json' && Array.isArray(sample));
  return { key: name, label, ...(type ? { type } : {}), ...(isList ? { list: true } : {}) };
}

/**
 * The entries of names and values, with labels that contain the name of the whole.
 * A double underscore separates the levels of a nested value.
 */
function entriesOf(name: string, field: Field, sample: unknown): PlainOutputField[] {
  const { label, kind } = describeField(field);
  if (kind !== 'values' || !isObject(sample)) return [];
  return Object.entries(sample).map(([key, value]) => ({
    key: `${name}__${key}`,
    label: `${label}: ${humanise(key)}`,
    ...typeOf(value),
  }));
}

/** Maximum length of a JSON text among the outputs; longer ones are left out, because Zapier limits the whole output to 6 MB. */
const maxJsonLength = 500_000;

/** Names of the outputs with nested values. */
const nestedOutputs = (fields: Fields): string[] =>
  Object.keys(fields).filter((name) => ['json', 'values'].includes(describeField(fields[name] as Field).kind));

/** Whether an output is a whole run, which other steps take as one value. */
const isRun = (fields: Fields): boolean => 'status' in fields && 'steps' in fields && 'parameters' in fields;

const jsonKey = (name: string): string => `${name}Json`;

/**
 * Adds each nested output as JSON text, and a run as a whole. Zapier turns nested values into line items, which cannot be mapped
 * to a field that takes JSON.
 */
export function withJsonTexts(fields: Fields, output: Record<string, unknown>): Record<string, unknown> {
  const wholes: [string, unknown][] = nestedOutputs(fields).map((name) => [name, output[name]]);
  if (isRun(fields)) wholes.push(['run', output]);
  const texts = wholes.flatMap(([name, value]) => {
    const json = value === undefined || value === null ? '' : JSON.stringify(value);
    return json === '' || json.length > maxJsonLength ? [] : [[jsonKey(name), json] as const];
  });
  return { ...output, ...Object.fromEntries(texts) };
}

/**
 * The output fields of an operation: labels and types, the columns of lists, and JSON texts. Operations with the same fields and
 * sample share them, because Zapier's core copies the definition for every call, and a shared part only once.
 */
export const outputFieldsOf = shared(readOutputFields);

/** The sample of an operation with its JSON texts; shared like `outputFieldsOf`. */
export const sampleOf = shared(withJsonTexts);

/** Calls a function of fields and a sample once for each pair of them. */
function shared<T>(read: (fields: Fields, sample: Record<string, unknown>) => T): typeof read {
  const known = new WeakMap<Fields, WeakMap<Record<string, unknown>, T>>();
  return (fields, sample) => {
    const bySample = known.get(fields) ?? new WeakMap<Record<string, unknown>, T>();
    known.set(fields, bySample);
    const result = bySample.get(sample) ?? read(fields, sample);
    bySample.set(sample, result);
    return result;
  };
}

function readOutputFields(fields: Fields, sample: Record<string, unknown>): PlainOutputField[] {
  const text = (name: string, label: string): PlainOutputField => ({
    key: jsonKey(name),
    label: `${label} (JSON)`,
    type: 'string',
  });
  return [
    ...Object.entries(fields).flatMap(([name, field]) => [
      outputField(name, field, sample[name]),
      ...entriesOf(name, field, sample[name]),
    ]),
    ...nestedOutputs(fields).map((name) => text(name, describeField(fields[name] as Field).label)),
    ...(isRun(fields) ? [text('run', 'Run')] : []),
  ];
}

/** The output of a trigger with the `id` that Zapier uses to detect repeats. Triggers without an `id` output get the event's `id`. */
export function identified({ output, sample }: Pick<Trigger, 'output' | 'sample'>): {
  output: Fields;
  sample: Record<string, unknown>;
} {
  if ('id' in output) return { output, sample };
  const id = Object.values(sample).find((value) => typeof value === 'string');
  return { output: { id: text({ label: 'ID' }), ...output }, sample: { id, ...sample } };
}
