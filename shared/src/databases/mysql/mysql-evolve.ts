import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import type { MysqlSession } from './mysql-session.ts';
import type { MysqlColumn } from './mysql-table.ts';
import { mysqlType } from './mysql-types.ts';
import { becomesWider, wideType } from './mysql-wider.ts';

/**
 * Gives a table the columns that it lacks, and wider types to those that are too narrow, by one statement, which commits.
 * @param table quoted
 * @returns takes the change back, should the rows not come after all; undefined where nothing changes
 * @throws PipewrightError what the server says, such as that a key cannot become text
 */
export async function changeTable(
  session: MysqlSession,
  table: string,
  existing: readonly MysqlColumn[],
  columns: readonly InferredColumn[],
): Promise<(() => Promise<void>) | undefined> {
  const knownOf = ({ name }: InferredColumn): MysqlColumn | undefined => existing.find((known) => known.name === name);
  const added = columns.filter((column) => !knownOf(column));
  const wider = columns.filter((column) => {
    const known = knownOf(column);
    return known !== undefined && becomesWider(column, known);
  });
  if (added.length + wider.length === 0) return undefined;
  const before = wider.length > 0 ? await readDefinitions(session, table) : new Map<string, string>();
  const changes = [
    ...added.map((column) => `ADD ${quoted(column.name)} ${mysqlType(column)}`),
    ...wider.map(
      (column) => `MODIFY ${quoted(column.name)} ${widened(column, before.get(column.name) ?? '', knownOf(column))}`,
    ),
  ];
  const back = [
    ...added.map(({ name }) => `DROP ${quoted(name)}`),
    ...wider.map(({ name }) => `MODIFY ${quoted(name)} ${before.get(name) ?? ''}`),
  ];
  await session.run(`ALTER TABLE ${table} ${changes.join(', ')}`);
  return async () => {
    await session.run(`ALTER TABLE ${table} ${back.join(', ')}`);
  };
}

/** What stands behind the name of each column in CREATE TABLE: MODIFY must be told all of it again. */
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

/** A column's definition with another type. */
function widened(column: InferredColumn, before: string, known: MysqlColumn | undefined): string {
  const type = known?.definition.replace(/ NULL$/, '') ?? '';
  if (known && type !== '') {
    if (before.startsWith(type)) return wideType(column, known) + before.slice(type.length);
    // The order of its letters may be left out where it is that of the table.
    const bare = type.replace(/ CHARACTER SET \S+ COLLATE \S+$/, '');
    if (before.startsWith(bare))
      return (
        wideType(column, known) + before.slice(bare.length).replace(/^(?: CHARACTER SET \S+)?(?: COLLATE \S+)?/, '')
      );
  }
  throw new PipewrightError({
    code: 'bad-input',
    service: 'MySQL',
    message: `The column “${column.name}” would have to become ${column.type}, and its definition is not understood: ${before.slice(0, 100)}.`,
    hint: 'The table was not changed. Change the type of the column by hand, or load into another table.',
  });
}
