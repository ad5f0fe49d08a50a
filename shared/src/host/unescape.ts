/** Unescaped text, with the source position of each character. */
export interface Unescaped {
  text: string;
  /** Start of each character in the original text. */
  starts: number[];
  /** End of each character in the original text (exclusive). */
  ends: number[];
}

/** Escapes of URLs, JSON (also Markdown) and HTML. */
const escapes =
  /((?:%[\da-f]{2})+)|\\u([\da-f]{4})|\\([nrt])|\\([^])|&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi;

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Maximum depth of nested escapes, such as JSON in a query. */
const maxLayers = 5;

const fromCode = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');

function meaningOf([, percent, unit, space, escaped, decimal, hex, name]: readonly (string | undefined)[]): string {
  if (percent !== undefined) return Buffer.from(percent.replaceAll('%', ''), 'hex').toString('utf8');
  if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
  if (space !== undefined) return ' ';
  if (escaped !== undefined) return escaped;
  if (decimal !== undefined) return fromCode(Number(decimal));
  return hex === undefined ? (named[name?.toLowerCase() ?? ''] ?? '') : fromCode(Number.parseInt(hex, 16));
}

/** Source positions of the characters of an escape: their own bytes in percent-encoding, otherwise the whole escape. */
function* placesOf(escape: RegExpExecArray, meaning: string): Iterable<[number, number, number]> {
  const [whole, percent] = escape;
  const isExact = percent !== undefined && Buffer.byteLength(meaning) * 3 === percent.length;
  let at = 0;
  for (const character of meaning) {
    const size = Buffer.byteLength(character) * 3;
    yield isExact
      ? [character.length, escape.index + at, escape.index + at + size]
      : [character.length, escape.index, escape.index + whole.length];
    at += size;
  }
}

function unescapeOnce({ text, starts, ends }: Unescaped): Unescaped {
  const plain: Unescaped = { text: '', starts: [], ends: [] };
  const keep = (from: number, to: number): void => {
    plain.text += text.slice(from, to);
    for (let at = from; at < to; at += 1) {
      plain.starts.push(starts[at] ?? 0);
      plain.ends.push(ends[at] ?? 0);
    }
  };
  let done = 0;
  for (const escape of text.matchAll(escapes)) {
    keep(done, escape.index);
    const meaning = meaningOf(escape);
    plain.text += meaning;
    for (const [length, from, to] of placesOf(escape, meaning)) {
      for (let unit = 0; unit < length; unit += 1) {
        plain.starts.push(starts[from] ?? 0);
        plain.ends.push(ends[to - 1] ?? 0);
      }
    }
    done = escape.index + escape[0].length;
  }
  keep(done, text.length);
  return plain;
}

/** Decodes the escapes of URLs, JSON and HTML, nested in any order. */
export function unescape(text: string): Unescaped {
  let current: Unescaped = {
    text,
    starts: Array.from({ length: text.length }, (_, at) => at),
    ends: Array.from({ length: text.length }, (_, at) => at + 1),
  };
  for (let layer = 0; layer < maxLayers && /[%\\&]/.test(current.text); layer += 1) {
    const next = unescapeOnce(current);
    if (next.text === current.text) break;
    current = next;
  }
  return current;
}

/** The text of `unescape` without positions, which is faster. */
export function unescapedText(text: string): string {
  let current = text;
  for (let layer = 0; layer < maxLayers && /[%\\&]/.test(current); layer += 1) {
    const next = current.replace(escapes, (...escape: (string | undefined)[]) => meaningOf(escape));
    if (next === current) break;
    current = next;
  }
  return current;
}
