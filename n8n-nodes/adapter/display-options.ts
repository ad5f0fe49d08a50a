import type { IDisplayOptions, NodeParameterValue } from 'n8n-workflow';
import { describeField, type Field, type FieldMetadata, type Fields } from '../../shared/src/define/fields.ts';

/** When a property is shown: property names with the values that one of them must have. */
export type Shown = Record<string, NodeParameterValue[]>;

/** Where a property stands: among those of an operation, in its Options collection, or in the form of a connection. */
export type Place = 'node' | 'options' | 'credential';

/** `displayOptions` for a condition; none for an empty one. */
export function displayOptions(shown: Shown): { displayOptions?: IDisplayOptions } {
  return Object.keys(shown).length === 0 ? {} : { displayOptions: { show: shown } };
}

/**
 * The condition that a field adds, with those of the field on which it depends: n8n looks beside the property, and from
 * within a collection reaches the fields outside with a leading slash.
 */
export function shownWhen(info: FieldMetadata, fields: Fields, place: Place): Shown {
  if (!info.shownWhen) return {};
  const { field, is } = info.shownWhen;
  const ruling = describeField(fields[field] as Field);
  const path = place === 'options' && !ruling.advanced ? `/${field}` : field;
  return {
    ...shownWhen(ruling, fields, place),
    [path]: ruling.kind === 'boolean' ? is.map((word) => word === 'true') : [...is],
  };
}
