import { describeError, PipewrightError, withDetails } from './error.ts';
import { hidden, redact } from './redact.ts';
import { mapWording, sameWording } from './wording.ts';
import { formsOf, type SecretForm } from './secret-forms.ts';
import { unescape, unescapedText } from './unescape.ts';

/** Shorter values are not looked for, in characters: they would tear holes into ordinary text. */
export const shortestSecret = 6;

/** Hides the secrets of one connection, whatever text they turn up in. */
export interface SecretMask {
  /** Adds a secret, such as a token that was fetched. Values shorter than `shortestSecret` are left to the patterns of `redact`. */
  learn(value: unknown): void;
  /** The text without the secrets, in any encoding of `formsOf` and any escape of `unescape`. */
  text(text: string): string;
  /** The same for every text and name inside of lists and plain objects; anything else stays as it is. */
  value<T>(value: T): T;
  /** The error without secrets, neither known ones nor those that `redact` knows by their form. */
  error(error: unknown): unknown;
}

/** Base64 continues on both sides of the match. */
function runAround(text: string, begin: number, end: number): [number, number] {
  let [from, to] = [begin, end];
  while (from > 0 && /[\w+/-]/.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && /[\w+/=-]/.test(text.charAt(to))) to += 1;
  return [from, to];
}

/** Where the secrets stand in a text, from the first on; places may overlap. */
function placesOf(text: string, forms: readonly SecretForm[]): [number, number][] {
  const plain = unescape(text);
  const places = forms.flatMap(({ pattern, isBase64 }) =>
    [...plain.text.matchAll(pattern)].map(({ index, 0: { length } }) =>
      isBase64 ? runAround(plain.text, index, index + length) : ([index, index + length] as const),
    ),
  );
  return places
    .map(([from, to]): [number, number] => [plain.starts[from] ?? 0, plain.ends[to - 1] ?? text.length])
    .sort(([a], [b]) => a - b);
}

function hideAll(text: string, known: readonly SecretForm[]): string {
  if (known.length === 0) return text;
  // Escapes may hide every letter of a marker, and line ends may part it.
  const unbroken = unescapedText(text).replace(/\s+/g, '');
  const likely = known.filter(({ marker }) => unbroken.includes(marker));
  if (likely.length === 0) return text;
  let clean = '';
  let done = 0;
  let shown = -1;
  for (const [from, to] of placesOf(text, likely)) {
    // Places that overlap or touch are one secret in several forms.
    if (from > shown) clean += text.slice(done, from) + hidden;
    done = Math.max(done, to);
    shown = done;
  }
  return clean + text.slice(done);
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** A mask that knows no secret yet. */
export function secretMask(): SecretMask {
  const forms = new Map<string, SecretForm[]>();
  let known: SecretForm[] = [];

  const text = (said: string): string => hideAll(said, known);

  function value<T>(given: T): T;
  function value(given: unknown): unknown {
    if (typeof given === 'string') return text(given);
    if (typeof given !== 'object' || given === null || known.length === 0) return given;
    if (Array.isArray(given)) {
      const entries = given.map((entry: unknown) => value(entry));
      return entries.some((entry, at) => entry !== given[at]) ? entries : given;
    }
    if (!isPlain(given)) return given;
    let changed = false;
    const entries = Object.entries(given).map(([name, entry]): [string, unknown] => {
      const shown: [string, unknown] = [text(name), value<unknown>(entry)];
      changed ||= shown[0] !== name || shown[1] !== entry;
      return shown;
    });
    return changed ? Object.fromEntries(entries) : given;
  }

  const clean = (said: string): string => redact(text(said));

  function error(raised: unknown): unknown {
    if (raised instanceof PipewrightError) {
      const { message, hint, requestId, cause } = raised;
      const shown = {
        message: clean(message),
        hint: hint && mapWording(hint, clean),
        requestId: requestId && clean(requestId),
      };
      const isClean = shown.message === message && sameWording(shown.hint, hint) && shown.requestId === requestId;
      if (cause === undefined) return isClean ? raised : withDetails(raised, shown);
      return withDetails(raised, { ...shown, cause: clean(describeError(cause, 'cli')) });
    }
    if (!(raised instanceof Error)) return raised;
    const message = clean(raised.message);
    return message === raised.message ? raised : new Error(message);
  }

  return {
    learn(secret) {
      if (typeof secret !== 'string') return;
      for (const one of new Set([secret, secret.trim()])) {
        if (one.length < shortestSecret || forms.has(one)) continue;
        forms.set(one, formsOf(one));
        known = [...forms.values()].flat();
      }
    },
    text,
    value,
    error,
  };
}
