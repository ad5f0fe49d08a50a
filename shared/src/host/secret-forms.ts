/** What makes a form of a secret recognisable in a text. */
export interface SecretForm {
  /** A part that stands in every way of writing it; a text without it needs no closer look. */
  marker: string;
  pattern: RegExp;
  /** Base64 holds the secret amid other bytes, so that all of its run is hidden. */
  isBase64: boolean;
}

const named: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const anyCase = (hex: string): string => hex.replace(/[a-f]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);

const hex = (code: number, length: number): string => anyCase(code.toString(16).padStart(length, '0'));

/** One character as any of the encodings writes it: as it is, in an address, in JSON, in HTML, in Markdown. */
function anyForm(character: string): string {
  if (/^[a-z\d]$/i.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character, 'utf8')].map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join('');
  const json = Array.from({ length: character.length }, (_, at) => `\\\\{1,8}u${hex(character.charCodeAt(at), 4)}`).join('');
  const html = `&(?:amp;){0,3}(?:#0*${code}|#[xX]0*${hex(code, 0)}${named[character] ? `|${named[character]}` : ''});`;
  const space = /\s/.test(character) ? ['\\+', '\\\\{1,8}[nrt]', '\\s'] : [`\\\\{0,8}${escaped(character)}`];
  return `(?:${[...space, percent, json, html].join('|')})`;
}

const longestWord = (text: string): string => (text.match(/[a-z\d]+/gi) ?? []).reduce((longest, word) => (word.length > longest.length ? word : longest), '');

/** Characters at which a secret may be longer than its pattern: what follows them is its rest. */
const mostUnits = 48;

/** The start of a secret where a text was cut in its midst: at its end, or before dots. */
function cutForm(units: string[]): string {
  const least = Math.max(8, Math.ceil(units.length / 3));
  const rest = units.slice(least).reduceRight((inner, unit) => `(?:${unit}${inner})?`, '');
  return `${units.slice(0, least).join('')}${rest}(?=\\s*(?:…|\\.\\.\\.|[.]?$))`;
}

function plainForm(secret: string): SecretForm {
  const units = [...secret].map(anyForm);
  const start = [...secret].slice(0, Math.max(8, Math.ceil(units.length / 3))).join('');
  if (units.length > mostUnits) return { marker: longestWord([...secret].slice(0, mostUnits).join('')), pattern: new RegExp(`${units.slice(0, mostUnits).join('')}[\\w.~+/=%\\\\&;#-]*`, 'g'), isBase64: false };
  if (units.length >= 16) return { marker: longestWord(start), pattern: new RegExp(`${units.join('')}|${cutForm(units)}`, 'g'), isBase64: false };
  const whole = units.join('');
  // A short secret may be a part of a longer word, which then is not the secret.
  const alone = units.length < 12 ? `(?:(?<![a-zA-Z\\d])|(?<=%[\\da-fA-F]{2}|\\\\[nrt]|\\\\u[\\da-fA-F]{4}))${whole}(?![a-zA-Z\\d])` : whole;
  return { marker: longestWord(secret), pattern: new RegExp(alone, 'g'), isBase64: false };
}

/** The characters of base64 that the secret alone decides, at one of the three places where it can begin. */
function base64Core(bytes: Uint8Array, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return encoded.slice(Math.ceil((8 * offset) / 6), Math.floor((8 * (offset + bytes.length)) / 6));
}

function base64Forms(text: string): SecretForm[] {
  const cores = [0, 1, 2].map((offset) => base64Core(Buffer.from(text, 'utf8'), offset)).filter((core) => core.length >= 8);
  return cores.map((core) => {
    const units = [...core].map((character) => (character === '+' ? `(?:-|${anyForm('+')})` : character === '/' ? `(?:_|${anyForm('/')})` : character));
    return { marker: longestWord(core.slice(0, mostUnits)), pattern: new RegExp(units.slice(0, mostUnits).join(''), 'g'), isBase64: true };
  });
}

/**
 * Every way in which a secret may be written: as it is, in an address (both styles of spaces, hexadecimal digits in both
 * cases), in JSON, in HTML, and in base64 at any place, as in HTTP Basic, also of what was encoded for an address before.
 */
export function formsOf(secret: string): SecretForm[] {
  const encoded = [encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
  return [plainForm(secret), ...[...new Set([secret, ...encoded])].flatMap(base64Forms)];
}
