import type { Bundle, InputField, PlainInputField, ZObject } from 'zapier-platform-core';
import type { DeclaredType, DeclaredValues } from '../../shared/src/define/declared-values.ts';
import { isObject } from '../../shared/src/host/is-object.ts';
import { concealing } from '../../shared/src/define/conceal.ts';
import { describeField, withIds, type Fields } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { callService } from './call.ts';
import type { Settings } from './settings.ts';

const declaredTypes: Record<DeclaredType, PlainInputField['type']> = {
  text: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  list: 'text',
  values: 'text',
};

/** What to enter for a value that is entered as JSON. */
const jsonHelp: Partial<Record<DeclaredType, string>> = {
  list: 'A JSON array, e.g. ["EMEA", "APAC"].',
  values: 'A JSON object, e.g. {"region": "EMEA"}.',
};

/** Maximum number of fields for declared names; more are entered as a list of names and values. */
const maxFields = 200;

/** Whether a list of names and values has been filled in. */
const isFilled = (value: unknown): boolean => (isObject(value) ? Object.keys(value).length > 0 : (value ?? '') !== '');

/** The key of the field for one declared name. */
const declaredKey = (name: string, declared: string): string => `${name}_${declared}`;

/** One field for each name that the vendor declares; a list of names and values until the names are known. */
export function declaredFields(
  name: string,
  declared: DeclaredValues,
  plain: PlainInputField,
  { fields, service, settings }: { fields: Fields; service: Service; settings: Settings },
): InputField {
  return async (z: ZObject, bundle: Bundle): Promise<PlainInputField[]> => {
    const input = withIds(fields, bundle.inputData ?? {});
    // A list that has been filled in stays visible, because it stays in effect.
    if (isFilled(input[name]) || declared.needs.some((field) => (input[field] ?? '') === '')) return [plain];
    const found = await callService({ z, bundle, settings, service }, (context) =>
      concealing(service, context, (concealed) => declared.load(input, concealed)),
    ).catch(() => []);
    if (found.length === 0 || found.length > maxFields) return [plain];
    return found.map(({ name: declaredName, type, required, default: initial, help = jsonHelp[type], choices }) => ({
      key: declaredKey(name, declaredName),
      label: declaredName,
      type: declaredTypes[type],
      required,
      ...(plain.group ? { group: plain.group } : {}),
      ...(help ? { helpText: help } : {}),
      ...(choices ? { choices: [...choices] } : {}),
      ...(initial === undefined || initial === null || initial === ''
        ? {}
        : { default: typeof initial === 'object' ? JSON.stringify(initial) : String(initial) }),
    }));
  };
}

/** The input, with the fields for declared names merged into their parent field, and with Zapier's own defaults. */
export function gatherInput(fields: Fields, input: Record<string, unknown>): Record<string, unknown> {
  const gathered = { ...input };
  for (const [name, field] of Object.entries(fields)) {
    const { declared, defaultOnZapier } = describeField(field);
    if (defaultOnZapier !== undefined && (input[name] ?? '') === '') gathered[name] = defaultOnZapier;
    if (!declared) continue;
    const prefix = declaredKey(name, '');
    const entries = Object.entries(input).filter(
      ([key, value]) =>
        key.startsWith(prefix) && !(key in fields) && value !== '' && value !== null && value !== undefined,
    );
    if (entries.length > 0 && !isFilled(input[name]))
      gathered[name] = Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value]));
  }
  return gathered;
}
