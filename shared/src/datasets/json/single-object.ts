import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';
import { arraysOfObject } from './arrays-of-object.ts';
import { endOfValue } from './json-structure.ts';

/** Marks at the end of a line after which the object of the line goes on. */
const continued = /[[{,:]\s*$/;

/**
 * Whether the first line of a file starts an object that the next lines continue, so that the file is not JSON Lines.
 * @param next the next line, if it has arrived
 */
export function isContinued(line: string, next = ''): boolean {
  return line.startsWith('{') && (continued.test(line) || /^[,\]}]/.test(next)) && endOfValue(Buffer.from(line), 0) < 0;
}

/** Parses a JSON object; undefined for any other text. */
export function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The error of a file that is one JSON object, not rows.
 * @param text the object as far as it has been read, in which arrays of objects are looked for
 */
export function singleObject(text: string, isOneLine: boolean): PipewrightError {
  const arrays = arraysOfObject(text);
  const named = arrays.slice(0, 5).map((name) => `“${name}”`);
  const contained =
    arrays.length > 0 ? ` It contains the array${arrays.length > 1 ? 's' : ''} ${named.join(', ')}.` : '';
  const path =
    arrays.length === 0
      ? 'If it contains an array of objects, enter where it is under Path to Rows, such as data.items.'
      : `Enter ${arrays.length === 1 ? named[0] : 'one of these names'} under Path to Rows.`;
  return new PipewrightError({
    code: 'invalid-input',
    message: `The file is a single JSON object${isOneLine ? '' : ' that spans several lines'}, not a table.${contained}`,
    hint: isOneLine ? `${path} If it is a table with one row, set Format to JSON Lines.` : path,
  });
}
