import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describeFieldOn, type Field, type ShownField, type Fields } from '../../shared/src/define/fields.ts';
import { displayOptions, shownWhen, type Place, type Shown } from './display-options.ts';
import { listMethod } from './names.ts';
import { resourceLocator } from './resource-locator.ts';
import { rowsProperty } from './rows-property.ts';
import { pairsProperty, valuesProperties } from './values-properties.ts';

type Shape = Pick<INodeProperties, 'type' | 'default' | 'typeOptions' | 'options' | 'modes'>;

function optionShape({ options = [], default: initial, required }: ShownField): Shape {
  const entries: INodePropertyOptions[] = options.map(({ value, label, description }) => ({
    name: label,
    value,
    ...(description ? { description } : {}),
  }));
  if (initial === undefined && !required)
    return { type: 'options', options: [{ name: 'Not Set', value: '' }, ...entries], default: '' };
  // Without a default, n8n asks the user to choose.
  return { type: 'options', options: entries, default: (initial ?? '') as string };
}

function listShape({ choices }: ShownField): Shape {
  if (!choices) return { type: 'string', default: '', typeOptions: { rows: 3 } };
  const needs = choices.needs ?? [];
  return {
    type: 'multiOptions',
    default: [],
    typeOptions: {
      loadOptionsMethod: listMethod(choices),
      ...(needs.length > 0 ? { loadOptionsDependsOn: [...needs] } : {}),
    },
  };
}

/** The n8n parameter for a field, by its kind. */
function shapeOf(info: ShownField, place: Place): Shape {
  const initial = info.default;
  switch (info.kind) {
    case 'text':
      if (place !== 'credential' && (info.choices || info.idFromUrl)) return resourceLocator(info);
      return {
        type: 'string',
        default: typeof initial === 'string' ? initial : '',
        ...(info.secret ? { typeOptions: { password: true } } : info.multiline ? { typeOptions: { rows: 4 } } : {}),
      };
    case 'integer':
      return { type: 'number', default: typeof initial === 'number' ? initial : '' };
    case 'boolean':
      return { type: 'boolean', default: initial === true };
    case 'option':
      return optionShape(info);
    case 'list':
      return listShape(info);
    case 'json':
    case 'rows':
    case 'values':
      return { type: 'json', default: info.wholeItem ? '={{ $json }}' : '', typeOptions: { rows: 4 } };
    case 'file':
      return { type: 'string', default: 'data' };
    case 'date-time':
      return { type: 'dateTime', default: '' };
    default:
      return info.kind satisfies never;
  }
}

/** The help of a field, with the sentence that n8n's linter requires for a multi-select. */
function descriptionOf({ kind, help, choices }: ShownField): string | undefined {
  if (kind === 'list' && choices) {
    const ways =
      'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';
    return [help, ways].filter(Boolean).join(' ');
  }
  return help;
}

/**
 * The properties for one field: one, or several for names and values, which can be entered as rows or as JSON.
 * @param shown the condition under which the field's operation is shown
 */
export function fieldProperties(
  name: string,
  field: Field,
  fields: Fields,
  shown: Shown,
  place: Place,
): INodeProperties[] {
  const info = describeFieldOn('n8n', field);
  const conditions = displayOptions({ ...shown, ...shownWhen(info, fields, place) });
  if (info.kind === 'values' && place === 'node') return valuesProperties(name, info, conditions);
  if (info.kind === 'values' && place === 'options') return [pairsProperty(name, info, conditions)];
  if (info.kind === 'rows') {
    const { row = {} } = info;
    const values = Object.entries(row).flatMap(([key, own]) => fieldProperties(key, own, row, {}, 'row'));
    return [rowsProperty(name, info, values, conditions)];
  }
  const shape = shapeOf(info, place);
  const description = descriptionOf(info);
  const isFile = info.kind === 'file';
  const hint = isFile ? 'The name of the input binary field containing the file to use' : hintOf(info, place);
  const property: INodeProperties = {
    displayName: isFile ? 'Input Binary Field' : info.label,
    name,
    ...shape,
    ...(info.required ? { required: true } : {}),
    ...(description ? { description } : {}),
    ...(hint ? { hint } : {}),
    ...(info.placeholder && shape.type !== 'resourceLocator' && shape.type !== 'multiOptions'
      ? { placeholder: `e.g. ${info.placeholder}` }
      : {}),
    ...conditions,
  };
  return withExamples(property, info);
}

/** The longest hint that n8n's review accepts, in characters. */
const longestHint = 120;

/**
 * What is shown below a field of a node, because it decides whether and how the field is filled in: that a list has one entry per
 * line, and what an empty field means. The rest of the help is a tooltip.
 */
function hintOf({ kind, help = '', choices }: ShownField, place: Place): string | undefined {
  if (place !== 'node' || choices) return undefined;
  const [, empty] = /\b(Leave empty [^.]*)\.$/.exec(help) ?? [];
  const hints = [kind === 'list' ? 'One per line' : undefined, empty].filter((hint) => hint !== undefined);
  const hint = hints.join('. ');
  return hint !== '' && hint.length <= longestHint ? hint : undefined;
}

/** One property for each value of another field with which an example differs; n8n shows the one whose condition is met. */
function withExamples(property: INodeProperties, { examples, shownWhen }: ShownField): INodeProperties[] {
  if (!examples || !shownWhen) return [property];
  const { field, is } = shownWhen;
  return is.map((value): INodeProperties => {
    const example = examples[value];
    return {
      ...property,
      ...(example ? { hint: example.help.replace(/\.$/, ''), placeholder: `e.g. ${example.placeholder}` } : {}),
      displayOptions: { show: { ...property.displayOptions?.show, [field]: [value] } },
    };
  });
}
