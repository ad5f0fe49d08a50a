import type { DatabaseSync } from 'node:sqlite';
import { types } from 'node:util';
import { PipewrightError } from '../../host/error.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { stagedAlias } from '../sql-dialect.ts';
import { constraintOf } from './sqlite-error.ts';
import type { Constraint } from './sqlite-error-table.ts';
import { staging, type MovedColumn } from './sqlite-merge.ts';

/** Time limit for trying rows one by one. */
const maxSearchMs = 10_000;

/** Characters of a value that a message shows. */
const maxShown = 100;

/** A load that violated a constraint of its table. */
export interface RefusedLoad {
  database: DatabaseSync;
  table: string;
  columns: readonly MovedColumn[];
  /** Statements that move the staged row whose number is the parameter, in the order of the load. */
  moves: readonly string[];
  loaded: number;
}

/**
 * Finds the row that violated a constraint. The transaction of the load must still be open, and must be rolled back.
 * @returns the original error if it has another cause or the row is not found
 */
export function explainConstraint(error: unknown, load: RefusedLoad): unknown {
  const constraint = constraintOf(error);
  if (constraint === undefined || !load.database.isTransaction) return error;
  try {
    if (constraint === 'foreign key') return explainForeignKey(load) ?? error;
    return explainRow(load) ?? error;
  } catch {
    return error;
  }
}

/** Moves row by row until one fails with the error of the load. */
function explainRow(load: RefusedLoad): PipewrightError | undefined {
  const { database, moves, loaded } = load;
  const deadline = performance.now() + maxSearchMs;
  const statements = moves.map((sql) => database.prepare(sql));
  for (let row = 1; row <= loaded && performance.now() < deadline; row += 1) {
    try {
      for (const statement of statements) statement.run(row);
    } catch (error) {
      const constraint = constraintOf(error);
      return constraint && describe(load, row, constraint, types.isNativeError(error) ? error.message : String(error));
    }
  }
  return undefined;
}

function describe(
  { database, table, columns }: RefusedLoad,
  row: number,
  constraint: Constraint,
  text: string,
): PipewrightError {
  const detail = text.replace(/^[A-Z ]+ constraint failed: /, '');
  const values = database.prepare(
    `SELECT ${columns.map(({ value }, index) => `${value} AS v${index}`).join(', ')} FROM ${staging} AS ${stagedAlias} WHERE ${stagedAlias}.rowid = ?`,
  );
  values.setReadBigInts(true);
  const shown = values.get(row) ?? {};
  const named = columns.flatMap(({ name }, index) =>
    mentions(detail, name) ? [`${name} = ${String(shown[`v${index}`] ?? 'NULL').slice(0, maxShown)}`] : [],
  );
  const where = `row ${row} of the dataset${named.length > 0 ? ` (${named.slice(0, 5).join(', ')})` : ''}`;
  const kept = 'The table was not changed.';
  const error = (message: string, hint: string): PipewrightError =>
    new PipewrightError({ code: 'conflict', service: 'SQLite', message, hint: `${kept} ${hint}` });
  switch (constraint) {
    case 'unique':
      return error(
        `The table “${table}” requires unique values in ${detail}, but ${where} repeats one.`,
        'Correct the dataset, or choose the mode Upsert with these columns as the key.',
      );
    case 'not null':
      return error(
        `The table “${table}” requires a value in ${detail}, but ${where} has none.`,
        'Correct the dataset, or give the column of the table a default.',
      );
    case 'trigger':
      return error(
        `A trigger of the table “${table}” refused ${where}: ${detail}.`,
        'Correct the row, or change the trigger.',
      );
    case 'check':
    case 'type':
    case 'foreign key':
      return error(
        `The table “${table}” does not allow ${where}: ${text}.`,
        'Correct the row, or change the constraint of the table.',
      );
  }
}

/** Whether a constraint or a list of columns names a column. */
function mentions(detail: string, name: string): boolean {
  return (
    detail
      .toLowerCase()
      .split(/[^\p{L}\p{N}_]+/u)
      .includes(name.toLowerCase()) || detail.includes(`.${name}`)
  );
}

/** Finds the first staged row without its parent, or the table whose rows lost theirs. */
function explainForeignKey(load: RefusedLoad): PipewrightError | undefined {
  const { database, table } = load;
  const parts = database.prepare("SELECT * FROM pragma_foreign_key_list(?, 'main') ORDER BY id, seq").all(table);
  for (const id of new Set(parts.map((part) => part['id']))) {
    const found = explainParent(
      load,
      parts.filter((part) => part['id'] === id),
    );
    if (found) return found;
  }
  const children = database
    .prepare(
      "SELECT DISTINCT s.name AS name FROM main.sqlite_schema s, pragma_foreign_key_list(s.name, 'main') f WHERE s.type = 'table' AND f.\"table\" = ? COLLATE NOCASE",
    )
    .all(table);
  const orphaned = children
    .map(({ name }) => String(name))
    .find((name) =>
      database
        .prepare("SELECT 1 FROM pragma_foreign_key_check(?, 'main') WHERE parent = ? COLLATE NOCASE")
        .get(name, table),
    );
  if (orphaned === undefined) return undefined;
  return new PipewrightError({
    code: 'conflict',
    service: 'SQLite',
    message: `Rows of the table “${orphaned}” reference rows of “${table}” that the dataset does not have.`,
    hint: 'The table was not changed. Add the rows to the dataset, or choose the mode Upsert.',
  });
}

function explainParent(
  { database, columns, loaded }: RefusedLoad,
  parts: readonly Record<string, unknown>[],
): PipewrightError | undefined {
  const parent = String(parts[0]?.['table']);
  const keys = database.prepare("SELECT name FROM pragma_table_info(?, 'main') WHERE pk > 0 ORDER BY pk").all(parent);
  const pairs = parts.map((part, index) => ({
    column: columns.find(({ name }) => name.toLowerCase() === String(part['from']).toLowerCase()),
    to: String(part['to'] ?? keys[index]?.['name']),
  }));
  const known = pairs.flatMap(({ column, to }) => (column ? [{ ...column, to }] : []));
  if (known.length < pairs.length) return undefined;
  const filled = known.map(({ value }) => `${value} IS NOT NULL`).join(' AND ');
  const same = known.map(({ to, value }) => `parent.${quoted(to)} = ${value}`).join(' AND ');
  const find = database.prepare(
    `SELECT ${stagedAlias}.rowid AS number, ${known.map(({ value }, index) => `CAST(${value} AS TEXT) AS v${index}`).join(', ')} FROM ${staging} AS ${stagedAlias}
     WHERE ${filled} AND NOT EXISTS (SELECT 1 FROM main.${quoted(parent)} AS parent WHERE ${same}) ORDER BY ${stagedAlias}.rowid LIMIT 1`,
  );
  const row = loaded > 0 ? find.get() : undefined;
  if (!row) return undefined;
  const list = (name: (pair: (typeof known)[number]) => string): string =>
    known.map((pair, index) => `${name(pair)} = ${String(row[`v${index}`]).slice(0, maxShown)}`).join(', ');
  return new PipewrightError({
    code: 'conflict',
    service: 'SQLite',
    message: `Row ${Number(row['number'])} of the dataset (${list(({ name }) => name)}) references a row that the table “${parent}” does not have: ${list(({ to }) => to)}.`,
    hint: `The table was not changed. Load that row into “${parent}” first, or correct the value.`,
  });
}
