import * as v from 'valibot';
import type { Values } from './check-input.ts';
import { option, rows, text } from './fields.ts';
import { isObject } from '../host/is-object.ts';

/** One condition of a filter, such as `status = failed`. */
interface Condition {
  path: readonly string[];
  operator: Operator;
  value: string;
}

type Operator = keyof typeof operators;

const asNumber = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
const asText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
const sameText = (a: unknown, b: string): boolean => asText(a).toLowerCase() === b.toLowerCase();

/** Whether a value meets a condition, by operator. Text is compared case-insensitively. */
const operators = {
  '=': (value: unknown, wanted: string) => sameText(value, wanted),
  '!=': (value: unknown, wanted: string) => !sameText(value, wanted),
  '>=': (value: unknown, wanted: string) => asNumber(value) >= asNumber(wanted),
  '<=': (value: unknown, wanted: string) => asNumber(value) <= asNumber(wanted),
  '>': (value: unknown, wanted: string) => asNumber(value) > asNumber(wanted),
  '<': (value: unknown, wanted: string) => asNumber(value) < asNumber(wanted),
  contains: (value: unknown, wanted: string) =>
    Array.isArray(value)
      ? value.some((entry) => sameText(entry, wanted))
      : asText(value).toLowerCase().includes(wanted.toLowerCase()),
  exists: (value: unknown) => value !== undefined && value !== null,
} as const;

const pattern = /^([\w.-]+)\s*(?:(!=|>=|<=|=|>|<|\bcontains\b)\s*(.*)|\s(exists))$/i;

/** The operators of a row, by name: n8n would read a value that starts with “=” as an expression. */
const rowOperators = {
  equals: '=',
  notEquals: '!=',
  contains: 'contains',
  exists: 'exists',
  empty: '=',
  greaterThan: '>',
  atLeast: '>=',
  lessThan: '<',
  atMost: '<=',
} as const satisfies Record<string, Operator>;

/** The fields of a condition as a row. */
const conditionRow = {
  field: text({
    label: 'Field',
    help: 'An output field of the trigger; a dot leads to nested values, such as data.status.',
    placeholder: 'status',
  }),
  operator: v.optional(
    option(
      [
        { value: 'equals', label: 'Is Equal To' },
        { value: 'notEquals', label: 'Is Not Equal To' },
        { value: 'contains', label: 'Contains', description: 'Text contains the value, or a list has it as an entry' },
        { value: 'exists', label: 'Exists', description: 'The field has any value' },
        { value: 'empty', label: 'Is Empty', description: 'The field has no value, or empty text' },
        { value: 'greaterThan', label: 'Is Greater Than' },
        { value: 'atLeast', label: 'Is at Least' },
        { value: 'lessThan', label: 'Is Less Than' },
        { value: 'atMost', label: 'Is at Most' },
      ],
      { label: 'Operator' },
    ),
    'equals',
  ),
  value: text({
    label: 'Value',
    help: 'Text is compared without regard to case.',
    placeholder: 'failed',
    shownWhen: {
      field: 'operator',
      is: ['equals', 'notEquals', 'contains', 'greaterThan', 'atLeast', 'lessThan', 'atMost'],
    },
  }),
};

/** A condition as entered: a line of text, or a row. */
type EnteredCondition = string | Partial<Values<typeof conditionRow>>;

/** Reads a condition such as `status = failed`; undefined for an invalid one. */
function parse(entered: EnteredCondition): Condition | undefined {
  if (typeof entered !== 'string') {
    const { field = '', operator: name = 'equals', value } = entered;
    if (!/^[\w.-]+$/.test(field)) return undefined;
    const path = field.split('.');
    const operator = rowOperators[name];
    if (name === 'empty' || name === 'exists') return { path, operator, value: '' };
    return value === undefined ? undefined : { path, operator, value };
  }
  const [, path, operator, value, exists] = pattern.exec(entered.trim()) ?? [];
  if (path === undefined) return undefined;
  return {
    path: path.split('.'),
    operator: (exists ?? operator ?? '').toLowerCase() as Operator,
    value: (value ?? '').trim(),
  };
}

/** The value at a path. Only own properties count, never inherited ones. */
export function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    data,
  );
}

/** The paths in the conditions of a filter as entered: a list, or text with one condition per line. Invalid conditions are left out. */
export function filterPaths(entered: unknown): (readonly string[])[] {
  const conditions: unknown[] =
    typeof entered === 'string' ? entered.split(/\r?\n/) : Array.isArray(entered) ? entered : [];
  return conditions.flatMap((one) => {
    const condition = parse(isObject(one) ? { field: String(one['field'] ?? ''), operator: 'exists' } : String(one));
    return condition ? [condition.path] : [];
  });
}

/** Whether the data of an event meets every condition; true if there are none. */
export function passesFilter(data: unknown, filter: readonly EnteredCondition[] | undefined): boolean {
  return (filter ?? []).every((entered) => {
    const condition = parse(entered);
    return condition !== undefined && operators[condition.operator](valueAt(data, condition.path), condition.value);
  });
}

/**
 * The help of the filter in Zapier, where conditions are lines of text.
 * @param equality a condition that events of the trigger can meet, such as `status = failed`
 * @param existence another one, such as `error exists`
 */
export const filterHelp = (equality: string, existence: string): string =>
  `Enter the conditions that an event must meet to trigger the Zap, one per line, such as “${equality}” or “${existence}”. The operators are =, !=, >, >=, <, <=, contains and exists.`;

/** Input field of webhook triggers: conditions that an event must meet. */
export const filterField = v.optional(
  v.pipe(
    rows(conditionRow, {
      label: 'Filter',
      noun: 'Condition',
      help: {
        n8n: 'Conditions that an event must meet to start the workflow; it must meet all of them.',
        zapier: filterHelp('status = failed', 'error exists'),
      },
      placeholder: 'status = failed',
      advanced: true,
    }),
    v.check(
      (conditions) => conditions.every((entered) => parse(entered) !== undefined),
      'must have a field, an operator and a value in each condition, such as: status = failed',
    ),
  ),
);
