import type { INodeProperties } from 'n8n-workflow';
import type { Connection } from '../../shared/src/define/connection.ts';
import { describeField } from '../../shared/src/define/fields.ts';
import { offeredFields } from './form.ts';
import { fieldProperties } from './property.ts';

/** The form of a connection: a notice on where to find the values, the fields, and the advanced fields last. */
export function describeCredential(connection: Connection): INodeProperties[] {
  const offered = offeredFields(connection.fields);
  const ordered = [
    ...offered.filter(([, field]) => !describeField(field).advanced),
    ...offered.filter(([, field]) => describeField(field).advanced),
  ];
  return [
    { displayName: connection.description, name: 'notice', type: 'notice', default: '' },
    ...ordered.flatMap(([name, field]) => fieldProperties(name, field, connection.fields, {}, 'credential')),
  ];
}
