import { PipewrightError } from '../../host/error.ts';
import type { ColumnType } from '../../datasets/types/column.ts';
import type { ExistingColumn } from '../../datasets/load/existing-column.ts';
import { cascadeError } from '../load-errors.ts';
import { quoteMysql } from '../quote-identifier.ts';
import { rulesOf } from './mysql-rules.ts';
import type { Row } from '../sql-dialect.ts';
import type { MysqlSession } from './mysql-session.ts';
import { utcComment, uuidComment } from './mysql-types.ts';

/** A column of an existing table. */
export interface MysqlColumn extends ExistingColumn {
  /** Its definition in a staging table, where NULL is allowed. */
  definition: string;
  /** Its `data_type` in `information_schema.columns`. */
  dataType: string;
}

/** Sizes of integer types. */
const integerBits: Record<string, number> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 };

const columnTypes: Record<string, ColumnType> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  date: 'date',
  datetime: 'timestamp',
  timestamp: 'timestamp-with-zone',
  uuid: 'uuid',
};

/** Types that can be widened; every other one, such as enum or JSON, keeps its type when a table evolves. */
const widenableTypes = [
  'tinyint',
  'smallint',
  'mediumint',
  'int',
  'bigint',
  'decimal',
  'date',
  'datetime',
  'char',
  'varchar',
  'tinytext',
  'text',
  'mediumtext',
  'longtext',
];

/** Types that are loaded as text but have no empty value. */
const typesWithoutEmpty = ['float', 'double', 'bit', 'time', 'year', 'json', 'inet4', 'inet6'];

/**
 * Columns that require a value and get none from the dataset or a default, quoted. They are set to NULL, which is an error
 * unless a trigger fills them; otherwise MySQL would insert 0, an empty text or the first member of an enum.
 */
export function columnsLeftEmpty(existing: readonly MysqlColumn[], loaded: readonly { name: string }[]): string[] {
  return existing
    .filter(
      ({ name, optional, nullable }) =>
        !optional && nullable === false && !loaded.some((column) => column.name === name),
    )
    .map(({ name }) => quoteMysql(name));
}

/** The product and version of a server. */
interface MysqlProduct {
  mariaDb: boolean;
  /** Whether timestamps end in 2106 instead of 2038. */
  longTimestamps: boolean;
}

/** Reads the product of a server: MariaDB has longer timestamps from 11.5 on. */
async function readProduct({ run }: MysqlSession): Promise<MysqlProduct> {
  const { rows } = await run('SELECT version() AS version');
  const version = String(rows[0]?.['version']);
  const mariaDb = /mariadb/i.test(version);
  const [, major = '0', minor = '0'] = /(?:^|5\.5\.5-)(\d+)\.(\d+)/.exec(version) ?? [];
  return { mariaDb, longTimestamps: mariaDb && Number(major) * 100 + Number(minor) >= 1105 };
}

/**
 * Reads the writable columns of a table; undefined when it does not exist.
 * @throws PipewrightError `invalid-input` for a view, or a table whose storage engine has no transactions
 */
export async function readMysqlColumns(
  session: MysqlSession,
  schema: string,
  table: string,
): Promise<MysqlColumn[] | undefined> {
  const { run } = session;
  const { rows: tables } = await run(
    `SELECT t.table_type AS kind, t.engine AS engine, e.transactions AS transactions
     FROM information_schema.tables t LEFT JOIN information_schema.engines e ON e.engine = t.engine
     WHERE t.table_schema = ? AND t.table_name = ?`,
    [schema, table],
  );
  const [found] = tables;
  if (!found) return undefined;
  if (!['BASE TABLE', 'SYSTEM VERSIONED'].includes(String(found['kind'])))
    throw refused(`“${table}” is not a table; it may be a view.`, 'Choose another name.');
  if (found['transactions'] !== 'YES') {
    throw refused(
      `The table “${table}” uses the storage engine ${String(found['engine'])}, which has no transactions: a failed load would leave part of its rows.`,
      'Run ALTER TABLE … ENGINE = InnoDB, or load into another table.',
    );
  }
  const { rows } = await run(
    `SELECT column_name AS name, data_type AS type, column_type AS full_type, is_nullable AS nullable, column_default AS default_value, extra AS extra,
            character_maximum_length AS characters, character_octet_length AS bytes, numeric_precision AS digits, numeric_scale AS scale, datetime_precision AS fraction,
            character_set_name AS charset, collation_name AS collation, column_comment AS comment
     FROM information_schema.columns
     WHERE table_schema = ? AND table_name = ? AND coalesce(generation_expression, '') = '' ORDER BY ordinal_position`,
    [schema, table],
  );
  const product = await readProduct(session);
  const json = product.mariaDb ? await readJsonColumns(session, schema, table) : [];
  return rows.map((row) => readColumn(row, product, json));
}

function refused(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', service: 'MySQL', message, hint });
}

/** Reads the generated columns of a table. */
export async function readCalculated({ run }: MysqlSession, schema: string, table: string): Promise<string[]> {
  const { rows } = await run(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND coalesce(generation_expression, '') <> ''",
    [schema, table],
  );
  return rows.map(({ name }) => String(name));
}

