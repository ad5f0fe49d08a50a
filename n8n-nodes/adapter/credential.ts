import type { INodeProperties } from 'n8n-workflow';
import type { Connection } from '../../shared/src/define/connection.ts';
import { describeField } from '../../shared/src/define/fields.ts';
import { offeredFields } from './form.ts';
import { fieldProperties } from './property.ts';

/** The form of a connection, what is rarely needed last, under a notice that says where the values come from. */
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
