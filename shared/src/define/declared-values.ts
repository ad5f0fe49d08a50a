import { PipewrightError } from '../host/error.ts';
import { isObject } from '../host/is-object.ts';
import type { RawInput } from './raw-input.ts';
import type { Context } from './context.ts';

/** Type of a declared value. */
export type DeclaredType = 'text' | 'integer' | 'number' | 'boolean' | 'list' | 'values';

/** A value that a vendor resource declares, such as a pipeline parameter. */
export interface DeclaredValue {
  name: string;
  type: DeclaredType;
  /** Whether a value is required because there is no default. */
  required: boolean;
  default?: unknown;
  /** What to enter, in one or two sentences, where a form has room for it. */
  help?: string;
  /** The values to choose from. Default: any value. */
  choices?: readonly string[];
}

/** Source of the names of a names-and-values field, so that a form can show one field for each name. */
export interface DeclaredValues {
  /** Unique within its service: `pipelineParameters`. */
  key: string;
  /** What one value is, and several: `parameter`. */
  noun: { singular: string; plural: string };
  /** Names of the fields that must be filled in first. */
  needs: readonly string[];
  /** Names of further fields on which the values depend, where a form can read them again. Default: none. */
  uses?: readonly string[];
  /** @param input the form as filled in so far */
  load(input: RawInput, context: Context): Promise<DeclaredValue[]>;
}

/** Defines the declared values of a service with connection values `C`; see `DeclaredValues`. */
export function defineDeclared<C>({
  load,
  ...declared
}: Omit<DeclaredValues, 'load'> & {
  load(input: RawInput, context: Context<C>): Promise<DeclaredValue[]>;
}): DeclaredValues {
  return { ...declared, load: (input, context) => load(input, context as Context<C>) };
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const quoted = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(', ');

function parse(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** The name of each type, and its conversion; `read` returns undefined if a value cannot be converted. */
const types: Record<DeclaredType, { name: string; read(value: unknown): unknown }> = {
  text: { name: 'text', read: (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)) },
  integer: {
    name: 'a whole number',
    read: (value) => (Number.isSafeInteger(readNumber(value)) ? readNumber(value) : undefined),
  },
  number: { name: 'a number', read: readNumber },
  boolean: {
    name: 'true or false',
    read: (value) =>
      typeof value === 'boolean'
        ? value
        : ({ true: true, yes: true, false: false, no: false } as Record<string, boolean>)[
            String(value).trim().toLowerCase()
          ],
  },
  list: {
    name: 'a list such as ["EMEA", "APAC"]',
    read: (value) => (Array.isArray(parse(value)) ? parse(value) : undefined),
  },
  values: { name: 'an object such as {"region": "EMEA"}', read: readObject },
};

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return undefined;
  const number = typeof value === 'boolean' ? NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function readObject(value: unknown): unknown {
  const parsed = parse(value);
  return isObject(parsed) ? parsed : undefined;
}

/**
 * Checks values against their declarations before anything is started, and converts them to the declared types: forms contain
 * text, and vendors do not report misspelled names.
 * @param what owner of the values: `The pipeline Load`
 * @throws PipewrightError `invalid-input` that lists the invalid values and similar names
 */
export function fitValues(
  service: string,
  what: string,
  declared: readonly DeclaredValue[],
  values: Record<string, unknown>,
): Record<string, unknown> {
  const names = declared.map(({ name }) => name);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  const missing = declared
    .filter(({ name, required }) => required && !Object.hasOwn(values, name))
    .map(({ name }) => name);
  const faults = [
    ...(unknown.length > 0 ? [`has no parameter ${quoted(unknown)}`] : []),
    ...(missing.length > 0 ? [`requires a value for ${quoted(missing)}`] : []),
  ];
  if (faults.length > 0) {
    const similar = unknown.flatMap((name) => names.filter((other) => plain(other) === plain(name)));
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `${what} ${faults.join(' and ')}.`,
      hint:
        similar.length > 0
          ? `Use ${quoted([...new Set(similar)])}: names are case-sensitive.`
          : names.length > 0
            ? `Available parameters: ${quoted(names)}.`
            : 'Remove the value: there are no parameters.',
    });
  }
  return Object.fromEntries(
    declared
      .filter(({ name }) => Object.hasOwn(values, name))
      .map(({ name, type }) => [name, fit(service, what, name, type, values[name])]),
  );
}

function fit(service: string, what: string, name: string, type: DeclaredType, value: unknown): unknown {
  const fitted = value === null ? null : types[type].read(value);
  if (fitted !== undefined) return fitted;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `${what} expects ${types[type].name} for “${name}”.`,
    hint: `Correct the value of “${name}”${typeof value === 'string' ? `, which is the text “${value.slice(0, 40)}”` : ''}.`,
  });
}
