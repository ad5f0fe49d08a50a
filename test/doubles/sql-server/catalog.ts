import type { DatabaseSync } from 'node:sqlite';
import { quoted } from './tsql.ts';

/** A column of a test table. */
export interface NewColumn {
  name: string;
  /** T-SQL type: `nvarchar(20)`. */
  type: string;
  /** Default: true. */
  nullable?: boolean;
  /** SQLite expression for the default value. */
  standard?: string;
  /** Whether the server generates it, so that it is read-only. */
  identity?: boolean;
  computed?: boolean;
  collation?: string;
  /** More values in `sys.columns`: `{ is_masked: 1 }`. */
  says?: Readonly<Record<string, number>>;
}

/** Options of a test table. */
export interface TableParts {
  /** Primary key columns. */
  key?: readonly string[];
  /** Whether rows with an existing key are skipped (IGNORE_DUP_KEY). */
  ignoresDuplicates?: boolean;
  references?: { column: string; table: string; action?: 'CASCADE' | 'SET NULL' };
  /** Values in `sys.tables`: `{ is_memory_optimized: 1 }`. */
  says?: Readonly<Record<string, number>>;
}

/** A test trigger, implemented as an AFTER trigger in SQLite. */
export interface NewTrigger {
  event: 'INSERT' | 'UPDATE' | 'DELETE';
  /** SQLite statements that use the row `NEW`. Default: none. */
  body?: string;
  /** Whether the catalog lists it as INSTEAD OF. Default: false. */
  instead?: boolean;
  /** Whether it returns rows of its own. Default: false. */
  selects?: boolean;
  disabled?: boolean;
}

/** A stored column. */
export interface CatalogColumn {
  name: string;
  declaration: string;
  nullable: boolean;
  numbered: boolean;
  filled: boolean;
  hasStandard: boolean;
  collation: string | null;
}

/** IDs of the types in `sys.types`. */
const typeNumbers: Record<string, number> = {
  image: 34,
  text: 35,
  uniqueidentifier: 36,
  date: 40,
  time: 41,
  datetime2: 42,
  datetimeoffset: 43,
  tinyint: 48,
  smallint: 52,
  int: 56,
  smalldatetime: 58,
  real: 59,
  money: 60,
  datetime: 61,
  float: 62,
  ntext: 99,
  bit: 104,
  decimal: 106,
  numeric: 108,
  smallmoney: 122,
  bigint: 127,
  varbinary: 165,
  varchar: 167,
  char: 175,
  timestamp: 189,
  nvarchar: 231,
  nchar: 239,
  xml: 241,
  sql_variant: 98,
  binary: 173,
  json: 244,
  vector: 255,
  hierarchyid: 128,
  geometry: 129,
  geography: 130,
};

/** CLR types, which share one `system_type_id` without a name. */
const clrTypes = ['hierarchyid', 'geometry', 'geography'];

/** Name of a type by its ID. */
export function typeName(number: unknown): string | null {
  return Object.entries(typeNumbers).find(([, known]) => known === Number(number))?.[0] ?? null;
}

const parts = (declaration: string): { type: string; first: string; second: string } => {
  const [, type = '', first = '', second = '0'] =
    /^(\w+)(?:\((\w+)(?:,(\d+))?\))?$/.exec(declaration.replaceAll(' ', '')) ?? [];
  return { type, first, second };
};

/** Creates the tables for `sys.objects`, `sys.schemas`, `sys.columns` and `sys.foreign_keys`. */
export function makeCatalog(database: DatabaseSync): void {
  database.exec(`CREATE TABLE "sys.objects" (object_id INTEGER PRIMARY KEY, name TEXT, schema_name TEXT, type TEXT);
    CREATE TABLE "sys.columns" (object_id, column_id, name, system_type_id, user_type_id, max_length, precision, scale, collation_name, is_nullable, is_identity, is_computed, generated_always_type, default_object_id, declaration, is_hidden, is_column_set, encryption_type, is_masked, is_ansi_padded);
    CREATE TABLE "sys.schemas" (schema_id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO "sys.schemas" VALUES (1, 'dbo'), (2, 'guest'), (3, 'INFORMATION_SCHEMA'), (4, 'sys'), (16384, 'db_owner');
    CREATE TABLE "sys.tables" (object_id INTEGER PRIMARY KEY, is_memory_optimized, is_external, temporal_type);
    CREATE TABLE "sys.triggers" (object_id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id, name, is_instead_of_trigger, is_disabled, event, selects);
    CREATE TABLE "sys.foreign_keys" (parent_object_id, referenced_object_id, delete_referential_action, is_disabled);`);
}

/** ID of an object by its name: `dbo.claims`. */
export function objectId(database: DatabaseSync, name: string, kind?: string): number | undefined {
  const row = database
    .prepare(
      `SELECT object_id AS id FROM "sys.objects" WHERE lower(schema_name || '.' || name) = lower(?) AND (? IS NULL OR trim(type) = ?)`,
    )
    .get(name, kind ?? null, kind ?? null);
  return row === undefined ? undefined : Number(row['id']);
}

/** The columns of a table. */
export function columnsOf(database: DatabaseSync, table: string): CatalogColumn[] {
  const rows = database
    .prepare('SELECT * FROM "sys.columns" WHERE object_id = ? ORDER BY column_id')
    .all(objectId(database, table) ?? -1);
  return rows.map((row) => ({
    name: String(row['name']),
    declaration: String(row['declaration']),
    nullable: Number(row['is_nullable']) === 1,
    numbered: Number(row['is_identity']) === 1,
    filled: Number(row['is_computed']) === 1 || Number(row['system_type_id']) === 189,
    hasStandard: Number(row['default_object_id']) !== 0,
    collation: row['collation_name'] === null ? null : String(row['collation_name']),
  }));
}

