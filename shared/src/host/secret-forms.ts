import { unescape } from './unescape.ts';

/** One encoding of a secret, as it occurs in unescaped text. */
export interface SecretForm {
  /** A substring of every match. A text without it is not searched further. */
  marker: string;
  pattern: RegExp;
  /** Whether to mask the whole base64 run, because base64 mixes the secret with other bytes. */
  isBase64: boolean;
}

/** Number of characters to match in a long secret. What follows is treated as the rest of the secret. */
const maxMatched = 48;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** URL encoding may turn a space into a plus sign, and messages may be joined into one line. */
const unitOf = (character: string): string => (/\s/.test(character) ? '[\\s+]' : escaped(character));

/** A long secret may be wrapped, with line breaks between its characters, or spaces once a message is joined into one line. */
const wrapped = (units: string[]): string => units.join('\\s{0,20}');

const longestWord = (text: string): string =>
  (text.match(/[a-z\d]+/gi) ?? []).reduce((longest, word) => (word.length > longest.length ? word : longest), '');

/** Matches the start of a long secret, and the rest if present. */
const longWrapped = (units: string[]): string =>
  `${wrapped(units.slice(0, maxMatched))}${units.length > maxMatched ? `(?:\\s{0,20}${wrapped(units.slice(maxMatched))})?` : ''}`;

/** Minimum length in characters of a secret that is matched across line breaks. */
const minWrappedLength = 16;

/** A form that compiles its pattern on first use: compiling the pattern of a long token takes milliseconds. */
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

/** Matches the start of a secret that was truncated: at the end of the text or before an ellipsis, possibly inside an escape. */
function truncatedPattern(units: string[], minLength: number): string {
  const rest = units.slice(minLength).reduceRight((inner, unit) => `(?:${unit}${inner})?`, '');
  return `${units.slice(0, minLength).join('')}${rest}(?=(?:[%\\\\&][\\w#]{0,5})?\\s*(?:…|\\.\\.\\.|[.]?$))`;
}

function plainForm(secret: string): SecretForm {
  const characters = [...secret];
  const { length } = characters;
  const units = (): string[] => characters.map(unitOf);
  const start = (count: number): string => longestWord(characters.slice(0, count).join(''));
  if (length > maxMatched) return form(start(maxMatched), () => `${longWrapped(units())}[\\w.~+/=-]*`);
  if (length >= minWrappedLength) {
    const minLength = Math.max(8, Math.ceil(length / 3));
    return form(start(minLength), () => `${wrapped(units())}|${truncatedPattern(units(), minLength)}`);
  }
  // A short secret may be part of a longer word that is not the secret.
  const whole = (): string => units().join('');
  return form(longestWord(secret), () => (length < 12 ? `(?<![a-zA-Z\\d])${whole()}(?![a-zA-Z\\d])` : whole()));
}

/** The base64 characters that depend only on the secret, when it starts at one of three bit offsets. */
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
    return core.length < minWrappedLength ? units.join('') : longWrapped(units);
  };
  return cores.map((core) => form(longestWord(core.slice(0, maxMatched)), () => source(core), true));
}

/**
 * All forms of a secret in unescaped text: plain, and in base64 at any offset (as in HTTP Basic), also after the encodings in
 * which requests send it: in URLs, forms and JSON.
 */
export function formsOf(secret: string): SecretForm[] {
  const encoded = [
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ];
  return [plainForm(unescape(secret).text), ...[...new Set([secret, ...encoded])].flatMap(base64Forms)];
}
