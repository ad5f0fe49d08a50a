import { isJson } from '../../host/is-json.ts';
import type { ValueRule } from '../load/existing-column.ts';

/** Accepts valid JSON. */
export const jsonRule: ValueRule = { reason: 'is not valid JSON', fails: (text) => !isJson(text) };

/** Accepts JSON that a database can parse and write again without loss. */
export const parsedJsonRule: ValueRule = {
  reason:
    'is not JSON that the column stores without loss: it is invalid, repeats a key, or contains a number or character that would be lost',
  fails: (text) => !isJson(text) || losesSomething(text),
};

/** Not every database stores larger exponents. */
const maxExponent = 1000;

/** Whether valid JSON has a repeated key, half of a surrogate pair, a zero character, or a huge exponent. */
function losesSomething(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]|-?\d[\d.eE+-]*/g;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"')) {
      const word = String(JSON.parse(colon === undefined ? token : token.slice(0, token.length - colon.length)));
      if (word.includes('\0') || /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(word))
        return true;
      const keys = open.at(-1);
      if (colon === undefined || keys === undefined) continue;
      if (keys.has(word)) return true;
      keys.add(word);
    } else if (Math.abs(Number(/[eE](.+)$/.exec(token)?.[1] ?? 0)) > maxExponent) return true;
  }
  return false;
}
