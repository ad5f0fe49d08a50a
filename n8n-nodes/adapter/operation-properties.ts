import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describeField } from '../../shared/src/define/fields.ts';
import type { Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { describeForm } from './form.ts';
import { actionText, resourceValue } from './names.ts';

/** The option for the binary field of a downloaded file. */
export const outputFieldName = 'outputBinaryField';

const outputField: INodeProperties = {
  displayName: 'Put Output File in Field',
  name: outputFieldName,
  type: 'string',
  default: 'data',
  placeholder: 'e.g. data',
  hint: 'The name of the output binary field to put the file in',
};

/** The parameter that simplifies the output. */
export const simplifyName = 'simplify';

/** Shown after the fields of an operation with a simple output. */
function simplifyProperty({ resource, key }: Operation): INodeProperties {
  return {
    displayName: 'Simplify',
    name: simplifyName,
    type: 'boolean',
    default: true,
    description: 'Whether to return a simplified version of the response instead of the raw data',
    displayOptions: { show: { resource: [resourceValue(resource)], operation: [key] } },
  };
}

function resourceProperty(resources: string[]): INodeProperties {
  const options = resources.map((name): INodePropertyOptions => ({ name, value: resourceValue(name) }));
  const [only] = options;
  // n8n's node panel lists the actions of each option, also of a hidden one; without options, it would list none.
  if (only && options.length === 1)
    return { displayName: 'Resource', name: 'resource', type: 'hidden', options, default: only.value };
  return {
    displayName: 'Resource',
    name: 'resource',
    type: 'options',
    noDataExpression: true,
    options,
    default: options[0]?.value ?? '',
  };
}

function operationProperty(resource: string, operations: readonly Operation[]): INodeProperties {
  const options = operations.map(
    ({ key, name, description }): INodePropertyOptions => ({ name, value: key, description, action: actionText(name) }),
  );
  return {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: [resourceValue(resource)] } },
    options: options.sort((a, b) => a.name.localeCompare(b.name)),
    default: operations[0]?.key ?? '',
  };
}

/** Whether an operation outputs a file. */
export function outputsFile(operation: Operation): boolean {
  return Object.values(operation.output).some((field) => describeField(field).kind === 'file');
}

/** All properties of a service's node: resource, operation and the form of each operation. */
export function describeProperties(service: Service): INodeProperties[] {
  const { operations } = service;
  const resources = [...new Set(operations.map(({ resource }) => resource))];
  return [
    resourceProperty(resources),
    ...resources.map((resource) =>
      operationProperty(
        resource,
        operations.filter((operation) => operation.resource === resource),
      ),
    ),
    ...operations.flatMap((operation) => [
      ...describeForm(
        operation.input,
        { resource: [resourceValue(operation.resource)], operation: [operation.key] },
        outputsFile(operation) ? [outputField] : [],
      ),
      ...(operation.simple ? [simplifyProperty(operation)] : []),
    ]),
  ];
}
