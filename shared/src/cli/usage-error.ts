import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command was called wrongly. */
export class UsageError extends Error {}

/** The answer is no, and it has been printed; what is left is one line for people. */
export class Refused extends Error {}

/** The options and words of a command. @throws UsageError for one that does not exist or lacks its value */
export function parseWords<T extends ParseArgsConfig['options']>(words: string[], options: T) {
  try {
    return parseArgs({ args: words, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** One of some words. @throws UsageError for any other */
export function oneOf<const T extends string>(word: string, known: readonly T[], given: string): T {
  const found = known.find((one) => one === given);
  if (found) return found;
  throw new UsageError(`${word} must be one of ${known.join(', ')}.`);
}

/**
 * The number of an option.
 * @param least the least number that it may be
 * @throws UsageError for anything else
 */
export function wholeNumber(name: string, word: string, least: number): number {
  const number = Number(word);
  if (!Number.isInteger(number) || number < least)
    throw new UsageError(`${name} must be a whole number of at least ${least}.`);
  return number;
}
