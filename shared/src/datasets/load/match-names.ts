import { createHash } from 'node:crypto';
import { PipewrightError } from '../../host/error.ts';
import type { NameLimits } from './target.ts';

/** Two names that differ in nothing but this are the same to most databases. */
const fold = (name: string): string => name.normalize('NFC').toLowerCase();

/**
 * The name among the known ones that a name means: the same one, else the only one that differs in case alone;
 * undefined when there is none.
 * @throws PipewrightError `columns-missing` when several differ in case alone
 */
export function matchName(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return name;
  const alike = known.filter((other) => fold(other) === fold(name));
  if (alike.length <= 1) return alike[0];
  throw new PipewrightError({
    code: 'columns-missing',
    message: `The column “${name}” may mean ${alike.map((other) => `“${other}”`).join(' or ')}: they differ in case alone.`,
    hint: 'The table was not changed. Spell the name as one of them.',
  });
}

/**
 * Refuses names that differ in case alone, for most databases take them for one column.
 * @throws PipewrightError `columns-missing`
 */
export function refuseDuplicateNames(names: readonly string[], what: string): void {
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
          : `${what} has the columns “${other}” and “${name}”, which differ in case alone.`,
      hint: 'The table was not changed. Rename one of them in the dataset.',
    });
  }
}

/** Digits of the hash that replaces the rest of a name. */
const hashDigits = 8;

/** A name that fits: its beginning, and a hash of the whole, so that the same name is always shortened to the same one. */
function shortened(name: string, limits: NameLimits): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashDigits);
  const letters = [...name];
  while (letters.length > 0 && isTooLong(`${letters.join('')}_${hash}`, limits)) letters.pop();
  return `${letters.join('')}_${hash}`;
}

function isTooLong(name: string, { maxBytes = Infinity, maxLength = Infinity }: NameLimits): boolean {
  return Buffer.byteLength(name) > maxBytes || name.length > maxLength;
}

/**
 * A name that the database can hold.
 * @param shorten whether a name that is too long is shortened
 * @throws PipewrightError `bad-input` for one that is too long or reserved
 */
export function validName(name: string, limits: NameLimits, shorten: boolean): string {
  const { maxBytes, maxLength, reserved = [] } = limits;
  if (reserved.includes(name)) {
    throw new PipewrightError({
      code: 'bad-input',
      message: `The database keeps the name “${name}” for a column of its own.`,
      hint: 'The table was not changed. Rename the column in the dataset.',
    });
  }
  if (!isTooLong(name, limits)) return name;
  if (shorten) return shortened(name, limits);
  throw new PipewrightError({
    code: 'bad-input',
    message: `The column name “${name.slice(0, 200)}” is too long: the database takes ${maxBytes === undefined ? `${maxLength} characters` : `${maxBytes} bytes`}.`,
    hint: 'The table was not changed. Turn on Shorten Long Column Names, or rename the column in the dataset.',
  });
}
