import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command line is invalid. */
export class UsageError extends Error {}

/** The command ran and failed; its result has been printed, and the message is one line for people. */
export class Failure extends Error {}

/** Parses the options of a command. @throws UsageError for an unknown option or a missing value */
export function parseWords<T extends ParseArgsConfig['options']>(words: string[], options: T) {
  try {
    return parseArgs({ args: words, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Checks that an option has one of the allowed values. @throws UsageError otherwise */
export function oneOf<const T extends string>(option: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found) return found;
  throw new UsageError(`${option} must be one of: ${allowed.join(', ')}.`);
}

/**
 * Parses an option as a whole number.
 * @throws UsageError for anything else, or a number below `min`
 */
export function wholeNumber(option: string, value: string, min: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < min)
    throw new UsageError(`${option} must be a whole number of at least ${min}.`);
  return number;
}
