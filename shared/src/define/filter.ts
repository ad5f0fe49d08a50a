import * as v from 'valibot';
import { list } from './fields.ts';

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

/** Parses a condition such as `status = failed`; undefined for invalid text. */
function parse(text: string): Condition | undefined {
  const [, path, operator, value, exists] = pattern.exec(text.trim()) ?? [];
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
  const lines = Array.isArray(entered) ? entered : typeof entered === 'string' ? entered.split(/\r?\n/) : [];
  return lines.flatMap((line) => {
    const condition = parse(String(line));
    return condition ? [condition.path] : [];
  });
}

/** Whether the data of an event meets every condition; true if there are none. */
export function passesFilter(data: unknown, filter: readonly string[] | undefined): boolean {
  return (filter ?? []).every((text) => {
    const condition = parse(text);
    return condition !== undefined && operators[condition.operator](valueAt(data, condition.path), condition.value);
  });
}

/** Input field of webhook triggers: conditions that an event must meet. */
export const filterField = v.optional(
  v.pipe(
    list({
      label: 'Filter',
      help: {
        n8n: 'Conditions that an event must meet to start the workflow, one per line, such as “status = failed” or “error exists”. Operators: =, !=, >, >=, <, <=, contains and exists.',
        zapier:
          'Enter the conditions that an event must meet to trigger the Zap, one per line, such as “status = failed” or “error exists”. The operators are =, !=, >, >=, <, <=, contains and exists.',
      },
      placeholder: 'status = failed',
      advanced: true,
    }),
    v.check(
      (conditions: string[]) => conditions.every((text) => parse(text) !== undefined),
      'must have one condition per line, such as: status = failed',
    ),
  ),
);
