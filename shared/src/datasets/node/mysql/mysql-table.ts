import { PipewrightError } from '../../../host/error.ts';
import type { ColumnType } from '../../types/column.ts';
import type { ExistingColumn } from '../../load/target.ts';
import { cascadeError } from '../cascade-error.ts';
import type { MysqlSession, Row } from './mysql-session.ts';
import { utcComment, uuidComment } from './mysql-types.ts';

/** A column of a table that is there already, as MySQL knows it. */
export interface MysqlColumn extends ExistingColumn {
  /** Its type in a table of its own, where nothing is allowed. */
  definition: string;
  /** Of a moment: digits of a second's fraction that it keeps. */
  fraction: number;
}

/** The greatest integers, by the name of their type; signed ones go as far below zero. */
const bitsOfIntegers: Record<string, number> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32 };

const ourTypes: Record<string, ColumnType> = { tinyint: 'integer', smallint: 'integer', mediumint: 'integer', int: 'integer', bigint: 'integer', decimal: 'decimal', date: 'date', datetime: 'timestamp', timestamp: 'timestamp-with-zone', uuid: 'uuid' };

/**
 * The columns of a table that can be written; undefined when there is none of that name.
 * @throws PipewrightError `bad-input` for a view, and for a table of an engine without transactions
 */
export async function readMysqlColumns({ run }: MysqlSession, schema: string, table: string): Promise<MysqlColumn[] | undefined> {
  const { rows: tables } = await run(
    `SELECT t.table_type AS kind, t.engine AS engine, e.transactions AS transactions
     FROM information_schema.tables t LEFT JOIN information_schema.engines e ON e.engine = t.engine
     WHERE t.table_schema = ? AND t.table_name = ?`,
    [schema, table],
  );
  const [found] = tables;
  if (!found) return undefined;
  if (!['BASE TABLE', 'SYSTEM VERSIONED'].includes(String(found['kind']))) throw refused(`“${table}” is not a table; it may be a view.`, 'Choose another name.');
  if (found['transactions'] !== 'YES') {
    throw refused(`The table “${table}” is of the engine ${String(found['engine'])}, which has no transactions: a load that fails would leave half of its rows.`, `Change it by ALTER TABLE … ENGINE = InnoDB, or load into another table.`);
  }
  const { rows } = await run(
    `SELECT column_name AS name, data_type AS type, column_type AS whole_type, is_nullable AS nullable, column_default AS default_value, extra AS extra,
            character_maximum_length AS letters, numeric_precision AS digits, numeric_scale AS scale, datetime_precision AS fraction,
            character_set_name AS letter_set, collation_name AS letter_order, column_comment AS comment
     FROM information_schema.columns
     WHERE table_schema = ? AND table_name = ? AND coalesce(generation_expression, '') = '' ORDER BY ordinal_position`,
    [schema, table],
  );
  return rows.map(readColumn);
}

function refused(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'bad-input', service: 'MySQL', message, hint });
}

function readColumn(row: Row): MysqlColumn {
  const wholeType = String(row['whole_type']);
  const numbered = String(row['extra']).includes('auto_increment');
  const letterOrder = row['letter_order'] === null ? '' : ` CHARACTER SET ${String(row['letter_set'])} COLLATE ${String(row['letter_order'])}`;
  return {
    name: String(row['name']),
    ...typeOf(row),
    // MariaDB says NULL where a column has no default.
    optional: numbered || (row['default_value'] !== null && row['default_value'] !== 'NULL'),
    nullable: numbered || row['nullable'] === 'YES',
    ...limitsOf(row),
    definition: `${wholeType}${letterOrder} NULL`,
    fraction: Number(row['fraction'] ?? 0),
  };
}

/** What we call a type of MySQL; every other type is text. */
function typeOf(row: Row): Pick<ExistingColumn, 'type' | 'also'> {
  const type = String(row['type']);
  if (/^tinyint\(1\)/.test(String(row['whole_type']))) return { type: 'boolean', also: 'integer' };
  if (type === 'timestamp') return { type: 'timestamp-with-zone', also: 'timestamp' };
  if (type === 'datetime' && row['comment'] === utcComment) return { type: 'timestamp-with-zone' };
  if (type === 'char' && row['comment'] === uuidComment) return { type: 'uuid' };
  return { type: ourTypes[type] ?? 'text' };
}

/** What the values of a column may be at most. */
function limitsOf(row: Row): Partial<ExistingColumn> {
  const type = String(row['type']);
  const unsigned = String(row['whole_type']).includes('unsigned');
  if (type === 'decimal') return { whole: Number(row['digits']) - Number(row['scale']), scale: Number(row['scale']) };
  // Greater integers than 64 signed bits are no integers to us.
  if (type === 'bigint') return unsigned ? { least: 0, most: 2 ** 63 } : {};
  const bits = bitsOfIntegers[type];
  if (bits !== undefined) return unsigned ? { least: 0, most: 2 ** bits - 1 } : { least: -(2 ** (bits - 1)), most: 2 ** (bits - 1) - 1 };
  return ['char', 'varchar', 'tinytext', 'text', 'mediumtext'].includes(type) ? { longest: Number(row['letters']) } : {};
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
  if (found) throw cascadeError('MySQL', found['place'] === schema ? String(found['name']) : `${String(found['place'])}.${String(found['name'])}`);
}
