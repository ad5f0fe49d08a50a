import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { DeclaredValues } from '../../shared/src/define/declared-values.ts';
import type { Option, ShownField } from '../../shared/src/define/fields.ts';
import { wordingFor } from '../../shared/src/host/wording.ts';
import { rowsProperty } from './rows-property.ts';
import { declaredMethod, formName, jsonName, modeName } from './names.ts';

/** How names and values are entered: not at all, in a field for each declared name, in rows, or as JSON. */
type Mode = 'none' | 'form' | 'rows' | 'json';

/** What n8n shows when there are no declared names. */
export function noneFound({ noun }: DeclaredValues): string {
  return `No ${noun.plural} were found. To enter names and values yourself, select another option above.`;
}

/** A resource mapper: one typed field, with its default, for each name that the vendor declares. */
function declaredForm(name: string, { label, help, declared }: ShownField): INodeProperties[] {
  if (!declared) return [];
  return [
    {
      displayName: label,
      name: formName(name),
      type: 'resourceMapper',
      noDataExpression: true,
      default: { mappingMode: 'defineBelow', value: null },
      typeOptions: {
        // n8n clears what was entered when one of these changes, so further fields are not among them.
        loadOptionsDependsOn: declared.needs.flatMap((field) => [field, `${field}.value`]),
        resourceMapper: {
          resourceMapperMethod: declaredMethod(declared),
          mode: 'add',
          valuesLabel: label,
          fieldWords: declared.noun,
          addAllFields: true,
          supportAutoMap: false,
          multiKeyMatch: false,
          noFieldsError: noneFound(declared),
        },
      },
      ...(help ? { description: help } : {}),
    },
  ];
}

/** How names and values are entered by default. */
export function defaultMode({ declared, whenEmpty }: Pick<ShownField, 'declared' | 'whenEmpty'>): Mode {
  return whenEmpty ? 'none' : declared ? 'form' : 'rows';
}

/** Names and values as rows, with the first ones of the field's placeholder as examples. @param texts help of the name and the value */
export function pairsProperty(
  name: string,
  info: ShownField,
  conditions: { displayOptions?: IDisplayOptions },
  texts: { name?: string; value?: string } = {},
): INodeProperties {
  const { label, pair, placeholder } = info;
  const example: Record<string, unknown> = JSON.parse(placeholder ?? '{}');
  const [[exampleName, exampleValue] = []] = Object.entries(example);
  const values: INodeProperties[] = [
    {
      displayName: pair?.name ?? 'Name',
      name: 'name',
      type: 'string',
      default: '',
      ...(exampleName ? { placeholder: `e.g. ${exampleName}` } : {}),
      ...(texts.name ? { description: texts.name } : {}),
    },
    {
      displayName: pair?.value ?? 'Value',
      name: 'value',
      ...valueShape(pair?.options, exampleValue),
      ...(texts.value ? { description: texts.value } : {}),
    },
  ];
  return rowsProperty(name, { ...info, noun: label.replace(/s$/, '') }, values, conditions);
}

/** The input of a value. @param example a value, which is the default if there are options to choose from */
function valueShape(
  options: readonly Option[] | undefined,
  example: unknown,
): Pick<INodeProperties, 'type' | 'default' | 'options' | 'placeholder'> {
  if (!options)
    return {
      type: 'string',
      default: '',
      ...(example === undefined ? {} : { placeholder: `e.g. ${String(example)}` }),
    };
  return {
    type: 'options',
    options: options.map(({ value, label }) => ({ name: wordingFor(label, 'n8n'), value })),
    default: (options.find(({ value }) => value === example) ?? options[0])?.value ?? '',
  };
}

/** The ways to enter the values, as options of n8n. */
function modesOf({ declared, whenEmpty }: ShownField): INodePropertyOptions[] {
  const modes: { name: string; value: Mode; description?: string }[] = [
    { name: 'Using Names and Values', value: 'rows' },
    { name: 'Using JSON', value: 'json' },
  ];
  if (declared) modes.unshift({ name: 'Using Fields Below', value: 'form' });
  if (whenEmpty) modes.unshift({ name: whenEmpty.label, value: 'none', description: whenEmpty.description });
  return modes;
}

const parameterTexts = {
  name: 'Name as it is declared; case-sensitive',
  value: 'Value as text; use an expression for a number, a boolean or a list',
};

/** Names and values, such as pipeline parameters: entered as one field per declared name, as rows, or as JSON. */
export function valuesProperties(
  name: string,
  info: ShownField,
  { displayOptions }: { displayOptions?: IDisplayOptions },
): INodeProperties[] {
  const { label, help, placeholder, whenEmpty, pair } = info;
  const mode = modeName(name);
  const inMode = (value: Mode): { displayOptions: IDisplayOptions } => ({
    displayOptions: { show: { ...displayOptions?.show, [mode]: [value] } },
  });
  const description = help ? { description: help } : {};
  return [
    {
      displayName: `Specify ${label}`,
      name: mode,
      type: 'options',
      noDataExpression: true,
      options: modesOf(info),
      default: defaultMode(info),
      ...(whenEmpty ? description : {}),
      ...(displayOptions ? { displayOptions } : {}),
    },
    ...declaredForm(name, info).map((property) => ({ ...property, ...inMode('form') })),
    pairsProperty(name, info, inMode('rows'), pair ? {} : parameterTexts),
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