/**
 * Reads the triggers that may change a row before it is written; AFTER triggers cannot change their own table. The server
 * shows them only to users with the TRIGGER privilege.
 */
export async function readTriggers({ run }: MysqlSession, schema: string, table: string): Promise<string[]> {
  const { rows } = await run(
    "SELECT trigger_name AS name FROM information_schema.triggers WHERE event_object_schema = ? AND event_object_table = ? AND action_timing = 'BEFORE' AND event_manipulation IN ('INSERT', 'UPDATE')",
    [schema, table],
  );
  return rows.map(({ name }) => `trigger “${String(name)}”`);
}

/** Reads the columns that MariaDB declares as JSON: texts with a CHECK constraint. */
async function readJsonColumns({ run }: MysqlSession, schema: string, table: string): Promise<string[]> {
  const { rows } = await run(
    "SELECT check_clause AS clause FROM information_schema.check_constraints WHERE constraint_schema = ? AND table_name = ? AND check_clause LIKE 'json\\_valid(%)'",
    [schema, table],
  );
  return rows.map(({ clause }) => /^json_valid\(`(.+)`\)$/.exec(String(clause))?.[1]?.replaceAll('``', '`') ?? '');
}

function readColumn(row: Row, { mariaDb, longTimestamps }: MysqlProduct, json: readonly string[]): MysqlColumn {
  const fullType = String(row['full_type']);
  const dataType = String(row['type']);
  const name = String(row['name']);
  const extra = String(row['extra']);
  const numbered = extra.includes('auto_increment');
  const nullable = numbered || row['nullable'] === 'YES';
  const collation =
    row['collation'] === null ? '' : ` CHARACTER SET ${String(row['charset'])} COLLATE ${String(row['collation'])}`;
  const type = typeOf(row);
  const rules = rulesOf({
    type: mariaDb && json.includes(name) ? 'json' : dataType,
    fullType,
    mariaDb,
    longTimestamps,
    utc: row['comment'] === utcComment,
    bytes: Number(row['bytes'] ?? 0),
    charset: String(row['charset'] ?? ''),
    digits: Number(row['digits'] ?? 0),
    scale: row['scale'] === null ? undefined : Number(row['scale']),
    fraction: Number(row['fraction'] ?? 0),
  });
  return {
    name,
    ...type,
    // MariaDB returns the text NULL where a column has no default. Invisible columns may be missing.
    optional:
      numbered ||
      (row['default_value'] !== null && row['default_value'] !== 'NULL') ||
      (nullable && /invisible/i.test(extra)),
    nullable,
    ...limitsOf(row),
    ...(rules.length > 0 ? { rules } : {}),
    ...(typesWithoutEmpty.includes(dataType) ? { emptyIsNull: true } : {}),
    fixed:
      numbered ||
      json.includes(name) ||
      !widenableTypes.includes(dataType) ||
      type.type === 'boolean' ||
      type.type === 'timestamp-with-zone',
    definition: `${fullType}${collation} NULL`,
    dataType,
  };
}

/** The column type of a MySQL type; every other type is text. */
function typeOf(row: Row): Pick<ExistingColumn, 'type' | 'alternativeType'> {
  const type = String(row['type']);
  if (/^(?:tinyint\(1\)|bit\(1\))/.test(String(row['full_type'])))
    return { type: 'boolean', alternativeType: 'integer' };
  if (type === 'timestamp') return { type: 'timestamp-with-zone', alternativeType: 'timestamp' };
  if (type === 'datetime' && row['comment'] === utcComment) return { type: 'timestamp-with-zone' };
  if (type === 'char' && row['comment'] === uuidComment) return { type: 'uuid' };
  return { type: columnTypes[type] ?? 'text' };
}

/** The limits of the values of a column. */
function limitsOf(row: Row): Partial<ExistingColumn> {
  const type = String(row['type']);
  const unsigned = String(row['full_type']).includes('unsigned');
  if (type === 'decimal')
    return { wholeDigits: Number(row['digits']) - Number(row['scale']), scale: Number(row['scale']) };
  if (type === 'datetime' || type === 'timestamp') return { fractionDigits: Number(row['fraction']) };
  if (String(row['full_type']) === 'bit(1)') return { min: 0, max: 1 };
  const bits = integerBits[type];
  if (bits !== undefined)
    return unsigned
      ? { min: 0n, max: 2n ** BigInt(bits) - 1n }
      : { min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n };
  return ['char', 'varchar'].includes(type) ? { maxLength: Number(row['characters']) } : {};
}

/**
 * Refuses to delete the rows of a table if a foreign key would propagate the deletion to another table.
 * @throws PipewrightError `conflict`
 */
export async function refuseCascades({ run }: MysqlSession, schema: string, table: string): Promise<void> {
  const { rows } = await run(
    `SELECT constraint_schema AS place, table_name AS name FROM information_schema.referential_constraints
     WHERE unique_constraint_schema = ? AND referenced_table_name = ? AND NOT (constraint_schema = unique_constraint_schema AND table_name = referenced_table_name)
       AND delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')`,
    [schema, table],
  );
  const [found] = rows;
  if (found)
    throw cascadeError(
      'MySQL',
      found['place'] === schema ? String(found['name']) : `${String(found['place'])}.${String(found['name'])}`,
    );
}
