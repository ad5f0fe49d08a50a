import { existsSync, readFileSync } from 'node:fs';

/** The content of a text file; undefined if the file does not exist. */
export function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
