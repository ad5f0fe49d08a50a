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

/** Converts `durationSeconds` to `Duration Seconds`. */
function humanise(name: string): string {
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
  const type = types[kind];
  const isList = kind === 'list' || (kind === 'json' && Array.isArray(sample));
  return { key: name, label, ...(type ? { type } : {}), ...(isList ? { list: true } : {}) };
}

/** The output fields of an operation: labels and types, and the columns of lists. */
export function outputFieldsOf(fields: Fields, sample: Record<string, unknown>): PlainOutputField[] {
  return Object.entries(fields).map(([name, field]) => outputField(name, field, sample[name]));
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
