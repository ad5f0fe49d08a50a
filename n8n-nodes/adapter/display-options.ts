import type { IDisplayOptions, NodeParameterValue } from 'n8n-workflow';
import { describeField, type Field, type FieldMetadata, type Fields } from '../../shared/src/define/fields.ts';

/** When a property is shown: property names, each with its accepted values. */
export type Shown = Record<string, NodeParameterValue[]>;

/** Where a property is shown: in an operation's form, in its Options collection, in a row, or in a credential's form. */
export type Place = 'node' | 'options' | 'row' | 'credential';

/** `displayOptions` for a condition; an empty object for an empty condition. */
export function displayOptions(shown: Shown): { displayOptions?: IDisplayOptions } {
  return Object.keys(shown).length === 0 ? {} : { displayOptions: { show: shown } };
}

/**
 * The condition of a field, combined with the conditions of the field that it depends on. n8n resolves names relative to the
 * property; inside a collection, a leading slash refers to the form.
 */
export function shownWhen(info: FieldMetadata, fields: Fields, place: Place): Shown {
  if (!info.shownWhen) return {};
  const { field, is } = info.shownWhen;
  const controlling = describeField(fields[field] as Field);
  const path = place === 'options' && !controlling.advanced ? `/${field}` : field;
  return {
    ...shownWhen(controlling, fields, place),
    [path]: controlling.kind === 'boolean' ? is.map((word) => word === 'true') : [...is],
  };
}
