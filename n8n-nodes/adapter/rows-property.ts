import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import type { ShownField } from '../../shared/src/define/fields.ts';

/**
 * A list of rows, such as rules: a collection with the fields of a row.
 * @param values the properties of a row
 */
export function rowsProperty(
  name: string,
  { label, help, required, noun = 'Row' }: ShownField,
  values: INodeProperties[],
  conditions: { displayOptions?: IDisplayOptions },
): INodeProperties {
  return {
    displayName: label,
    name,
    type: 'fixedCollection',
    typeOptions: { multipleValues: true, multipleValueButtonText: `Add ${noun}` },
    placeholder: `Add ${noun}`,
    default: {},
    options: [{ displayName: noun, name: 'rows', values }],
    ...(required ? { required } : {}),
    ...(help ? { description: help } : {}),
    ...conditions,
  };
}
