import type { Bundle, InputField, PlainInputField, ZObject } from 'zapier-platform-core';
import { describeField, type Field, type FieldInfo, type FieldKind, type Fields } from '../../shared/src/operations/fields.ts';
import type { Service } from '../../shared/src/operations/service.ts';
import type { DeclaredType, DeclaredValues } from '../../shared/src/operations/declared-values.ts';
import { callService } from './call.ts';
import { dropdownOf } from './dropdown.ts';
import type { Settings } from './settings.ts';

const types: Record<FieldKind, PlainInputField['type']> = {
  text: 'string',
  integer: 'integer',
  boolean: 'boolean',
  option: 'string',
  list: 'string',
  values: 'string',
  json: 'text',
  file: 'file',
  'date-time': 'datetime',
};

function plainField(name: string, field: Field, service: Service, settings: Settings): PlainInputField {
  const { label, help, placeholder, kind, secret, multiline, options, choices, required, default: initial } = describeField(field);
  return {
    key: name,
    label,
    type: secret ? 'password' : multiline ? 'text' : types[kind],
    required,
    ...(help ? { helpText: help } : {}),
    // Names with values are typed in two columns, where an example in JSON would mislead.
    ...(placeholder && kind !== 'values' ? { placeholder } : {}),
    ...(options ? { choices: options.map((option) => ({ ...option, sample: option.value })) } : {}),
    ...(choices ? { choices: dropdownOf(choices, service, settings) } : {}),
    ...(choices?.needs?.length ? { dependsOn: [...choices.needs] } : {}),
    ...(kind === 'list' ? { list: true } : {}),
    ...(kind === 'values' ? { dict: true } : {}),
    ...(initial === undefined ? {} : { default: String(initial) }),
  };
}

const declaredTypes: Record<DeclaredType, PlainInputField['type']> = { text: 'string', integer: 'integer', number: 'number', boolean: 'boolean', list: 'text', values: 'text' };

/** The key of the field for one declared name. */
const declaredKey = (name: string, declared: string): string => `${name}_${declared}`;

/** A field for each name that is declared at the vendor; two columns of names and values while that is not known. */
function declaredFields(name: string, declared: DeclaredValues, plain: PlainInputField, service: Service, settings: Settings): InputField {
  return async (z: ZObject, bundle: Bundle): Promise<PlainInputField[]> => {
    const input = bundle.inputData ?? {};
    if (declared.needs.some((field) => (input[field] ?? '') === '')) return [plain];
    const found = await callService(z, bundle, settings, service, (context) => declared.load(input, context)).catch(() => []);
    if (found.length === 0) return [plain];
    return found.map(({ name: own, type, required, default: initial }) => ({
      key: declaredKey(name, own),
      label: own,
      type: declaredTypes[type],
      required,
      ...(type === 'list' || type === 'values' ? { helpText: type === 'list' ? 'A list in JSON, such as ["EMEA", "APAC"].' : 'Names with values in JSON, such as {"region": "EMEA"}.' } : {}),
      ...(initial === undefined || initial === null || initial === '' ? {} : { default: typeof initial === 'object' ? JSON.stringify(initial) : String(initial) }),
    }));
  };
}

/** What was filled in, with the fields for declared names put together again. */
export function gatherInput(fields: Fields, input: Record<string, unknown>): Record<string, unknown> {
  const gathered = { ...input };
  for (const [name, field] of Object.entries(fields)) {
    if (!describeField(field).declared) continue;
    const prefix = declaredKey(name, '');
    const own = Object.entries(input).filter(([key, value]) => key.startsWith(prefix) && !(key in fields) && value !== '' && value !== null && value !== undefined);
    if (own.length > 0) gathered[name] = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
  }
  return gathered;
}

/** Says of a field that is always there when it counts. */
function condition({ shownWhen }: FieldInfo, fields: Fields): string {
  const deciding = shownWhen && fields[shownWhen.field];
  if (!deciding) return '';
  const { label, options = [] } = describeField(deciding);
  const labels = shownWhen.is.map((value) => `“${options.find((option) => option.value === value)?.label ?? value}”`);
  return `Only when “${label}” is ${labels.join(' or ')}. `;
}

/**
 * The input fields of an operation, advanced ones last. A field that depends on another one is made when the form is
 * drawn; one with a dropdown of its own stands there always, for Zapier finds no function in a field made so late.
 */
export function inputFieldsOf(fields: Fields, service: Service, settings: Settings): InputField[] {
  const offered = Object.entries(fields).map(([name, field]) => ({ name, field, info: describeField(field) })).filter(({ info }) => info.notOn?.zapier === undefined);
  const naming = new Set(offered.flatMap(({ info }) => info.declared?.needs ?? []));
  const deciding = new Set(offered.filter(({ info }) => info.shownWhen && !info.choices).map(({ info }) => info.shownWhen?.field));
  const ordered = [...offered.filter(({ info }) => !info.advanced), ...offered.filter(({ info }) => info.advanced)];
  return ordered.map(({ name, field, info }): InputField => {
    const plain: PlainInputField = { ...plainField(name, field, service, settings), ...(deciding.has(name) || naming.has(name) ? { altersDynamicFields: true } : {}) };
    if (info.declared) return declaredFields(name, info.declared, plain, service, settings);
    const { shownWhen } = info;
    if (!shownWhen) return plain;
    if (info.choices) return { ...plain, helpText: `${condition(info, fields)}${info.help ?? ''}`.trim() };
    const initial = fields[shownWhen.field] && describeField(fields[shownWhen.field] as Field).default;
    return (_z: ZObject, { inputData }: Bundle) => (shownWhen.is.includes(String(inputData?.[shownWhen.field] || initial)) ? [plain] : []);
  });
}
