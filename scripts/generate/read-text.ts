import { existsSync, readFileSync } from 'node:fs';

/** The content of a text file; undefined when there is none. */
export function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
