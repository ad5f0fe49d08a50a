import * as v from 'valibot';
import { list } from './fields.ts';

/** One thing that must be true of an event. */
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

/** What an operator says of a value; texts are compared whatever their case, as people type them. */
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

/** Reads a condition such as `status = failed`; undefined for what is none. */
function parse(text: string): Condition | undefined {
  const [, path, operator, value, exists] = pattern.exec(text.trim()) ?? [];
  if (path === undefined) return undefined;
  return {
    path: path.split('.'),
    operator: (exists ?? operator ?? '').toLowerCase() as Operator,
    value: (value ?? '').trim(),
  };
}

/** The value at a path; only what an object itself has counts, never what every object has. */
export function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    data,
  );
}

/** Whether an event is as every condition asks; without conditions it is. */
export function passes(data: unknown, conditions: readonly string[] | undefined): boolean {
  return (conditions ?? []).every((text) => {
    const condition = parse(text);
    return condition !== undefined && operators[condition.operator](valueAt(data, condition.path), condition.value);
  });
}

/** Input field of triggers: conditions that an event must meet. */
export const conditionsField = v.optional(
  v.pipe(
    list({
      label: 'Only When',
      help: 'Conditions that an event must all meet, one a line: a field of the event, then =, !=, >, >=, <, <= or contains, then a value; or a field and exists. What does not meet them starts nothing.',
      placeholder: 'status = failed',
      advanced: true,
    }),
    v.check(
      (conditions: string[]) => conditions.every((text) => parse(text) !== undefined),
      'must have a condition on each line, such as: status = failed',
    ),
  ),
);
