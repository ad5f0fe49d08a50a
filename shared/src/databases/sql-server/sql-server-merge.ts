import { PipewrightError } from '../../host/error.ts';
import { keyError } from '../load-records.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import type { FilledColumn } from './sql-server-evolve.ts';

/** Types whose values the server does not compare. */
const incomparable = /^(?:n?text|image|xml)\b/;

/**
 * The columns of a key.
 * @throws PipewrightError `bad-input` for one whose values cannot be compared
 */
export function keyColumns(filled: readonly FilledColumn[], key: readonly string[]): FilledColumn[] {
  const columns = filled.filter(({ name }) => key.includes(name));
  const wrong = columns.find(({ declaration }) => incomparable.test(declaration));
  if (!wrong) return columns;
  throw new PipewrightError({
    code: 'bad-input',
    service: 'SQL Server',
    message: `The key column “${wrong.name}” is ${wrong.declaration}, whose values SQL Server does not compare.`,
    hint: 'The table was not changed. Choose other columns as the key.',
  });
}

/**
 * The key must tell rows apart.
 * @param select gives the values of the key as `k1`, `k2`, …
 * @throws PipewrightError `bad-input` when it is empty in a row or the same in two
 */
export async function checkKey(session: SqlServerSession, key: readonly string[], select: string): Promise<void> {
  const names = key.map((_name, index) => `k${index + 1}`);
  const [empty] = await session.run(
    `SELECT TOP (1) 1 AS found FROM (${select}) AS found_keys WHERE ${names.map((name) => `found_keys.${name} IS NULL`).join(' OR ')}`,
  );
  if (empty) throw keyError('SQL Server', key, undefined);
  const [twice] = await session.run(
    `SELECT TOP (1) ${names.map((name) => `CONVERT(nvarchar(100), found_keys.${name}) AS ${name}`).join(', ')} FROM (${select}) AS found_keys GROUP BY ${names.map((name) => `found_keys.${name}`).join(', ')} HAVING COUNT_BIG(*) > 1`,
  );
  if (twice) throw keyError('SQL Server', key, names.map((name) => String(twice[name])).join(', '));
}
