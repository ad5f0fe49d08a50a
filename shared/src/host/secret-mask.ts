import { describeError, PipewrightError, withDetails } from './error.ts';
import { hidden, redact } from './redact.ts';
import { mapWording, sameWording } from './wording.ts';
import { formsOf, type SecretForm } from './secret-forms.ts';
import { unescape, unescapedText } from './unescape.ts';

/** Minimum length in characters of a masked secret. Shorter values also occur in ordinary text. */
const minSecretLength = 6;

/** Masks the secrets of one connection in any text. */
export interface SecretMask {
  /** Adds a secret, such as a token that was fetched. Ignores values under six characters; `redact` masks some of them by pattern. */
  add(value: unknown): void;
  /** Masks the secrets in a text, in every encoding of `formsOf` and every escape of `unescape`. */
  text(text: string): string;
  /** Masks every string and property name in arrays and plain objects. Anything else is returned unchanged. */
  value<T>(value: T): T;
  /** Masks known secrets, and everything that `redact` finds, in an error. */
  error(error: unknown): unknown;
}

/** Extends a match to the whole base64 run around it. */
function runAround(text: string, begin: number, end: number): [number, number] {
  let [from, to] = [begin, end];
  while (from > 0 && /[\w+/-]/.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && /[\w+/=-]/.test(text.charAt(to))) to += 1;
  return [from, to];
}

/** The ranges of the secrets in a text, in order. Ranges may overlap. */
function rangesOf(text: string, forms: readonly SecretForm[]): [number, number][] {
  const plain = unescape(text);
  const ranges = forms.flatMap(({ pattern, isBase64 }) =>
    [...plain.text.matchAll(pattern)].map(({ index, 0: { length } }) =>
      isBase64 ? runAround(plain.text, index, index + length) : ([index, index + length] as const),
    ),
  );
  return ranges
    .map(([from, to]): [number, number] => [plain.starts[from] ?? 0, plain.ends[to - 1] ?? text.length])
    .sort(([a], [b]) => a - b);
}

function hideAll(text: string, known: readonly SecretForm[]): string {
  if (known.length === 0) return text;
  // A marker may be escaped or split by line breaks.
  const unbroken = unescapedText(text).replace(/\s+/g, '');
  const likely = known.filter(({ marker }) => unbroken.includes(marker));
  if (likely.length === 0) return text;
  let clean = '';
  let done = 0;
  let shown = -1;
  for (const [from, to] of rangesOf(text, likely)) {
    // Ranges that overlap or touch are one secret in several forms.
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

/** Creates a mask without secrets. */
export function secretMask(): SecretMask {
  const forms = new Map<string, SecretForm[]>();
  let known: SecretForm[] = [];

  const text = (input: string): string => hideAll(input, known);

  function value<T>(input: T): T;
  function value(input: unknown): unknown {
    if (typeof input === 'string') return text(input);
    if (typeof input !== 'object' || input === null || known.length === 0) return input;
    if (Array.isArray(input)) {
      const entries = input.map((entry: unknown) => value(entry));
      return entries.some((entry, at) => entry !== input[at]) ? entries : input;
    }
    if (!isPlain(input)) return input;
    let changed = false;
    const entries = Object.entries(input).map(([name, entry]): [string, unknown] => {
      const masked: [string, unknown] = [text(name), value<unknown>(entry)];
      changed ||= masked[0] !== name || masked[1] !== entry;
      return masked;
    });
    return changed ? Object.fromEntries(entries) : input;
  }

  const clean = (input: string): string => redact(text(input));

  function error(raised: unknown): unknown {
    if (raised instanceof PipewrightError) {
      const { message, hint, requestId, output, cause } = raised;
      const masked = {
        message: clean(message),
        hint: hint && mapWording(hint, clean),
        requestId: requestId && clean(requestId),
        output: value(output),
      };
      const isClean =
        masked.message === message &&
        sameWording(masked.hint, hint) &&
        masked.requestId === requestId &&
        masked.output === output;
      if (cause === undefined) return isClean ? raised : withDetails(raised, masked);
      return withDetails(raised, { ...masked, cause: clean(describeError(cause, 'cli')) });
    }
    if (!(raised instanceof Error)) return raised;
    const message = clean(raised.message);
    return message === raised.message ? raised : new Error(message);
  }

  return {
    add(secret) {
      if (typeof secret !== 'string') return;
      for (const one of new Set([secret, secret.trim()])) {
        if (one.length < minSecretLength || forms.has(one)) continue;
        forms.set(one, formsOf(one));
        known = [...forms.values()].flat();
      }
    },
    text,
    value,
    error,
  };
}
