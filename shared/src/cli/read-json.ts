import { readFile } from 'node:fs/promises';
import { isObject } from '../host/is-object.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads JSON from an option value, or from a file if the value starts with `@`.
 * @throws UsageError, without the path and the content, which may be secret
 */
export async function readJson(text: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(text.startsWith('@') ? await readFile(text.slice(1), 'utf8') : text);
  } catch {
    throw new UsageError(`${name} must be JSON${where(text)}.`);
  }
}

/** Reads a JSON object; see `readJson`. */
export async function readObject(text: string, name: string): Promise<Record<string, unknown>> {
  const value = await readJson(text, name).catch(() => undefined);
  if (isObject(value)) return value;
  throw new UsageError(`${name} must be a JSON object${where(text)}.`);
}

const where = (text: string): string => (text.startsWith('@') ? ' in a readable file' : '');
