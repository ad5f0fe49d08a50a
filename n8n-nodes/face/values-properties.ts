import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import type { FieldMetadata } from '../../shared/src/operations/fields.ts';
import { jsonName, modeName } from './names.ts';

/**
 * Names with values, such as the parameters of a pipeline: typed in rows by people, or given as JSON by those who have
 * it.
 */
export function valuesProperties(
  name: string,
  info: FieldMetadata,
  { displayOptions }: { displayOptions?: IDisplayOptions },
): INodeProperties[] {
  const { label, help, placeholder } = info;
  const mode = modeName(name);
  const inMode = (value: string): { displayOptions: IDisplayOptions } => ({
    displayOptions: { show: { ...displayOptions?.show, [mode]: [value] } },
  });
  const description = help ? { description: help } : {};
  return [
    {
      displayName: `Specify ${label}`,
      name: mode,
      type: 'options',
      noDataExpression: true,
      options: [
        { name: 'Using Fields Below', value: 'rows' },
        { name: 'Using JSON', value: 'json' },
      ],
      default: 'rows',
      ...(displayOptions ? { displayOptions } : {}),
    },
    {
      displayName: label,
      name,
      type: 'fixedCollection',
      typeOptions: { multipleValues: true, multipleValueButtonText: 'Add a Row' },
      placeholder: 'Add a Row',
      default: {},
      options: [
        {
          displayName: label,
          name: 'rows',
          values: [
            {
              displayName: 'Name',
              name: 'name',
              type: 'string',
              default: '',
              description: 'The name, in the same upper and lower case as there',
            },
            {
              displayName: 'Value',
              name: 'value',
              type: 'string',
              default: '',
              description: 'The value; use an expression for a number, a list or yes and no',
            },
          ],
        },
      ],
      ...description,
      ...inMode('rows'),
    },
    {
      displayName: label,
      name: jsonName(name),
      type: 'json',
      default: '',
      ...(placeholder ? { placeholder: `e.g. ${placeholder}` } : {}),
      ...description,
      ...inMode('json'),
    },
  ];
}
