import { valueAt as valueOf } from '../../define/filter.ts';
import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';

/** The value at a path such as `data.0.status` or `data[0].status`; undefined if there is none or it is null. */
export function valueAt(json: unknown, path: string): unknown {
  const names = path.split(/[.[\]]+/).filter((name) => name !== '');
  return valueOf(json, names) ?? undefined;
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

const maxNames = 10;

/**
 * The error for an answer without an expected value. Names the fields that the answer has, never their values.
 * @param expected what is missing, and where
 */
export function missingIn(tool: string, expected: string, json: unknown): PipewrightError {
  const names = isObject(json) ? Object.keys(json).map((name) => name.slice(0, 40)) : [];
  const found = Array.isArray(json)
    ? 'The answer is a list.'
    : names.length > 0
      ? `The answer has the fields ${names.slice(0, maxNames).join(', ')}${names.length > maxNames ? ', …' : ''}.`
      : 'The answer has no fields.';
  return new PipewrightError({
    code: 'unexpected-response',
    service: tool,
    message: `${tool} returned no ${expected}. ${found}`,
    hint: {
      n8n: 'Correct the field of this step that names the place in the answer. If it is correct, check the Base URL in the credential: the answer may come from a web page or a proxy.',
      zapier:
        'Correct the field of this step that names the place in the answer. If it is correct, check the Base URL in the connection: the answer may come from a web page or a proxy.',
    },
  });
}