/** Registers a table or view. */
export function addObject(database: DatabaseSync, name: string, type: 'U ' | 'V '): number {
  const [schema = 'dbo', ...rest] = name.split('.');
  const id = Number(
    database
      .prepare('INSERT INTO "sys.objects" (name, schema_name, type) VALUES (?, ?, ?)')
      .run(rest.join('.'), schema, type).lastInsertRowid,
  );
  if (type === 'U ') database.prepare('INSERT INTO "sys.tables" VALUES (?, 0, 0, 0)').run(id);
  return id;
}

/** Drops a table if it exists. */
export function dropTable(database: DatabaseSync, name: string): void {
  const id = objectId(database, name);
  if (id === undefined) return;
  for (const place of ['objects', 'columns', 'tables'])
    database.exec(`DELETE FROM "sys.${place}" WHERE object_id = ${id}`);
  database.exec(`DROP TABLE ${quoted(name)}`);
}

/** Creates a trigger. */
export function createTrigger(
  database: DatabaseSync,
  table: string,
  name: string,
  { event, body, instead = false, selects = false, disabled = false }: NewTrigger,
): void {
  database
    .prepare(
      'INSERT INTO "sys.triggers" (parent_id, name, is_instead_of_trigger, is_disabled, event, selects) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .run(objectId(database, table) ?? -1, name, Number(instead), Number(disabled), event, Number(selects));
  if (body !== undefined && !disabled)
    database.exec(`CREATE TRIGGER ${quoted(name)} AFTER ${event} ON ${quoted(table)} BEGIN ${body}; END`);
}

/** Whether a table has a trigger for this kind of statement that returns rows. */
export function selectsRows(database: DatabaseSync, table: string, event: NewTrigger['event']): boolean {
  return (
    database
      .prepare('SELECT 1 FROM "sys.triggers" WHERE parent_id = ? AND event = ? AND selects = 1 AND is_disabled = 0')
      .get(objectId(database, table) ?? -1, event) !== undefined
  );
}

/** Registers a column. */
export function addColumn(
  database: DatabaseSync,
  table: number,
  {
    name,
    type: declaration,
    nullable = true,
    standard,
    identity = false,
    computed = false,
    collation,
    says = {},
  }: NewColumn,
): void {
  const { type, first, second } = parts(declaration);
  const number = typeNumbers[type];
  if (number === undefined) throw new Error(`The double does not support the type ${declaration}.`);
  const isText = /char|text/.test(type);
  const isLong = /^n?text$|^image$/.test(type);
  const bytes =
    first === 'max'
      ? -1
      : isLong
        ? 16
        : isText || type.endsWith('binary')
          ? Number(first) * (type.startsWith('n') ? 2 : 1)
          : 8;
  const hasFraction = ['time', 'datetime2', 'datetimeoffset'].includes(type);
  const isDecimal = type === 'decimal' || type === 'numeric';
  const { count } = database.prepare('SELECT count(*) AS count FROM "sys.columns" WHERE object_id = ?').get(table) as {
    count: number;
  };
  database
    .prepare('INSERT INTO "sys.columns" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      table,
      count + 1,
      name,
      clrTypes.includes(type) ? 240 : number,
      number,
      bytes,
      isDecimal ? Number(first) : 0,
      isDecimal ? Number(second) : hasFraction && first === '' ? 7 : Number(first) || 0,
      isText ? (collation ?? 'SQL_Latin1_General_CP1_CI_AS') : null,
      Number(nullable),
      Number(identity),
      Number(computed),
      says['generated_always_type'] ?? 0,
      standard === undefined ? 0 : 1,
      declaration,
      says['is_hidden'] ?? 0,
      says['is_column_set'] ?? 0,
      says['encryption_type'] ?? null,
      says['is_masked'] ?? 0,
      says['is_ansi_padded'] ?? 1,
    );
}

/** Creates a SQL Server table for a test, without rows. */
export function createTable(
  database: DatabaseSync,
  name: string,
  columns: readonly NewColumn[],
  { key, ignoresDuplicates = false, references, says = {} }: TableParts = {},
): void {
  const id = addObject(database, name, 'U ');
  database
    .prepare('UPDATE "sys.tables" SET is_memory_optimized = ?, is_external = ?, temporal_type = ? WHERE object_id = ?')
    .run(says['is_memory_optimized'] ?? 0, says['is_external'] ?? 0, says['temporal_type'] ?? 0, id);
  for (const column of columns) addColumn(database, id, column);
  const written = columns.filter(({ computed, type }) => computed !== true && type !== 'timestamp');
  const definitions = written.map(
    ({ name: column, identity, standard }) =>
      `${quoted(column)}${identity ? ' INTEGER PRIMARY KEY AUTOINCREMENT' : ''}${standard === undefined ? '' : ` DEFAULT ${standard}`}`,
  );
  if (key) definitions.push(`UNIQUE (${key.map(quoted).join(', ')})${ignoresDuplicates ? ' ON CONFLICT IGNORE' : ''}`);
  if (references) {
    definitions.push(
      `FOREIGN KEY (${quoted(references.column)}) REFERENCES ${quoted(references.table)} (${quoted(references.column)})${references.action ? ` ON DELETE ${references.action}` : ''}`,
    );
    const action = references.action === undefined ? 0 : references.action === 'CASCADE' ? 1 : 2;
    database
      .prepare('INSERT INTO "sys.foreign_keys" VALUES (?, ?, ?, 0)')
      .run(id, objectId(database, references.table) ?? -1, action);
  }
  database.exec(`CREATE TABLE ${quoted(name)} (${definitions.join(', ')})`);
}
