import { valueAt as valueOf } from '../../define/filter.ts';
import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';

/** The names in a path. */
const namesIn = (path: string): string[] => path.split(/[.[\]]+/).filter((name) => name !== '');

/** The value at a path such as `data.0.status` or `data[0].status`; undefined if there is none or it is null. */
export function valueAt(json: unknown, path: string): unknown {
  return valueOf(json, namesIn(path)) ?? undefined;
}

/** The text, number or boolean at a path, as text; undefined for anything else. */
export function wordAt(json: unknown, path: string): string | undefined {
  const value = valueAt(json, path);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The text at a path; undefined for anything else. */
export function textAt(json: unknown, path: string | undefined): string | undefined {
  const value = path === undefined ? undefined : valueAt(json, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Whether an answer has the field at a path, with or without a value. A parent that is null or an empty
 * list may have it later, so it counts too.
 */
export function hasField(json: unknown, path: string): boolean {
  const names = namesIn(path);
  return names.every((name, index) => {
    const parent = valueOf(json, names.slice(0, index)) ?? null;
    if (Array.isArray(parent) && parent.length === 0) return true;
    return parent === null || (typeof parent === 'object' && Object.hasOwn(parent, name));
  });
}

const maxNames = 20;

/** The paths of the fields of an answer, down to the second level. */
function fieldsOf(json: Record<string, unknown>): string[] {
  return Object.entries(json).flatMap(([name, value]) => {
    const inner = isObject(value) ? Object.keys(value) : [];
    return inner.length === 0 ? [name] : inner.map((nested) => `${name}.${nested}`);
  });
}

/** Which fields an answer has, as a sentence; never their values. */
export function describeFields(json: unknown): string {
  if (Array.isArray(json)) return 'The answer is a list.';
  const names = isObject(json) ? fieldsOf(json).map((name) => name.slice(0, 60)) : [];
  if (names.length === 0) return 'The answer has no fields.';
  return `The answer has the fields ${names.slice(0, maxNames).join(', ')}${names.length > maxNames ? ', …' : ''}.`;
}

/**
 * The error for an answer without an expected value. Names the fields that the answer has.
 * @param expected what is missing, and where
 */
export function missingIn(tool: string, expected: string, json: unknown): PipewrightError {
  return new PipewrightError({
    code: 'unexpected-response',
    service: tool,
    message: `${tool} returned no ${expected}. ${describeFields(json)}`,
    hint: {
      n8n: 'Correct the field of this step that names the place in the answer. If it is correct, check the Base URL in the credential: the answer may come from a web page or a proxy.',
      zapier:
        'Correct the field of this step that names the place in the answer. If it is correct, check the Base URL in the connection: the answer may come from a web page or a proxy.',
    },
  });
}
