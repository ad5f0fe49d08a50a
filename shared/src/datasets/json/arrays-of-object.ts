import { endOfElement, endOfString, isSpace } from './json-structure.ts';

const [openObject, openArray, closeArray, comma, colon, quote] = [0x7b, 0x5b, 0x5d, 0x2c, 0x3a, 0x22];

/** Objects in objects to look into. */
const maxDepth = 2;

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at] as number)) at += 1;
  return at;
}

/** The name of a field as a path has it: a dot in a name follows a backslash. */
function nameAt(bytes: Buffer, from: number, end: number): string | undefined {
  try {
    return String(JSON.parse(bytes.toString('utf8', from, end + 1))).replace(/[\\.]/g, '\\$&');
  } catch {
    return undefined;
  }
}

/** Whether an array has rows, or may have: its first value is an object, or it is empty. */
function mayHaveRows(bytes: Buffer, from: number): boolean {
  const first = bytes[skipSpace(bytes, from + 1)];
  return first === openObject || first === closeArray;
}

/**
 * The paths of the arrays of objects in a JSON object, such as `data.items`, as far as it has arrived; see `namesOfPath`.
 * @param text start of the object
 */
export function arraysOfObject(text: string): string[] {
  const bytes = Buffer.from(text);
  return pathsFrom(bytes, skipSpace(bytes, 0), '', 1);
}

/** @param from the opening brace of an object */
function pathsFrom(bytes: Buffer, from: number, before: string, depth: number): string[] {
  const paths: string[] = [];
  if (bytes[from] !== openObject) return paths;
  let at = skipSpace(bytes, from + 1);
  while (bytes[at] === quote) {
    const nameEnd = endOfString(bytes, at);
    const name = nameAt(bytes, at, nameEnd);
    at = skipSpace(bytes, nameEnd + 1);
    if (name === undefined || bytes[at] !== colon) break;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] === openArray && mayHaveRows(bytes, at)) paths.push(`${before}${name}`);
    else if (depth < maxDepth) paths.push(...pathsFrom(bytes, at, `${before}${name}.`, depth + 1));
    const end = endOfElement(bytes, at);
    if (end < 0 || bytes[end] !== comma) break;
    at = skipSpace(bytes, end + 1);
  }
  return paths;
}
