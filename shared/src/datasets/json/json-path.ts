import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';
import { badJson } from './bad-json.ts';
import { endOfElement, endOfString, isSpace } from './json-structure.ts';

const [openObject, closeObject, openArray, comma, colon, quote] = [0x7b, 0x7d, 0x5b, 0x2c, 0x3a, 0x22];

/** Names in an error message. */
const maxNames = 20;

/**
 * The names of a path such as `data.items`; `$.` at its start is ignored, and `\.` is a dot in a name.
 * @throws PipewrightError `invalid-input` for an empty name or an index such as `[0]`
 */
export function namesOfPath(path: string): string[] {
  const names = (
    path
      .trim()
      .replace(/^\$\./, '')
      .match(/(?:\\.|[^\\.])+|(?<=^|\.)(?=\.|$)/gs) ?? ['']
  ).map((name) => name.replace(/\\(.)/gs, '$1'));
  if (names.every((name) => name !== '' && !/\[(?:\d+|\*)\]$/.test(name))) return names;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${path.slice(0, 100)}” under Path to Rows is not a path.`,
    hint: 'Enter the names of the fields that lead to the array, separated by dots, such as data.items.',
  });
}

const noArray = (names: readonly string[], why: string, hint: string): PipewrightError =>
  new PipewrightError({
    code: 'invalid-input',
    message: `The JSON file has no array at “${names.join('.')}”: ${why}.`,
    hint,
  });

const checkPath = 'Check Path to Rows.';

/**
 * Finds the array at a path.
 * @param bytes start of the file, which is an object
 * @returns the offset of its opening bracket; undefined if it has not arrived yet
 * @throws PipewrightError `invalid-input` if there is no array at the path, `invalid-file` for malformed JSON
 */
export function findArray(bytes: Buffer, names: readonly string[]): number | undefined {
  let at = skipSpace(bytes, 0);
  for (const [depth, name] of names.entries()) {
    if (at >= bytes.length) return undefined;
    if (bytes[at] !== openObject) throw noArray(names, `${describe(names, depth)} is not an object`, checkPath);
    const found = findField(bytes, at + 1, name);
    if (found === undefined) return undefined;
    if (typeof found !== 'number') {
      const has =
        found.length === 0
          ? 'no fields'
          : found
              .slice(0, maxNames)
              .map((other) => `“${other}”`)
              .join(', ');
      throw noArray(names, `${describe(names, depth)} has no field “${name}”`, `${checkPath} It has ${has}.`);
    }
    at = found;
  }
  if (at >= bytes.length) return undefined;
  if (bytes[at] === openArray) return at;
  throw noArray(names, 'the value is not an array', checkPath);
}

const describe = (names: readonly string[], depth: number): string =>
  depth === 0 ? 'the file' : `“${names.slice(0, depth).join('.')}”`;

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at] as number)) at += 1;
  return at;
}

/** Where the value of a field starts; the names of all fields if the object does not have it; undefined if more bytes are needed. */
function findField(bytes: Buffer, from: number, wanted: string): number | string[] | undefined {
  const names: string[] = [];
  let at = skipSpace(bytes, from);
  if (bytes[at] === closeObject) return names;
  for (;;) {
    if (at >= bytes.length) return undefined;
    if (bytes[at] !== quote) throw badJson(lineAt(bytes, at), 'is not JSON');
    const end = endOfString(bytes, at) + 1;
    if (end > bytes.length) return undefined;
    const name = nameAt(bytes, at, end);
    at = skipSpace(bytes, end);
    if (at >= bytes.length) return undefined;
    if (bytes[at] !== colon) throw badJson(lineAt(bytes, at), 'is not JSON');
    at = skipSpace(bytes, at + 1);
    if (at >= bytes.length) return undefined;
    if (name === wanted) return at;
    names.push(name);
    at = endOfElement(bytes, at);
    if (at < 0) return undefined;
    if (bytes[at] === closeObject) return names;
    if (bytes[at] !== comma) throw badJson(lineAt(bytes, at), 'is not JSON');
    at = skipSpace(bytes, at + 1);
  }
}

function nameAt(bytes: Buffer, start: number, end: number): string {
  try {
    return String(JSON.parse(bytes.toString('utf8', start, end)));
  } catch (error) {
    throw error instanceof SyntaxError ? badJson(lineAt(bytes, start), 'is not JSON') : error;
  }
}

function lineAt(bytes: Buffer, end: number): number {
  return bytes.toString('latin1', 0, end).split('\n').length;
}

/**
 * Verifies what surrounds the array: valid JSON, in which the path leads to the array.
 * @param before text before the array, and `after` it
 * @throws PipewrightError `invalid-file`
 */
export function verifyAround(before: string, after: string, names: readonly string[], line: number): void {
  let value: unknown;
  try {
    value = JSON.parse(`${before}0${after}`);
  } catch {
    throw badJson(line, 'is not JSON: what follows the rows is damaged or incomplete', 'Download the file again.');
  }
  for (const name of names) value = isObject(value) ? value[name] : undefined;
  if (value !== 0) throw badJson(line, `has the field “${names.join('.')}” twice`);
}
