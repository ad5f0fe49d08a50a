import type { ColumnType, InferredColumn } from '../../types/column.ts';
import type { ExistingColumn } from '../../load/target.ts';
import type { ValueFacts } from './value-facts.ts';

/** A column of a table as `sys.columns` has it. */
export interface CatalogColumn {
  /** Name of the type without its length: `nvarchar`. */
  type: string;
  /** In bytes; -1 for `max`. */
  bytes: number;
  precision: number;
  scale: number;
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
export function sqlServerType({ type, precision, scale = 0 }: InferredColumn, { whole, scale: digits, longest }: ValueFacts, inKey: boolean): string {
  if (type === 'text') return textType(longest, inKey);
  if (type !== 'decimal') return names[type];
  // Digits that are too many are refused by the server, value by value.
  return (precision === undefined ? decimalType(whole, digits) : decimalType(precision - scale, scale)) ?? `decimal(${mostDigits},${precision === undefined ? digits : scale})`;
}

/** Integers of the server with their bounds; a bigint has more than a number holds. */
const integers: Record<string, { least?: number; most?: number }> = {
  tinyint: { least: 0, most: 255 },
  smallint: { least: -32_768, most: 32_767 },
  int: { least: -2_147_483_648, most: 2_147_483_647 },
  bigint: {},
};

const ourTypes: Record<string, ColumnType> = {
  ...Object.fromEntries(Object.keys(integers).map((name) => [name, 'integer' as const])),
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

/** Digits that the two kinds of money have before the point, and both behind it. */
const moneyWhole: Record<string, number> = { money: 15, smallmoney: 6 };
const moneyScale = 4;

/** What we call a type of SQL Server; every type that is not ours is text. */
export function typeOfSqlServer(type: string): ColumnType {
  return ourTypes[type] ?? 'text';
}

/** What the values of a column may be at most. A `varchar` counts bytes, which for most letters are characters. */
export function limitsOf({ type, bytes, precision, scale }: CatalogColumn): Partial<ExistingColumn> {
  if (integers[type]) return integers[type];
  if (type === 'bit') return { also: 'integer', least: 0, most: 1 };
  if (moneyWhole[type] !== undefined) return { whole: moneyWhole[type], scale: moneyScale };
  if (type === 'decimal' || type === 'numeric') return { whole: precision - scale, scale };
  if (bytes === -1) return {};
  if (type === 'nvarchar' || type === 'nchar') return { longest: bytes / 2, inUtf16: true };
  return type === 'varchar' || type === 'char' ? { longest: bytes, inUtf16: true } : {};
}

/** The type as a column definition has it: `nvarchar(20)`, `decimal(10,2)`. */
export function declarationOf({ type, bytes, precision, scale }: CatalogColumn): string {
  if (['nvarchar', 'nchar', 'varchar', 'char', 'varbinary', 'binary'].includes(type)) return `${type}(${bytes === -1 ? 'max' : type.startsWith('n') ? bytes / 2 : bytes})`;
  if (type === 'decimal' || type === 'numeric') return `${type}(${precision},${scale})`;
  return ['datetime2', 'datetimeoffset', 'time'].includes(type) ? `${type}(${scale})` : type;
}

/** Whether text of another alphabet may be lost in a column of this type, which keeps one code page. */
export function hasCodePage(declaration: string): boolean {
  return /^(var)?char\b|^text\b/.test(declaration);
}
