import { PipewrightError, withDetails } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import type { PostgresColumn } from './postgres-columns.ts';
import { service, temporary } from './postgres-merge.ts';
import type { PostgresSession } from './postgres-session.ts';
import { postgresType } from './postgres-types.ts';

/** Where rows are that waited as text, once they have the types of the table. */
const converted = 'pg_temp.pipewright_converted';

/** Numbers the rows as they come, so that a value can be found in the dataset. */
const rowNumber = '"pipewright_row"';

const known = (existing: readonly PostgresColumn[], name: string): PostgresColumn | undefined =>
  existing.find((column) => column.name === name);

/** Whether a column waits as the text of its values. */
function waitsAsText(column: PostgresColumn | undefined, evolve: boolean): boolean {
  return evolve || column === undefined || column.verified;
}

/** The statements that make the table in which rows wait: with the columns of their table, or as text. */
export function stagedDefinitions(
  table: string,
  columns: readonly InferredColumn[],
  existing: readonly PostgresColumn[],
  evolve: boolean,
): string[] {
  const isText = ({ name }: InferredColumn): boolean => waitsAsText(known(existing, name), evolve);
  const typed = columns.filter((column) => !isText(column)).map(({ name }) => quoted(name));
  const texts = columns.filter(isText).map(({ name }) => `ADD ${quoted(name)} text`);
  const verified = columns.some(({ name }) => known(existing, name)?.verified);
  return [
    `CREATE TEMPORARY TABLE ${temporary} ON COMMIT DROP AS SELECT ${typed.join(', ')} FROM ${table} WITH NO DATA`,
    ...(texts.length > 0 ? [`ALTER TABLE ${temporary} ${texts.join(', ')}`] : []),
    ...(verified ? [`ALTER TABLE ${temporary} ADD ${rowNumber} bigint GENERATED ALWAYS AS IDENTITY`] : []),
  ];
}

/**
 * Refuses values of types for which there are no rules of ours, and which the server shows in another way than they are
 * written: it may have read something else.
 * @throws PipewrightError `bad-input`
 */
export async function verifyStaged(
  { run }: PostgresSession,
  columns: readonly InferredColumn[],
  existing: readonly PostgresColumn[],
): Promise<void> {
  for (const { name } of columns) {
    const column = known(existing, name);
    if (!column?.verified) continue;
    // Qualified, for a function of the same name that takes this very type would be preferred wherever it is.
    const shown = `pg_catalog.format('%s', ${quoted(name)}::${column.declaration})`;
    const { rows } = await run(
      `SELECT ${quoted(name)} AS written, ${shown} AS shown, ${rowNumber} AS row FROM ${temporary} WHERE ${quoted(name)} IS NOT NULL AND ${shown} IS DISTINCT FROM ${quoted(name)} ORDER BY ${rowNumber} LIMIT 1`,
    ).catch((error: unknown) => {
      throw unreadable(error, name, column.declaration);
    });
    if (!rows[0]) continue;
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: `Row ${String(rows[0]['row'])} of the dataset has the value “${String(rows[0]['written']).slice(0, 60)}” in the column “${name}”, which is ${column.declaration} and would hold “${String(rows[0]['shown']).slice(0, 60)}”.`,
      hint: 'The table was not changed. Write the value as PostgreSQL shows it, or load it into a text column.',
    });
  }
}

/** A value that the server cannot read at all, for which each type has errors of its own. */
function unreadable(error: unknown, name: string, declaration: string): unknown {
  if (!(error instanceof PipewrightError) || error.retryable || error.code !== 'unavailable') return error;
  return withDetails(error, {
    code: 'bad-input',
    hint: `The table was not changed. Correct the values of the column “${name}”, which is ${declaration}.`,
  });
}

/**
 * Gives rows that wait as text the types of their table, which it has by then.
 * @returns where they are
 */
export async function convertStaged(
  { run }: PostgresSession,
  table: string,
  columns: readonly InferredColumn[],
  existing: readonly PostgresColumn[],
  evolve: boolean,
): Promise<string> {
  if (!columns.some(({ name }) => waitsAsText(known(existing, name), evolve))) return temporary;
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  await run(`CREATE TEMPORARY TABLE ${converted} ON COMMIT DROP AS SELECT ${names} FROM ${table} WITH NO DATA`);
  await run(
    `INSERT INTO ${converted} (${names}) SELECT ${columns.map((column) => valueOf(column, known(existing, column.name), evolve)).join(', ')} FROM ${temporary}`,
  );
  return converted;
}

/** SQL for a value of a column, from its text where it waits as text. */
function valueOf(column: InferredColumn, before: PostgresColumn | undefined, evolve: boolean): string {
  const name = quoted(column.name);
  if (!waitsAsText(before, evolve)) return name;
  const stays = before !== undefined && (before.fixed || column.keepsType === true || !evolve);
  const declaration = stays ? before.declaration : postgresType(column);
  const type = stays ? before.type : column.type;
  const blankIsNull = stays ? (before.emptyIsNull ?? type !== 'text') : type !== 'text';
  const text = blankIsNull ? `nullif(${name}, '')` : name;
  if (declaration === 'text') return text;
  // An integer may be written as 1.0, which only a numeric reads.
  return type === 'integer' ? `${text}::numeric::${declaration}` : `${text}::${declaration}`;
}
