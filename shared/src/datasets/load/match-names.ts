import { createHash } from 'node:crypto';
import { PipewrightError } from '../../host/error.ts';
import type { NameLimits } from './target.ts';

/** Most databases treat names with the same folded form as equal. */
const fold = (name: string): string => name.normalize('NFC').toLowerCase();

/**
 * Finds a name among known ones: an exact match, otherwise the only match when case is ignored; undefined if none.
 * @throws PipewrightError `columns-missing` when several differ only in case
 */
export function matchName(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return name;
  const alike = known.filter((other) => fold(other) === fold(name));
  if (alike.length <= 1) return alike[0];
  throw new PipewrightError({
    code: 'columns-missing',
    message: `The column “${name}” is ambiguous: it matches ${alike.map((other) => `“${other}”`).join(' and ')}, which differ only in case.`,
    hint: 'The table was not changed. Use the exact spelling of one of them.',
  });
}

/**
 * Refuses names that differ only in case, because most databases treat them as the same column.
 * @param what has the columns
 * @param hint what to do
 * @throws PipewrightError `columns-missing`
 */
export function refuseDuplicateNames(
  names: readonly string[],
  what: string,
  hint = 'Rename one of them in the dataset.',
): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(fold(name));
    seen.set(fold(name), name);
    if (other === undefined) continue;
    throw new PipewrightError({
      code: 'columns-missing',
      message:
        other === name
          ? `${what} has the column “${name}” twice.`
          : `${what} has the columns “${other}” and “${name}”, which differ only in case.`,
      hint: `The table was not changed. ${hint}`,
    });
  }
}

/** Hex digits of the hash at the end of a shortened name. */
const hashDigits = 8;

/** Shortens a name and appends a hash of the full name, so that the same name is always shortened to the same result. */
function shortened(name: string, limits: NameLimits): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashDigits);
  const characters = [...name];
  while (characters.length > 0 && isTooLong(`${characters.join('')}_${hash}`, limits)) characters.pop();
  return `${characters.join('')}_${hash}`;
}

function isTooLong(name: string, { maxBytes = Infinity, maxLength = Infinity }: NameLimits): boolean {
  return Buffer.byteLength(name) > maxBytes || name.length > maxLength;
}

/**
 * Returns a column name that the database accepts.
 * @param shorten whether to shorten a name that is too long
 * @throws PipewrightError `invalid-input` for a name that is too long or reserved
 */
export function validName(name: string, limits: NameLimits, shorten: boolean): string {
  const { maxBytes, maxLength, reserved = [] } = limits;
  if (reserved.includes(name)) {
    throw new PipewrightError({
      code: 'invalid-input',
      message: `The column name “${name}” is reserved by the database.`,
      hint: 'The table was not changed. Rename the column in the dataset.',
    });
  }
  if (!isTooLong(name, limits)) return name;
  if (shorten) return shortened(name, limits);
  const limit = maxBytes === undefined ? `${maxLength} characters` : `${maxBytes} bytes`;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The column name “${name.slice(0, 200)}” is too long: the maximum is ${limit}.`,
    hint: 'The table was not changed. Turn on Shorten Long Column Names, or rename the column in the dataset.',
  });
}
