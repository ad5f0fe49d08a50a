import { PipewrightError } from '../host/error.ts';
import type { Context } from './context.ts';

/** What kind of value something at the vendor takes. */
export type DeclaredType = 'text' | 'integer' | 'number' | 'boolean' | 'list' | 'values';

/** A value that something at the vendor declares, such as a parameter of a pipeline. */
export interface DeclaredValue {
  name: string;
  type: DeclaredType;
  /** Whether it must be given, for there is no default. */
  required: boolean;
  default?: unknown;
}

/** Where the names of a field of names with values come from, so that a form can show one field for each. */
export interface DeclaredValues {
  /** Unique within its service: `pipelineParameters`. */
  key: string;
  /** Names of the fields that must be filled in first. */
  needs: readonly string[];
  /** @param input what has been filled in so far, unchecked */
  load(input: Record<string, unknown>, context: Context<never>): Promise<DeclaredValue[]>;
}

/** Describes where names come from; see `DeclaredValues`. */
export function defineDeclared<C>(
  declared: Omit<DeclaredValues, 'load'> & {
    load(input: Record<string, unknown>, context: Context<C>): Promise<DeclaredValue[]>;
  },
): DeclaredValues {
  return declared as unknown as DeclaredValues;
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

/** What each kind is called, and how a value becomes one; undefined when it does not. */
const kinds: Record<DeclaredType, { called: string; read(value: unknown): unknown }> = {
  text: { called: 'a text', read: (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)) },
  integer: {
    called: 'a whole number',
    read: (value) => (Number.isSafeInteger(readNumber(value)) ? readNumber(value) : undefined),
  },
  number: { called: 'a number', read: readNumber },
  boolean: {
    called: 'yes or no',
    read: (value) =>
      typeof value === 'boolean'
        ? value
        : ({ true: true, yes: true, false: false, no: false } as Record<string, boolean>)[
            String(value).trim().toLowerCase()
          ],
  },
  list: {
    called: 'a list, such as ["EMEA", "APAC"]',
    read: (value) => (Array.isArray(parse(value)) ? parse(value) : undefined),
  },
  values: { called: 'names with values, such as {"region": "EMEA"}', read: readObject },
};

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return undefined;
  const number = typeof value === 'boolean' ? NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function readObject(value: unknown): unknown {
  const parsed = parse(value);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
}

/**
 * Checks values against what is declared, before anything is started, and gives them the declared types: forms hold texts, and
 * vendors do not say what is wrong with a name that is spelled in another way.
 * @param what whose values they are: `The pipeline Load`
 * @throws PipewrightError `bad-input` that names the values, and the nearest that there are
 */
export function fitValues(
  service: string,
  what: string,
  declared: readonly DeclaredValue[],
  given: Record<string, unknown>,
): Record<string, unknown> {
  const names = declared.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const missing = declared
    .filter(({ name, required }) => required && !Object.hasOwn(given, name))
    .map(({ name }) => name);
  const faults = [
    ...(unknown.length > 0 ? [`has no parameter ${quoted(unknown)}`] : []),
    ...(missing.length > 0 ? [`needs a value for ${quoted(missing)}`] : []),
  ];
  if (faults.length > 0) {
    const nearest = unknown.flatMap((name) => names.filter((other) => plain(other) === plain(name)));
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: `${what} ${faults.join(' and ')}.`,
      hint:
        nearest.length > 0
          ? `Write ${quoted([...new Set(nearest)])}: upper and lower case matter.`
          : names.length > 0
            ? `Check the parameters. Those that there are: ${quoted(names)}.`
            : 'Remove it: there are no parameters.',
    });
  }
  return Object.fromEntries(
    declared
      .filter(({ name }) => Object.hasOwn(given, name))
      .map(({ name, type }) => [name, fit(service, what, name, type, given[name])]),
  );
}

function fit(service: string, what: string, name: string, type: DeclaredType, value: unknown): unknown {
  const fitted = value === null ? null : kinds[type].read(value);
  if (fitted !== undefined) return fitted;
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: `${what} takes ${kinds[type].called} for “${name}”.`,
    hint: `Check the value of “${name}”: it is ${typeof value === 'string' ? `the text “${value.slice(0, 40)}”` : 'something else'}.`,
  });
}
