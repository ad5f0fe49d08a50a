import { readsBackAsFloat } from './mysql-numbers.ts';

/** Deepest nesting of MySQL's JSON. */
const maxLevels = 100;

const [minInteger, maxInteger] = [-(1n << 63n), (1n << 64n) - 1n];

/** Half of a surrogate pair, which is not a character. */
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Why a column cannot store a text as JSON; undefined when it can.
 * @param how `stored`: in MySQL's binary form, which drops repeated keys and converts most numbers to floating point;
 *   `text`: as text
 */
export function whyNotJson(text: string, how: 'stored' | 'text'): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  return how === 'text' ? undefined : whyChanged(text);
}

/** The tokens of valid JSON. */
function* tokensOf(text: string): Generator<string> {
  const number = /-?\d[\d.eE+-]*/y;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '"') {
      const end = endOfString(text, at);
      yield text.slice(at, end);
      at = end - 1;
    } else if ('{}[]:,'.includes(character)) {
      yield character;
    } else {
      number.lastIndex = at;
      const [found] = number.exec(text) ?? [];
      if (found === undefined) continue;
      yield found;
      at += found.length - 1;
    }
  }
}

/** The index after a string; a quotation mark after an odd number of backslashes is part of it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text[before] === '\\') before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
  }
}

function whyChanged(text: string): string | undefined {
  /** The keys of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (const found of tokensOf(text)) {
    if (found === '{' || found === '[') {
      open.push(found === '{' ? new Set() : undefined);
      isKey = found === '{';
      if (open.length > maxLevels) return 'has more than 100 levels';
    } else if (found === '}' || found === ']') {
      open.pop();
      isKey = false;
    } else if (found === ',') {
      isKey = open.at(-1) !== undefined;
    } else if (found === ':') {
      isKey = false;
    } else if (found.startsWith('"')) {
      const word = JSON.parse(found) as string;
      if (loneSurrogate.test(word)) return 'has half of a surrogate pair';
      if (!isKey) continue;
      const keys = open.at(-1);
      if (keys?.has(word)) return 'repeats a key';
      keys?.add(word);
    } else if (!preservesNumber(found)) return 'has a number that would be changed';
  }
  return undefined;
}

/** Whether MySQL preserves a number: it stores integers of 64 bits exactly, all others as floating point. */
function preservesNumber(text: string): boolean {
  if (text === '-0') return false;
  if (/^-?\d+$/.test(text)) {
    const value = text.length > 21 ? undefined : BigInt(text);
    if (value !== undefined && value >= minInteger && value <= maxInteger) return true;
  }
  return readsBackAsFloat(text, 'double');
}
