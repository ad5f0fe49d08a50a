import { readsBackAsFloat } from './mysql-numbers.ts';

/** Levels that MySQL's JSON has at most. */
const mostLevels = 100;

const [leastInteger, mostInteger] = [-(1n << 63n), (1n << 64n) - 1n];

/** A half of a letter of UTF-16 without the other half, which is no character. */
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Why a text is not JSON that a column keeps; undefined when it does.
 * @param how `stored`: as MySQL's own JSON, which drops a key that comes twice and makes a binary number of most numbers;
 *   `text`: as the text that it is
 */
export function whyNotJson(text: string, how: 'stored' | 'text'): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  return how === 'text' ? undefined : whyChanged(text);
}

/** The numbers, texts and marks of a text that is known to be JSON. */
function* tokensOf(text: string): Generator<string> {
  const number = /-?\d[\d.eE+-]*/y;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (letter === '"') {
      const end = endOfText(text, at);
      yield text.slice(at, end);
      at = end - 1;
    } else if ('{}[]:,'.includes(letter)) {
      yield letter;
    } else {
      number.lastIndex = at;
      const [found] = number.exec(text) ?? [];
      if (found === undefined) continue;
      yield found;
      at += found.length - 1;
    }
  }
}

/** The place behind a text in quotation marks; a mark after an odd number of backslashes is part of it. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text[before] === '\\') before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
  }
}

function whyChanged(text: string): string | undefined {
  /** The keys of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (const found of tokensOf(text)) {
    if (found === '{' || found === '[') {
      open.push(found === '{' ? new Set() : undefined);
      isKey = found === '{';
      if (open.length > mostLevels) return 'has more than 100 levels';
    } else if (found === '}' || found === ']') {
      open.pop();
      isKey = false;
    } else if (found === ',') {
      isKey = open.at(-1) !== undefined;
    } else if (found === ':') {
      isKey = false;
    } else if (found.startsWith('"')) {
      const word = JSON.parse(found) as string;
      if (loneSurrogate.test(word)) return 'has half of a character';
      if (!isKey) continue;
      const keys = open.at(-1);
      if (keys?.has(word)) return 'has a key twice';
      keys?.add(word);
    } else if (!keepsNumber(found)) return 'has a number that would be changed';
  }
  return undefined;
}

/** Whether MySQL keeps a number: integers of 64 bits as they are, all others as binary numbers. */
function keepsNumber(text: string): boolean {
  if (text === '-0') return false;
  if (/^-?\d+$/.test(text)) {
    const value = text.length > 21 ? undefined : BigInt(text);
    if (value !== undefined && value >= leastInteger && value <= mostInteger) return true;
  }
  return readsBackAsFloat(text, 'double');
}
