import { RE2JS, RE2JSException } from 're2js';
import { PipewrightError } from '../../host/error.ts';

/**
 * Whether text has a match of a regular expression, in time that grows with the length of the text alone: RE2 tries no alternatives twice, so no
 * expression can hang a step. It knows the syntax of JavaScript but for lookahead, lookbehind and backreferences.
 * @see https://github.com/google/re2/wiki/Syntax
 * @throws PipewrightError `bad-input` for an expression that RE2 does not take
 */
export function patternTest(source: string, rule: string): (text: string) => boolean {
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(source));
    return (text) => pattern.test(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const unsupported = /\(\?<?[=!]/.test(source)
      ? 'lookahead and lookbehind are not supported'
      : /\\[1-9]|\\k</.test(source)
        ? 'backreferences are not supported'
        : error.message.replace(/^error parsing regexp: /, '');
    throw new PipewrightError({
      code: 'bad-input',
      message: `The regular expression of the rule “${rule.slice(0, 100)}” cannot be used: ${unsupported}.`,
      hint: 'Write it in the syntax of RE2: without lookahead, lookbehind and backreferences, and with at most 1,000 repetitions.',
      cause: error,
    });
  }
}
