import { PipewrightError } from '../host/error.ts';
import { tableUnchanged } from './load-errors.ts';
import type { Row, SqlDialect } from './sql-dialect.ts';

/** Rows that a key must identify. */
export interface KeyCheck {
  /** Display names of the key columns. */
  names: readonly string[];
  /** SQL for the values of those columns. */
  values: readonly string[];
  /** SQL of the rows, as it follows FROM. */
  rows: string;
}

/**
 * Refuses rows whose key is NULL or not unique.
 * @param query returns the first row of a SELECT
 * @throws PipewrightError `invalid-input`
 */
export async function checkKey(
  dialect: SqlDialect,
  query: (sql: string) => Promise<Row | undefined>,
  { names, values, rows }: KeyCheck,
): Promise<void> {
  const { service, firstRow, asText } = dialect;
  const keys = values.map((_value, index) => `found_keys.k${index + 1}`);
  const list = values.map((value, index) => `${value} AS k${index + 1}`).join(', ');
  const found = `FROM (SELECT ${list} FROM ${rows}) AS found_keys`;
  if (await query(firstRow('1 AS found', `${found} WHERE ${keys.map((key) => `${key} IS NULL`).join(' OR ')}`)))
    throw emptyKey(service, names);
  const shown = keys.map((key, index) => `${asText(key)} AS k${index + 1}`).join(', ');
  const repeated = await query(firstRow(shown, `${found} GROUP BY ${keys.join(', ')} HAVING count(*) > 1`));
  if (repeated)
    throw repeatedKey(service, names, keys.map((_key, index) => String(repeated[`k${index + 1}`])).join(', '));
}

const listOf = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(', ');

const hint = `${tableUnchanged} Correct the dataset, or choose other columns as the key.`;

/** How the database compares text is not in the file, so values that look different may be the same key. */
const collationHint =
  ' Values that differ only in case are the same key if the column compares text without regard to case.';

function emptyKey(service: string, names: readonly string[]): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The key ${listOf(names)} is empty in at least one row.`,
    hint,
  });
}

function repeatedKey(service: string, names: readonly string[], value: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The key ${listOf(names)} is not unique: ${value.slice(0, 100)} occurs in more than one row.`,
    hint: /\p{L}/u.test(value) ? hint + collationHint : hint,
  });
}
