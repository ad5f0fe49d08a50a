import { unescape } from './unescape.ts';

/** What makes a form of a secret recognisable in a text whose escapes were taken back. */
export interface SecretForm {
  /** A part that every way of writing it has; a text without it needs no closer look. */
  marker: string;
  pattern: RegExp;
  /** Base64 holds the secret amid other bytes, so that all of its run is hidden. */
  isBase64: boolean;
}

/** Of a longer secret the start is looked for, and what follows it is its rest. */
const maxLooked = 48;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Forms write a space as a plus sign, and messages are put into one line. */
const unitOf = (character: string): string => (/\s/.test(character) ? '[\\s+]' : escaped(character));

/** A long secret may be wrapped: line ends stand between its characters, or spaces where a message was put into one line. */
const wrapped = (units: string[]): string => units.join('\\s{0,20}');

const longestWord = (text: string): string =>
  (text.match(/[a-z\d]+/gi) ?? []).reduce((longest, word) => (word.length > longest.length ? word : longest), '');

/** The start of a long secret, with its rest if that follows. */
const longWrapped = (units: string[]): string =>
  `${wrapped(units.slice(0, maxLooked))}${units.length > maxLooked ? `(?:\\s{0,20}${wrapped(units.slice(maxLooked))})?` : ''}`;

/** Shorter secrets are looked for in one piece only, in characters. */
const shortestWrapped = 16;

/** A form whose pattern is made only when a text may hold it, for that of a long token takes milliseconds. */
function form(marker: string, source: () => string, isBase64 = false): SecretForm {
  let pattern: RegExp | undefined;
  return {
    marker,
    isBase64,
    get pattern() {
      return (pattern ??= new RegExp(source(), 'g'));
    },
  };
}

/** The start of a secret where a text was cut in its midst: at its end, or before dots, perhaps inside of an escape. */
function cutPattern(units: string[], least: number): string {
  const rest = units.slice(least).reduceRight((inner, unit) => `(?:${unit}${inner})?`, '');
  return `${units.slice(0, least).join('')}${rest}(?=(?:[%\\\\&][\\w#]{0,5})?\\s*(?:…|\\.\\.\\.|[.]?$))`;
}

function plainForm(secret: string): SecretForm {
  const units = [...secret].map(unitOf);
  const start = (length: number): string => longestWord([...secret].slice(0, length).join(''));
  if (units.length > maxLooked) return form(start(maxLooked), () => `${longWrapped(units)}[\\w.~+/=-]*`);
  const whole = units.join('');
  if (units.length >= shortestWrapped) {
    const least = Math.max(8, Math.ceil(units.length / 3));
    return form(start(least), () => `${wrapped(units)}|${cutPattern(units, least)}`);
  }
  // A short secret may be a part of a longer word, which then is not the secret.
  return form(longestWord(secret), () => (units.length < 12 ? `(?<![a-zA-Z\\d])${whole}(?![a-zA-Z\\d])` : whole));
}

/** The characters of base64 that the secret alone decides, when it begins at one of three places. */
function base64Core(bytes: Uint8Array, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return encoded.slice(Math.ceil((8 * offset) / 6), Math.floor((8 * (offset + bytes.length)) / 6));
}

function base64Forms(text: string): SecretForm[] {
  const cores = [0, 1, 2]
    .map((offset) => base64Core(Buffer.from(text, 'utf8'), offset))
    .filter((core) => core.length >= 8);
  const source = (core: string): string => {
    const units = Array.from(core, (digit) => ({ '+': '[+ -]', '/': '[/_]' })[digit] ?? digit);
    return core.length < shortestWrapped ? units.join('') : longWrapped(units);
  };
  return cores.map((core) => form(longestWord(core.slice(0, maxLooked)), () => source(core), true));
}

/** Every way in which a secret may be written in a text without escapes: as it is, and in base64 at any place, as in HTTP Basic, also of what was encoded for an address before. */
export function formsOf(secret: string): SecretForm[] {
  const encoded = [encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
  return [plainForm(unescape(secret).text), ...[...new Set([secret, ...encoded])].flatMap(base64Forms)];
}
