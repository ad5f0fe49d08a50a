import type { INodeProperties } from 'n8n-workflow';
import { describeField, type Field, type Fields } from '../../shared/src/define/fields.ts';
import { displayOptions, type Shown } from './display-options.ts';
import { fieldProperties } from './property.ts';

/** The name of the collection that holds what is rarely needed. */
export const optionsName = 'options';

/** The fields that are offered in n8n, with their names. */
export function offeredFields(fields: Fields): [string, Field][] {
  return Object.entries(fields).filter(([, field]) => describeField(field).notOn?.n8n === undefined);
}

/**
 * The form of an operation or trigger: its fields, and after them a collection of those that are rarely needed.
 * @param more further entries of that collection which belong to n8n
 */
export function describeForm(fields: Fields, shown: Shown, more: INodeProperties[] = []): INodeProperties[] {
  const offered = offeredFields(fields);
  const usual = offered.filter(([, field]) => !describeField(field).advanced);
  const advanced = offered.filter(([, field]) => describeField(field).advanced);
  const options = [
    ...advanced.flatMap(([name, field]) => fieldProperties(name, field, fields, {}, 'options')),
    ...more,
  ];
  const properties = usual.flatMap(([name, field]) => fieldProperties(name, field, fields, shown, 'node'));
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
