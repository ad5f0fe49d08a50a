import { namesOfPath } from './json-path.ts';
import { endOfElement, endOfString, isSpace } from './json-structure.ts';

const [openObject, openArray, closeArray, comma, colon, quote] = [0x7b, 0x5b, 0x5d, 0x2c, 0x3a, 0x22];

/** Levels of objects to look into: the file and two below. */
const maxDepth = 3;

/** Characters of a path, and the number of paths to find. */
const limits = { length: 100, paths: 6 };

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at] as number)) at += 1;
  return at;
}

/** The name of a field; undefined if it is not valid JSON. */
function nameAt(bytes: Buffer, from: number, end: number): string | undefined {
  try {
    return String(JSON.parse(bytes.toString('utf8', from, end + 1)));
  } catch {
    return undefined;
  }
}

/** The path of these names, in which a dot of a name follows a backslash; undefined if it is too long or cannot be entered. */
function pathOf(names: readonly string[]): string | undefined {
  const path = names.map((name) => name.replace(/[\\.]/g, '\\$&')).join('.');
  if (path.length > limits.length) return undefined;
  try {
    const read = namesOfPath(path);
    return read.length === names.length && read.every((name, index) => name === names[index]) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The paths of the first arrays of objects in a JSON object, such as `data.items`, as far as it has arrived; see `namesOfPath`. If
 * there are none, those of empty arrays.
 * @param text start of the object
 */
export function arraysOfObject(text: string): string[] {
  const bytes = Buffer.from(text);
  const found = { filled: new Set<string>(), empty: new Set<string>() };
  findArrays(bytes, skipSpace(bytes, 0), [], found);
  return [...(found.filled.size > 0 ? found.filled : found.empty)];
}

/** @param from the opening brace of an object */
function findArrays(
  bytes: Buffer,
  from: number,
  names: readonly string[],
  found: { filled: Set<string>; empty: Set<string> },
): void {
  if (bytes[from] !== openObject) return;
  let at = skipSpace(bytes, from + 1);
  while (bytes[at] === quote && found.filled.size < limits.paths) {
    const nameEnd = endOfString(bytes, at);
    const name = nameAt(bytes, at, nameEnd);
    at = skipSpace(bytes, nameEnd + 1);
    if (name === undefined || bytes[at] !== colon) return;
    at = skipSpace(bytes, at + 1);
    const path = bytes[at] === openArray ? pathOf([...names, name]) : undefined;
    const first = bytes[skipSpace(bytes, at + 1)];
    if (path !== undefined && first === openObject) found.filled.add(path);
    else if (path !== undefined && first === closeArray && found.empty.size < limits.paths) found.empty.add(path);
    else if (names.length + 1 < maxDepth) findArrays(bytes, at, [...names, name], found);
    const end = endOfElement(bytes, at);
    if (end < 0 || bytes[end] !== comma) return;
    at = skipSpace(bytes, end + 1);
  }
}
