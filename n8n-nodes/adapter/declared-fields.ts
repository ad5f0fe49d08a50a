import type { FieldType, ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';
import type { DeclaredType, DeclaredValue, DeclaredValues } from '../../shared/src/define/declared-values.ts';
import { describeField, type Fields } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { OperatorOptions } from './host.ts';
import { asLiteral } from './as-literal.ts';
import { noneFound } from './values-properties.ts';
import { queryVendor } from './query-vendor.ts';

/** The declared values of a service, each with the fields of its form. */
export function declaredOf(service: Service): { declared: DeclaredValues; fields: Fields }[] {
  return service.operations.flatMap(({ input }) =>
    Object.values(input).flatMap((field) => {
      const { declared } = describeField(field);
      return declared ? [{ declared, fields: input }] : [];
    }),
  );
}

/** n8n's field type for each declared type. */
const types: Record<DeclaredType, FieldType> = {
  text: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  list: 'array',
  values: 'object',
};

/** Whether a list or an object may stay empty: n8n's JSON editor marks an empty value as an error, so it is entered as text. */
const isOptionalJson = (type: DeclaredType, required: boolean, initial: unknown): boolean =>
  (type === 'list' || type === 'values') && !required && (initial === undefined || initial === null);

/** Names that n8n drops from the value of a form, so that it cannot offer them. */
const dropped: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** The names that the vendor declares, as form fields. Lists and objects are entered as JSON. */
export async function declaredFields(
  context: ILoadOptionsFunctions,
  service: Service,
  declared: DeclaredValues,
  fields: Fields,
  operatorOptions: OperatorOptions,
): Promise<ResourceMapperFields> {
  const found = await queryVendor<DeclaredValue[]>(context, {
    service,
    fields,
    needs: declared.needs,
    empty: [],
    operatorOptions,
    load: (input, operationContext) => declared.load(input, operationContext),
  });
  const offered = found.filter(({ name }) => !dropped.includes(name));
  return {
    fields: offered.map(formField),
    ...(offered.length === 0 ? { emptyFieldsNotice: noneFound(declared) } : {}),
  };
}

function defaultOf(initial: unknown): string {
  return typeof initial === 'string'
    ? asLiteral(initial)
    : typeof initial === 'object'
      ? JSON.stringify(initial)
      : (initial as string);
}

function formField({ name, type, required, default: initial, choices }: DeclaredValue): ResourceMapperField {
  const asText = isOptionalJson(type, required, initial);
  return {
    id: name,
    displayName: asText ? `${name} (JSON)` : name,
    required,
    defaultMatch: false,
    display: true,
    canBeUsedToMatch: false,
    ...(choices
      ? { type: 'options', options: choices.map((choice) => ({ name: choice, value: asLiteral(choice) })) }
      : { type: asText ? 'string' : types[type] }),
    ...(initial === undefined || initial === null ? {} : { defaultValue: defaultOf(initial) }),
  };
}
