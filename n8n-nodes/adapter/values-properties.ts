import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import type { ShownField } from '../../shared/src/define/fields.ts';
import { declaredMethod, formName, jsonName, modeName } from './names.ts';

/** A field for each name that is declared at the vendor, of its type and with its default. */
function declaredForm(name: string, { label, help, declared }: ShownField): INodeProperties[] {
  if (!declared) return [];
  const word = label.toLowerCase();
  return [
    {
      displayName: label,
      name: formName(name),
      type: 'resourceMapper',
      noDataExpression: true,
      default: { mappingMode: 'defineBelow', value: null },
      typeOptions: {
        loadOptionsDependsOn: declared.needs.flatMap((field) => [field, `${field}.value`]),
        resourceMapper: {
          resourceMapperMethod: declaredMethod(declared),
          mode: 'add',
          valuesLabel: label,
          fieldWords: { singular: word.replace(/s$/, ''), plural: word },
          addAllFields: true,
          supportAutoMap: false,
          multiKeyMatch: false,
          noFieldsError: `It declares no ${word}, or they cannot be read: then choose another way above.`,
        },
      },
      ...(help ? { description: help } : {}),
    },
  ];
}

/** How names with values are given unless a person chooses otherwise. */
export function usualMode({ declared }: Pick<ShownField, 'declared'>): 'form' | 'rows' {
  return declared ? 'form' : 'rows';
}

/**
 * Names with values, such as the parameters of a pipeline: in a form where their names are declared, typed in rows by people,
 * or given as JSON by those who have it.
 */
export function valuesProperties(
  name: string,
  info: ShownField,
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
        ...(info.declared ? [{ name: 'Using One Field for Each', value: 'form' }] : []),
        { name: 'Using Names and Values', value: 'rows' },
        { name: 'Using JSON', value: 'json' },
      ],
      default: usualMode(info),
      ...(displayOptions ? { displayOptions } : {}),
    },
    ...declaredForm(name, info).map((property) => ({ ...property, ...inMode('form') })),
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
