import { wordingFor, type Wording } from '../../shared/src/host/wording.ts';

/** Matches a hint that has a text or pattern on every platform, for `toMatchObject`. */
export function hinting(wanted: string | RegExp): { asymmetricMatch(hint: Wording): boolean; toString(): string } {
  const matches = (text: string): boolean => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
  return {
    asymmetricMatch: (hint) => (['n8n', 'zapier', 'cli'] as const).every((one) => matches(wordingFor(hint, one))),
    toString: () => `hinting ${String(wanted)}`,
  };
}
