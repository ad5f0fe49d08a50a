import type { FieldType, ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';
import type { DeclaredType, DeclaredValue, DeclaredValues } from '../../shared/src/define/declared-values.ts';
import { describeField, type Fields } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { askVendor } from './ask-vendor.ts';

/** The names that fields of a service declare, with the fields among which each stands. */
export function declaredOf(service: Service): { declared: DeclaredValues; fields: Fields }[] {
  return service.operations.flatMap(({ input }) =>
    Object.values(input).flatMap((field) => {
      const { declared } = describeField(field);
      return declared ? [{ declared, fields: input }] : [];
    }),
  );
}

/** How n8n asks for a value of each kind. */
const types: Record<DeclaredType, FieldType> = {
  text: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  list: 'array',
  values: 'object',
};

/** The names that are declared at the vendor as fields of a form; n8n shows lists and objects as JSON. */
export async function declaredFields(
  context: ILoadOptionsFunctions,
  service: Service,
  declared: DeclaredValues,
  fields: Fields,
): Promise<ResourceMapperFields> {
  const found = await askVendor<DeclaredValue[]>(context, service, fields, declared.needs, [], (input, lent) =>
    declared.load(input, lent),
  );
  return {
    fields: found.map(({ name, type, required, default: initial }) => ({
      id: name,
      displayName: name,
      required,
      defaultMatch: false,
      display: true,
      canBeUsedToMatch: false,
      type: types[type],
      ...(initial === undefined || initial === null
        ? {}
        : { defaultValue: typeof initial === 'object' ? JSON.stringify(initial) : (initial as string) }),
    })),
  };
}
