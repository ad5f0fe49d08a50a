import { describeError, PipewrightError, withDetails } from './error.ts';
import { hidden, redact } from './redact.ts';
import { formsOf, type SecretForm } from './secret-forms.ts';

/** Shorter values are not looked for, in characters: they would tear holes into ordinary text. */
export const shortestSecret = 6;

/** Hides the secrets of one connection, whatever text they turn up in. */
export interface SecretMask {
  /** Adds a secret, such as a token that was fetched. Values shorter than `shortestSecret` are left to the patterns of `redact`. */
  learn(value: unknown): void;
  /** The text without the secrets, in any encoding of `formsOf`. */
  text(text: string): string;
  /** The same for every text and name inside of lists and plain objects; anything else stays as it is. */
  value<T>(value: T): T;
  /** The error without secrets, neither known ones nor those that `redact` knows by their form. */
  error(error: unknown): unknown;
}

/** Base64 goes on to both sides of what was found. */
function runAround(text: string, begin: number, end: number): [number, number] {
  let [from, to] = [begin, end];
  while (from > 0 && /[\w+/-]/.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && /[\w+/=%-]/.test(text.charAt(to))) to += 1;
  return [from, to];
}

function hideForm(text: string, { marker, pattern, isBase64 }: SecretForm): string {
  if (!text.includes(marker)) return text;
  if (!isBase64) return text.replace(pattern, hidden);
  let clean = '';
  let done = 0;
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (index < done) continue;
    const [from, to] = runAround(text, index, index + found.length);
    clean += text.slice(done, Math.max(from, done)) + hidden;
    done = to;
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
  const order = (): SecretForm[] => [...forms.keys()].sort((a, b) => b.length - a.length).flatMap((secret) => forms.get(secret) ?? []);
  let known: SecretForm[] = [];

  const text = (said: string): string => known.reduce(hideForm, said);

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
      const shown = { message: clean(message), hint: hint && clean(hint), requestId: requestId && clean(requestId) };
      const isClean = shown.message === message && shown.hint === hint && shown.requestId === requestId;
      if (cause === undefined) return isClean ? raised : withDetails(raised, shown);
      return withDetails(raised, { ...shown, cause: clean(describeError(cause)) });
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
        known = order();
      }
    },
    text,
    value,
    error,
  };
}
