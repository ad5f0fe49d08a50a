import type { ColumnType, InferredColumn } from '../../datasets/types/column.ts';
import type { ValueFacts } from './sql-server-value-facts.ts';

/** A column as `sys.columns` describes it. */
export interface CatalogColumn {
  /** The type without its length: `nvarchar`. */
  type: string;
  /** Length in bytes; -1 for `max`. */
  bytes: number;
  precision: number;
  scale: number;
  /** Code page of a text that is not Unicode, or is UTF-8: 1252, 65001. Undefined where the server does not return it. */
  codePage?: number | undefined;
  /** Whether trailing spaces are stored, as with ANSI_PADDING ON. Default: true. */
  keepsSpaces?: boolean;
}

/** Digits that fit nine bytes: fewer would save little, and refuse larger numbers of a later load. */
const minDigits = 19;

/** Maximum digits of a decimal. */
const maxDigits = 38;

/** Units of UTF-16 in an index: a key of 900 bytes is always allowed. */
const indexedLength = 450;

/** Units of UTF-16 of the longest text that is not `max`. */
export const boundedLength = 4000;

const names: Record<Exclude<ColumnType, 'text' | 'decimal'>, string> = {
  integer: 'bigint',
  boolean: 'bit',
  date: 'date',
  timestamp: 'datetime2(6)',
  'timestamp-with-zone': 'datetimeoffset(6)',
  uuid: 'uniqueidentifier',
};

/** A decimal with at least this many digits; undefined when there is none. */
export function decimalType(whole: number, scale: number): string | undefined {
  return whole + scale > maxDigits ? undefined : `decimal(${Math.max(minDigits, whole + scale)},${scale})`;
}

/** A text of at least this length. In a key it is bounded, because `max` cannot be indexed. */
export function textType(longest: number, inKey: boolean): string {
  if (!inKey || longest > boundedLength) return 'nvarchar(max)';
  return `nvarchar(${longest <= indexedLength ? indexedLength : boundedLength})`;
}

/**
 * The type of SQL Server for a new column.
 * @param facts about its values
 */
export function sqlServerType(
  { type, precision, scale = 0 }: InferredColumn,
  { whole, scale: digits, longest }: ValueFacts,
  inKey: boolean,
): string {
  if (type === 'text') return textType(longest, inKey);
  if (type !== 'decimal') return names[type];
  // The server refuses a value with too many digits.
  return (
    (precision === undefined ? decimalType(whole, digits) : decimalType(precision - scale, scale)) ??
    `decimal(${maxDigits},${precision === undefined ? digits : scale})`
  );
}

const columnTypes: Record<string, ColumnType> = {
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'decimal',
  smallmoney: 'decimal',
  bit: 'boolean',
  date: 'date',
  datetime2: 'timestamp',
  datetime: 'timestamp',
  smalldatetime: 'timestamp',
  datetimeoffset: 'timestamp-with-zone',
  uniqueidentifier: 'uuid',
};

/** The column type of a SQL Server type; every other type is text. */
export function typeOfSqlServer(type: string): ColumnType {
  return columnTypes[type] ?? 'text';
}

/** The type as DDL writes it: `nvarchar(20)`, `decimal(10,2)`. */
export function declarationOf({ type, bytes, precision, scale }: CatalogColumn): string {
  if (['nvarchar', 'nchar', 'varchar', 'char', 'varbinary', 'binary'].includes(type))
    return `${type}(${bytes === -1 ? 'max' : type.startsWith('n') ? bytes / 2 : bytes})`;
  if (type === 'decimal' || type === 'numeric') return `${type}(${precision},${scale})`;
  return ['datetime2', 'datetimeoffset', 'time'].includes(type) ? `${type}(${scale})` : type;
}

/** Whether a type stores text in one code page, so that other characters are lost. */
export function hasCodePage(declaration: string): boolean {
  return /^(var)?char\b|^text\b/.test(declaration);
}
