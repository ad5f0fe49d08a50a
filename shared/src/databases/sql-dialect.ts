/** A row of a result set, by column name. */
export type Row = Record<string, unknown>;

/** Alias of the table that a load writes into, in every statement that joins it with the staged rows. */
export const tableAlias = 'present';

/** Alias of the staged rows in those statements. */
export const stagedAlias = 'incoming';

/** The parts of an UPDATE that takes its values from staged rows. */
export interface UpdateParts {
  /** The table, quoted, without its alias. */
  table: string;
  /** SQL of the staged rows, with its alias. */
  source: string;
  /** Columns, quoted, with SQL for their values. */
  assignments: readonly { column: string; value: string }[];
  /** Which row of the table belongs to which staged row. */
  condition: string;
}

/** SQL types of the columns of the record tables. */
export interface RecordTypes {
  /** A text that may be part of a primary key. */
  key: string;
  /** A text of any length. */
  text: string;
  /** A timestamp that is written as ISO 8601. */
  timestamp: string;
  /** A floating-point number. */
  float: string;
}

/** What differs between engines in the SQL that they share: keys, merges and load records are written once, in terms of it. */
export interface SqlDialect {
  /** Display name of the engine. */
  service: string;
  quote(name: string): string;
  /** A SELECT of the first row: `LIMIT 1` or `TOP (1)`. */
  firstRow(columns: string, rest: string): string;
  /** A value as text, for a message. */
  asText(value: string): string;
  update(parts: UpdateParts): string;
  recordTypes: RecordTypes;
  /** A parameter of a statement, counted from 0. */
  placeholder(index: number): string;
  /** A statement that inserts one row or replaces the one with the same table and load ID. */
  upsertRecord(table: string, columns: readonly string[], placeholders: readonly string[]): string;
}

/** `UPDATE … FROM`, as PostgreSQL and SQLite write it. */
export function updateFrom({ table, source, assignments, condition }: UpdateParts): string {
  const changes = assignments.map(({ column, value }) => `${column} = ${value}`).join(', ');
  return `UPDATE ${table} AS ${tableAlias} SET ${changes} FROM ${source} WHERE ${condition}`;
}

/** `INSERT … ON CONFLICT DO UPDATE`, as PostgreSQL and SQLite write it. */
export function upsertOnConflict(table: string, columns: readonly string[], placeholders: readonly string[]): string {
  const changes = columns.map((name) => `${name} = excluded.${name}`).join(', ');
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${placeholders.join(', ')}) ON CONFLICT (table_name, load_id) DO UPDATE SET ${changes}`;
}
