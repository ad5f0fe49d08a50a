import type { Bundle, InputField, PlainInputField, ZObject } from 'zapier-platform-core';
import {
  describeField,
  describeFieldOn,
  type Field,
  type FieldKind,
  type Fields,
} from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { conditionOf } from './condition.ts';
import { declaredFields } from './declared-fields.ts';
import { choicesOf, dropdownOf } from './dropdown.ts';
import { kindOf } from './kind.ts';
import { asMarkdown } from './markdown.ts';
import { keyOf, nounOf } from './names.ts';
import type { Settings } from './settings.ts';

const types: Record<FieldKind, PlainInputField['type']> = {
  text: 'string',
  integer: 'integer',
  boolean: 'boolean',
  option: 'string',
  list: 'string',
  rows: 'string',
  values: 'string',
  json: 'json',
  file: 'file',
  'date-time': 'datetime',
};

/** The group of the advanced fields, which Zapier shows under its own heading. */
const advancedGroup = { key: 'advanced', label: 'Advanced' };

/** Input fields that several operations share, by field; the core of Zapier copies a shared one only once for every call. */
const sharedFields = new WeakMap<Field, PlainInputField>();

/** The form of an operation or a trigger: its fields, and the service that offers it. */
interface Form {
  fields: Fields;
  service: Service;
  settings: Settings;
}

/**
 * The search that the editor suggests for a dropdown: the one that finds what the field is called, by its label or name. A trigger
 * has no earlier step.
 */
function searchFor(name: string, label: string, { fields, service }: Form): { search?: string } {
  if (!service.operations.some(({ input }) => input === fields)) return {};
  const search = service.operations.find(
    (one) =>
      kindOf(one) === 'search' && one.input !== fields && (nounOf(one) === label || nounOf(one).toLowerCase() === name),
  );
  return search ? { search: `${keyOf(service, search)}.id` } : {};
}

function plainField(name: string, field: Field, form: Form): PlainInputField {
  const known = sharedFields.get(field);
  if (known?.key === name) return known;
  const plain = newField(name, field, form);
  // A dropdown belongs to the app and the service.
  if (!describeField(field).choices) sharedFields.set(field, plain);
  return plain;
}

function newField(name: string, field: Field, form: Form): PlainInputField {
  const {
    label,
    help,
    placeholder,
    kind,
    secret,
    multiline,
    fractional,
    advanced,
    options,
    choices,
    declared,
    required,
    default: initial,
  } = describeFieldOn('zapier', field);
  return {
    key: name,
    label,
    type: secret ? 'password' : multiline && kind !== 'json' ? 'text' : fractional ? 'number' : types[kind],
    required,
    ...(advanced ? { group: declared ? name : advancedGroup.key } : {}),
    ...(help ? { helpText: asMarkdown(help) } : {}),
    // Names and values are entered in two columns, so a JSON example would be misleading.
    ...(placeholder && kind !== 'values' ? { placeholder } : {}),
    ...(options ? { choices: choicesOf(options) } : {}),
    ...(choices
      ? { choices: dropdownOf(choices, form.fields, form.service, form.settings), ...searchFor(name, label, form) }
      : {}),
    ...(choices?.needs?.length ? { dependsOn: [...choices.needs] } : {}),
    ...(kind === 'list' || kind === 'rows' ? { list: true } : {}),
    ...(kind === 'values' ? { dict: true } : {}),
    ...(initial === undefined ? {} : { default: String(initial) }),
  };
}

/**
 * The groups of the input fields of an operation: one for the advanced fields, if there are any, and one for the fields of the
 * declared names of each advanced field.
 */
export function fieldGroupsOf(fields: Fields): { inputFieldGroups?: { key: string; label: string }[] } {
  const advanced = Object.entries(fields)
    .map(([name, field]) => ({ name, ...describeFieldOn('zapier', field) }))
    .filter((info) => info.notOn?.zapier === undefined && info.advanced);
  const groups = [
    ...advanced.filter(({ declared }) => declared).map(({ name, label }) => ({ key: name, label })),
    ...(advanced.some(({ declared }) => !declared) ? [advancedGroup] : []),
  ];
  return groups.length > 0 ? { inputFieldGroups: groups } : {};
}

/**
 * The input fields of an operation, advanced ones last. A field that depends on another one is added dynamically. A field with its
 * own dropdown is always visible, because Zapier does not support functions in dynamic fields.
 */
export function inputFieldsOf(fields: Fields, service: Service, settings: Settings): InputField[] {
  const offered = Object.entries(fields)
    .map(([name, field]) => ({ name, field, info: describeFieldOn('zapier', field) }))
    .filter(({ info }) => info.notOn?.zapier === undefined);
  const declaring = new Set(
    offered.flatMap(({ info: { declared } }) => [...(declared?.needs ?? []), ...(declared?.uses ?? [])]),
  );
  const deciding = new Set(
    offered.filter(({ info }) => info.shownWhen && !info.choices).map(({ info }) => info.shownWhen?.field),
  );
  const ordered = [...offered.filter(({ info }) => !info.advanced), ...offered.filter(({ info }) => info.advanced)];
  return ordered.map(({ name, field, info }): InputField => {
    const own = plainField(name, field, { fields, service, settings });
    const plain = deciding.has(name) || declaring.has(name) ? { ...own, altersDynamicFields: true } : own;
    if (info.declared) return declaredFields(name, info.declared, plain, { fields, service, settings });
    const { shownWhen } = info;
    // Without the field that it depends on, a field is always shown.
    if (!shownWhen || !offered.some((other) => other.name === shownWhen.field)) return plain;
    if (info.choices)
      return { ...plain, helpText: asMarkdown(`${conditionOf(info, fields)}${info.help ?? ''}`.trim()) };
    const initial = fields[shownWhen.field] && describeFieldOn('zapier', fields[shownWhen.field] as Field).default;
    return (_z: ZObject, { inputData }: Bundle) => {
      const chosen = String(inputData?.[shownWhen.field] || initial);
      if (!shownWhen.is.includes(chosen)) return [];
      const example = info.examples?.[chosen];
      return [example ? { ...plain, placeholder: example.placeholder } : plain];
    };
  });
}
