import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.ts';

/**
 * The JSON that stands behind a word of the command line, or in the file that it names behind an @.
 * @throws UsageError which shows neither the path nor the content, for they may be secret
 */
export async function readJson(given: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(given.startsWith('@') ? await readFile(given.slice(1), 'utf8') : given);
  } catch {
    throw new UsageError(`${name} must be JSON${where(given)}.`);
  }
}

/** The same, which must be names with values. */
export async function readObject(given: string, name: string): Promise<Record<string, unknown>> {
  const value = await readJson(given, name).catch(() => undefined);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError(`${name} must be a JSON object${where(given)}.`);
}

const where = (given: string): string => (given.startsWith('@') ? ' in a file that can be read' : '');
