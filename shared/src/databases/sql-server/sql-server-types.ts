import type { ColumnType, InferredColumn } from '../../datasets/types/column.ts';
import type { ValueFacts } from './sql-server-value-facts.ts';

/** A column of a table as `sys.columns` has it. */
export interface CatalogColumn {
  /** Name of the type without its length: `nvarchar`. */
  type: string;
  /** In bytes; -1 for `max`. */
  bytes: number;
  precision: number;
  scale: number;
  /** Of a text that is not Unicode, and of one in UTF-8: 1252, 65001. Undefined when the server does not say. */
  codePage?: number | undefined;
  /** Whether spaces at the end of a text are kept, as ANSI_PADDING ON does. Default: true. */
  keepsSpaces?: boolean;
}

/** Digits that nine bytes hold: fewer would save little, and refuse the larger numbers of a later load. */
const leastDigits = 19;

/** More digits than these no decimal has. */
const mostDigits = 38;

/** Units of UTF-16 that an index takes: a key of 900 bytes is always allowed. */
const indexedLength = 450;

/** Units of UTF-16 that a text has at most that is not `max`. */
export const boundedLength = 4000;

const names: Record<Exclude<ColumnType, 'text' | 'decimal'>, string> = {
  integer: 'bigint',
  boolean: 'bit',
  date: 'date',
  timestamp: 'datetime2(6)',
  'timestamp-with-zone': 'datetimeoffset(6)',
  uuid: 'uniqueidentifier',
};

/** A decimal that holds so many digits; undefined when there is none. */
export function decimalType(whole: number, scale: number): string | undefined {
  return whole + scale > mostDigits ? undefined : `decimal(${Math.max(leastDigits, whole + scale)},${scale})`;
}

/** A text that holds so many units of UTF-16. One that belongs to a key is bounded, for `max` is in no index. */
export function textType(longest: number, inKey: boolean): string {
  if (!inKey || longest > boundedLength) return 'nvarchar(max)';
  return `nvarchar(${longest <= indexedLength ? indexedLength : boundedLength})`;
}

/**
 * The type of a new column.
 * @param facts what its values are like
 */
export function sqlServerType(
  { type, precision, scale = 0 }: InferredColumn,
  { whole, scale: digits, longest }: ValueFacts,
  inKey: boolean,
): string {
  if (type === 'text') return textType(longest, inKey);
  if (type !== 'decimal') return names[type];
  // Digits that are too many are refused by the server, value by value.
  return (
    (precision === undefined ? decimalType(whole, digits) : decimalType(precision - scale, scale)) ??
    `decimal(${mostDigits},${precision === undefined ? digits : scale})`
  );
}

const ourTypes: Record<string, ColumnType> = {
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

/** What we call a type of SQL Server; every type that is not ours is text. */
export function typeOfSqlServer(type: string): ColumnType {
  return ourTypes[type] ?? 'text';
}

/** The type as a column definition has it: `nvarchar(20)`, `decimal(10,2)`. */
export function declarationOf({ type, bytes, precision, scale }: CatalogColumn): string {
  if (['nvarchar', 'nchar', 'varchar', 'char', 'varbinary', 'binary'].includes(type))
    return `${type}(${bytes === -1 ? 'max' : type.startsWith('n') ? bytes / 2 : bytes})`;
  if (type === 'decimal' || type === 'numeric') return `${type}(${precision},${scale})`;
  return ['datetime2', 'datetimeoffset', 'time'].includes(type) ? `${type}(${scale})` : type;
}

/** Whether text of another alphabet may be lost in a column of this type, which keeps one code page. */
export function hasCodePage(declaration: string): boolean {
  return /^(var)?char\b|^text\b/.test(declaration);
}
