import { PipewrightError } from '../../host/error.ts';
import type { ColumnType } from '../../datasets/types/column.ts';
import type { ExistingColumn } from '../../datasets/load/target.ts';
import { cascadeError } from '../cascade-error.ts';
import { quoteMysql } from '../quote-identifier.ts';
import { rulesOf } from './mysql-rules.ts';
import type { MysqlSession, Row } from './mysql-session.ts';
import { utcComment, uuidComment } from './mysql-types.ts';

/** A column of a table that exists, as MySQL knows it. */
export interface MysqlColumn extends ExistingColumn {
  /** Its type in a table of its own, where NULL is allowed. */
  definition: string;
  /** Its type, as `information_schema` calls it. */
  dataType: string;
}

/** The greatest integers, by the name of their type; signed ones go as far below zero. */
const bitsOfIntegers: Record<string, number> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 };

const ourTypes: Record<string, ColumnType> = {
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

/** Types that can become wider with all their values: every other one, such as enum or JSON, stays when a table evolves. */
const typesThatWiden = [
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

/** Types that are text to us and have no empty value. */
const typesWithoutEmpty = ['float', 'double', 'bit', 'time', 'year', 'json', 'inet4', 'inet6'];

/**
 * Columns that need a value and get none from the dataset or a default, quoted. They are given NULL, which is an error unless a trigger
 * fills them: without it, MySQL makes 0, an empty text or the first member of an enum.
 */
export function columnsLeftEmpty(existing: readonly MysqlColumn[], loaded: readonly { name: string }[]): string[] {
  return existing
    .filter(
      ({ name, optional, nullable }) =>
        !optional && nullable === false && !loaded.some((column) => column.name === name),
    )
    .map(({ name }) => quoteMysql(name));
}

/** What a server is. */
interface MysqlProduct {
  mariaDb: boolean;
  /** Whether timestamps reach the year 2106. */
  longTimestamps: boolean;
}

/** Finds out which product a server is: from MariaDB 11.5 on, its timestamps are longer. */
async function readProduct({ run }: MysqlSession): Promise<MysqlProduct> {
  const { rows } = await run('SELECT version() AS version');
  const version = String(rows[0]?.['version']);
  const mariaDb = /mariadb/i.test(version);
  const [, major = '0', minor = '0'] = /(?:^|5\.5\.5-)(\d+)\.(\d+)/.exec(version) ?? [];
  return { mariaDb, longTimestamps: mariaDb && Number(major) * 100 + Number(minor) >= 1105 };
}

/**
 * The columns of a table that can be written; undefined when there is none of that name.
 * @throws PipewrightError `bad-input` for a view, and for a table of an engine without transactions
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
      `The table “${table}” is of the engine ${String(found['engine'])}, which has no transactions: a load that fails would leave half of its rows.`,
      `Change it by ALTER TABLE … ENGINE = InnoDB, or load into another table.`,
    );
  }
  const { rows } = await run(
    `SELECT column_name AS name, data_type AS type, column_type AS whole_type, is_nullable AS nullable, column_default AS default_value, extra AS extra,
            character_maximum_length AS letters, character_octet_length AS bytes, numeric_precision AS digits, numeric_scale AS scale, datetime_precision AS fraction,
            character_set_name AS letter_set, collation_name AS letter_order, column_comment AS comment
     FROM information_schema.columns
     WHERE table_schema = ? AND table_name = ? AND coalesce(generation_expression, '') = '' ORDER BY ordinal_position`,
    [schema, table],
  );
  const product = await readProduct(session);
  const json = product.mariaDb ? await readJsonColumns(session, schema, table) : [];
  return rows.map((row) => readColumn(row, product, json));
}

function refused(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'bad-input', service: 'MySQL', message, hint });
}

/** The columns of a table that the server calculates. */
export async function readCalculated({ run }: MysqlSession, schema: string, table: string): Promise<string[]> {
  const { rows } = await run(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND coalesce(generation_expression, '') <> ''",
    [schema, table],
  );
  return rows.map(({ name }) => String(name));
}

/**
 * The triggers that may change a row before it is written; those after it cannot touch its table. The server shows them
 * only to who has the right TRIGGER.
 */
export async function readTriggers({ run }: MysqlSession, schema: string, table: string): Promise<string[]> {
  const { rows } = await run(
    "SELECT trigger_name AS name FROM information_schema.triggers WHERE event_object_schema = ? AND event_object_table = ? AND action_timing = 'BEFORE' AND event_manipulation IN ('INSERT', 'UPDATE')",
    [schema, table],
  );
  return rows.map(({ name }) => `trigger “${String(name)}”`);
}

/** Columns that MariaDB calls JSON: texts with a rule that they are. Other rules are the server's to check. */
async function readJsonColumns({ run }: MysqlSession, schema: string, table: string): Promise<string[]> {
  const { rows } = await run(
    "SELECT check_clause AS clause FROM information_schema.check_constraints WHERE constraint_schema = ? AND table_name = ? AND check_clause LIKE 'json\\_valid(%)'",
    [schema, table],
  );
  return rows.map(({ clause }) => /^json_valid\(`(.+)`\)$/.exec(String(clause))?.[1]?.replaceAll('``', '`') ?? '');
}

function readColumn(row: Row, { mariaDb, longTimestamps }: MysqlProduct, json: readonly string[]): MysqlColumn {
  const wholeType = String(row['whole_type']);
  const dataType = String(row['type']);
  const name = String(row['name']);
  const extra = String(row['extra']);
  const numbered = extra.includes('auto_increment');
  const nullable = numbered || row['nullable'] === 'YES';
  const letterOrder =
    row['letter_order'] === null
      ? ''
      : ` CHARACTER SET ${String(row['letter_set'])} COLLATE ${String(row['letter_order'])}`;
  const type = typeOf(row);
  const rules = rulesOf({
    type: mariaDb && json.includes(name) ? 'json' : dataType,
    wholeType,
    mariaDb,
    longTimestamps,
    utc: row['comment'] === utcComment,
    bytes: Number(row['bytes'] ?? 0),
    letters: String(row['letter_set'] ?? ''),
    digits: Number(row['digits'] ?? 0),
    scale: row['scale'] === null ? undefined : Number(row['scale']),
    fraction: Number(row['fraction'] ?? 0),
  });
  return {
    name,
    ...type,
    // MariaDB says NULL where a column has no default. What is invisible is not missed.
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
      !typesThatWiden.includes(dataType) ||
      type.type === 'boolean' ||
      type.type === 'timestamp-with-zone',
    definition: `${wholeType}${letterOrder} NULL`,
    dataType,
  };
}

/** What we call a type of MySQL; every other type is text. */
function typeOf(row: Row): Pick<ExistingColumn, 'type' | 'alternativeType'> {
  const type = String(row['type']);
  if (/^(?:tinyint\(1\)|bit\(1\))/.test(String(row['whole_type'])))
    return { type: 'boolean', alternativeType: 'integer' };
  if (type === 'timestamp') return { type: 'timestamp-with-zone', alternativeType: 'timestamp' };
  if (type === 'datetime' && row['comment'] === utcComment) return { type: 'timestamp-with-zone' };
  if (type === 'char' && row['comment'] === uuidComment) return { type: 'uuid' };
  return { type: ourTypes[type] ?? 'text' };
}

/** What the values of a column may be at most. */
function limitsOf(row: Row): Partial<ExistingColumn> {
  const type = String(row['type']);
  const unsigned = String(row['whole_type']).includes('unsigned');
  if (type === 'decimal')
    return { wholeDigits: Number(row['digits']) - Number(row['scale']), scale: Number(row['scale']) };
  if (type === 'datetime' || type === 'timestamp') return { fractionDigits: Number(row['fraction']) };
  if (String(row['whole_type']) === 'bit(1)') return { min: 0, max: 1 };
  const bits = bitsOfIntegers[type];
  if (bits !== undefined)
    return unsigned
      ? { min: 0n, max: 2n ** BigInt(bits) - 1n }
      : { min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n };
  return ['char', 'varchar'].includes(type) ? { maxLength: Number(row['letters']) } : {};
}

/**
 * Refuses a table whose rows cannot go without rows of other tables going or changing too.
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
