import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import type { MysqlSession } from './mysql-session.ts';
import type { MysqlColumn } from './mysql-table.ts';
import { mysqlType } from './mysql-types.ts';

/** Digits of the greatest unsigned integer of 64 bits. */
const bigintDigits = 20;

/** Whether a column of a table that evolves must get a wider type, because a value does not fit. */
export function mustWiden(column: InferredColumn, known: MysqlColumn): boolean {
  return known.fixed !== true && column.keepsType === false;
}

/** The wider type of a column, which fits its existing and its new values. */
export function widenedType(column: InferredColumn, known: MysqlColumn): string {
  // A text keeps its character set and collation.
  if (column.type === 'text' && known.type === 'text')
    return known.definition
      .replace(/^(?:var)?char\(\d+\)|^(?:tiny|medium|long)?text/, 'longtext')
      .replace(/ NULL$/, '');
  const { precision = 1, scale = 0 } = column;
  const whole = Math.max(precision - scale, known.wholeDigits ?? bigintDigits);
  const widest = Math.max(scale, known.scale ?? 0);
  return mysqlType({ ...column, precision: whole + widest, scale: widest });
}

/**
 * Adds missing columns to a table and widens the types that are too narrow, in one statement, which commits.
 * @param table quoted
 * @returns undoes the change, in case the rows are not published; undefined where nothing changes
 * @throws PipewrightError the explained error of the server, such as that a key column cannot become text
 */
export async function evolveMysql(
  session: MysqlSession,
  table: string,
  existing: readonly MysqlColumn[],
  columns: readonly InferredColumn[],
): Promise<(() => Promise<void>) | undefined> {
  const added: InferredColumn[] = [];
  const widened: { column: InferredColumn; known: MysqlColumn }[] = [];
  for (const column of columns) {
    const known = existing.find(({ name }) => name === column.name);
    if (!known) added.push(column);
    else if (mustWiden(column, known)) widened.push({ column, known });
  }
  if (added.length + widened.length === 0) return undefined;
  const before = widened.length > 0 ? await readDefinitions(session, table) : new Map<string, string>();
  const changes = [
    ...added.map((column) => `ADD ${quoted(column.name)} ${mysqlType(column)}`),
    ...widened.map(
      ({ column, known }) =>
        `MODIFY ${quoted(column.name)} ${widenDefinition(column, before.get(column.name) ?? '', known)}`,
    ),
  ];
  const undo = [
    ...added.map(({ name }) => `DROP ${quoted(name)}`),
    ...widened.map(({ column: { name } }) => `MODIFY ${quoted(name)} ${before.get(name) ?? ''}`),
  ];
  await session.run(`ALTER TABLE ${table} ${changes.join(', ')}`);
  return async () => {
    await session.run(`ALTER TABLE ${table} ${undo.join(', ')}`);
  };
}

/** What follows the name of each column in CREATE TABLE: MODIFY must repeat all of it. */
async function readDefinitions({ run }: MysqlSession, table: string): Promise<Map<string, string>> {
  const { rows } = await run(`SHOW CREATE TABLE ${table}`);
  const lines = String(rows[0]?.['Create Table']).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, name, definition] = /^ {2}`((?:[^`]|``)+)` (.*?),?$/.exec(line) ?? [];
      return name === undefined || definition === undefined ? [] : [[name.replaceAll('``', '`'), definition] as const];
    }),
  );
}

/** The definition of a column with its wider type. */
function widenDefinition(column: InferredColumn, before: string, known: MysqlColumn): string {
  const type = known.definition.replace(/ NULL$/, '');
  if (type !== '') {
    if (before.startsWith(type)) return widenedType(column, known) + before.slice(type.length);
    // CREATE TABLE omits the collation if it equals the table's.
    const bare = type.replace(/ CHARACTER SET \S+ COLLATE \S+$/, '');
    if (before.startsWith(bare)) {
      const rest = before.slice(bare.length).replace(/^(?: CHARACTER SET \S+)?(?: COLLATE \S+)?/, '');
      return widenedType(column, known) + rest;
    }
  }
  throw new PipewrightError({
    code: 'invalid-input',
    service: 'MySQL',
    message: `The column “${column.name}” must become ${column.type}, but its definition cannot be parsed: ${before.slice(0, 100)}.`,
    hint: 'The table was not changed. Change the type of the column manually, or load into another table.',
  });
}
