import { RE2JS, RE2JSException } from 're2js';
import { PipewrightError } from '../../host/error.ts';

/**
 * Compiles a regular expression into a test. RE2 matches in linear time without backtracking, so no expression can hang a
 * step. It supports JavaScript syntax except lookahead, lookbehind and backreferences.
 * @see https://github.com/google/re2/wiki/Syntax
 * @throws PipewrightError `invalid-input` for an expression that RE2 does not support
 */
export function patternTest(source: string, rule: string): (text: string) => boolean {
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(source));
    return (text) => pattern.test(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const problem = /\(\?<?[=!]/.test(source)
      ? 'lookahead and lookbehind are not supported'
      : /\\[1-9]|\\k</.test(source)
        ? 'backreferences are not supported'
        : error.message.replace(/^error parsing regexp: /, '');
    throw new PipewrightError({
      code: 'invalid-input',
      message: `The regular expression of the rule “${rule.slice(0, 100)}” is invalid: ${problem}.`,
      hint: 'Use RE2 syntax: no lookahead, lookbehind or backreferences, and at most 1,000 repetitions.',
      cause: error,
    });
  }
}
