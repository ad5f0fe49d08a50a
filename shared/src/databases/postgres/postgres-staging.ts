import { PipewrightError, withDetails } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import type { PostgresColumn } from './postgres-rules.ts';
import type { PostgresSession } from './postgres-session.ts';
import { postgresType } from './postgres-types.ts';

const service = 'PostgreSQL';

/** The temporary table in which rows are staged. */
export const stagingTable = 'pg_temp.pipewright_staging';

/** The staged rows once they have the types of the table. */
const converted = 'pg_temp.pipewright_converted';

/** Numbers the rows, so that an error can name the row of the dataset. */
const rowNumber = '"pipewright_row"';

const known = (existing: readonly PostgresColumn[], name: string): PostgresColumn | undefined =>
  existing.find((column) => column.name === name);

/** Whether a column is staged as text. */
function isStagedAsText(column: PostgresColumn | undefined, evolve: boolean): boolean {
  return evolve || column === undefined || column.verified;
}

/** The statements that create the staging table: its columns have the types of the table, or are text. */
export function stagedDefinitions(
  table: string,
  columns: readonly InferredColumn[],
  existing: readonly PostgresColumn[],
  evolve: boolean,
): string[] {
  const isText = ({ name }: InferredColumn): boolean => isStagedAsText(known(existing, name), evolve);
  const typed = columns.filter((column) => !isText(column)).map(({ name }) => quoted(name));
  const texts = columns.filter(isText).map(({ name }) => `ADD ${quoted(name)} text`);
  const verified = columns.some(({ name }) => known(existing, name)?.verified);
  return [
    `CREATE TEMPORARY TABLE ${stagingTable} ON COMMIT DROP AS SELECT ${typed.join(', ')} FROM ${table} WITH NO DATA`,
    ...(texts.length > 0 ? [`ALTER TABLE ${stagingTable} ${texts.join(', ')}`] : []),
    ...(verified ? [`ALTER TABLE ${stagingTable} ADD ${rowNumber} bigint GENERATED ALWAYS AS IDENTITY`] : []),
  ];
}

/**
 * Refuses values of types without validation rules that the server displays differently from how they are written: it may
 * have read another value.
 * @throws PipewrightError `invalid-input`
 */
export async function verifyStaged(
  { run }: PostgresSession,
  columns: readonly InferredColumn[],
  existing: readonly PostgresColumn[],
): Promise<void> {
  for (const { name } of columns) {
    const column = known(existing, name);
    if (!column?.verified) continue;
    // Qualified, because PostgreSQL would prefer a function of that name for this very type.
    const shown = `pg_catalog.format('%s', ${quoted(name)}::${column.declaration})`;
    const { rows } = await run(
      `SELECT ${quoted(name)} AS written, ${shown} AS shown, ${rowNumber} AS row FROM ${stagingTable} WHERE ${quoted(name)} IS NOT NULL AND ${shown} IS DISTINCT FROM ${quoted(name)} ORDER BY ${rowNumber} LIMIT 1`,
    ).catch((error: unknown) => {
      throw unreadable(error, name, column.declaration);
    });
    if (!rows[0]) continue;
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `Row ${String(rows[0]['row'])} of the dataset has the value “${String(rows[0]['written']).slice(0, 60)}” in the column “${name}”, which is ${column.declaration} and would store “${String(rows[0]['shown']).slice(0, 60)}”.`,
      hint: 'The table was not changed. Write the value as PostgreSQL displays it, or load it into a text column.',
    });
  }
}

/** The error of a value that the server cannot parse, which differs from type to type. */
function unreadable(error: unknown, name: string, declaration: string): unknown {
  if (!(error instanceof PipewrightError) || error.retryable || error.code !== 'unavailable') return error;
  return withDetails(error, {
    code: 'invalid-input',
    hint: `The table was not changed. Correct the values of the column “${name}”, which is ${declaration}.`,
  });
}

/**
 * Converts rows that are staged as text to the types of the table.
 * @returns the table that has them
 */
export async function convertStaged(
  { run }: PostgresSession,
  table: string,
  columns: readonly InferredColumn[],
  existing: readonly PostgresColumn[],
  evolve: boolean,
): Promise<string> {
  if (!columns.some(({ name }) => isStagedAsText(known(existing, name), evolve))) return stagingTable;
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  await run(`CREATE TEMPORARY TABLE ${converted} ON COMMIT DROP AS SELECT ${names} FROM ${table} WITH NO DATA`);
  await run(
    `INSERT INTO ${converted} (${names}) SELECT ${columns.map((column) => valueOf(column, known(existing, column.name), evolve)).join(', ')} FROM ${stagingTable}`,
  );
  return converted;
}

/** SQL for a value of a column, converted where it is staged as text. */
function valueOf(column: InferredColumn, before: PostgresColumn | undefined, evolve: boolean): string {
  const name = quoted(column.name);
  if (!isStagedAsText(before, evolve)) return name;
  const keepsType = before !== undefined && (before.fixed || column.keepsType === true || !evolve);
  const declaration = keepsType ? before.declaration : postgresType(column);
  const type = keepsType ? before.type : column.type;
  const emptyIsNull = keepsType ? (before.emptyIsNull ?? type !== 'text') : type !== 'text';
  const text = emptyIsNull ? `nullif(${name}, '')` : name;
  if (declaration === 'text') return text;
  // An integer may be written as 1.0, which only a numeric reads.
  return type === 'integer' ? `${text}::numeric::${declaration}` : `${text}::${declaration}`;
}
