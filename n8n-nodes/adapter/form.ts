import type { INodeProperties } from 'n8n-workflow';
import { describeField, type Field, type Fields } from '../../shared/src/define/fields.ts';
import { displayOptions, type Shown } from './display-options.ts';
import { fieldProperties } from './property.ts';

/** The name of the collection of advanced fields. */
export const optionsName = 'options';

/** The fields that n8n shows, with their names. */
export function offeredFields(fields: Fields): [string, Field][] {
  return Object.entries(fields).filter(([, field]) => describeField(field).notOn?.n8n === undefined);
}

/** Whether a field belongs to the collection of options, which cannot contain the form of declared names. */
export function isOption(field: Field): boolean {
  const { advanced = false, declared } = describeField(field);
  return advanced && declared === undefined;
}

/**
 * The form of an operation or trigger: its fields, followed by a collection of the advanced ones in alphabetical order.
 * @param more n8n-only entries for that collection
 */
export function describeForm(fields: Fields, shown: Shown, more: INodeProperties[] = []): INodeProperties[] {
  const offered = offeredFields(fields);
  const basic = offered.filter(([, field]) => !isOption(field));
  const advanced = offered.filter(([, field]) => isOption(field));
  const options = [
    ...advanced.flatMap(([name, field]) => fieldProperties(name, field, fields, {}, 'options')),
    ...more,
  ].sort((a, b) => a.displayName.localeCompare(b.displayName));
  const properties = basic.flatMap(([name, field]) => fieldProperties(name, field, fields, shown, 'node'));
  if (options.length === 0) return properties;
  return [
    ...properties,
    {
      displayName: 'Options',
      name: optionsName,
      type: 'collection',
      placeholder: 'Add Option',
      default: {},
      options,
      ...displayOptions(shown),
    },
  ];
}
