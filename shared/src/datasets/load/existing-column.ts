import type { ColumnType } from '../types/column.ts';

/** A column of an existing table. */
export interface ExistingColumn {
  name: string;
  type: ColumnType;
  /** A second type the column accepts: 1 and 0 as booleans, or a timestamp without time zone, which is UTC. */
  alternativeType?: ColumnType;
  /** Whether the column can be omitted: it has a default, or the database numbers it. */
  optional: boolean;
  /** Whether the column accepts NULL. */
  nullable: boolean;
  /** Text: maximum number of characters. Undefined: unlimited. */
  maxLength?: number;
  /** Whether `maxLength` counts UTF-16 code units instead of characters. Default: false. */
  countsUtf16?: boolean;
  /** Integer: minimum and maximum; a bigint where a number is not exact. Undefined: 64 bits. */
  min?: number | bigint;
  max?: number | bigint;
  /** Decimal: maximum number of digits before and after the decimal point. Undefined: 38 in total. */
  wholeDigits?: number;
  scale?: number;
  /** Timestamp: maximum number of fractional second digits, trailing zeros not counted. Undefined: 6. */
  fractionDigits?: number;
  /** Whether the empty string is NULL, because the database type has no empty value. Default: true unless `type` is text. */
  emptyIsNull?: boolean;
  /** Whether the type stays the same when the table evolves: values that do not fit are rejected. Default: false. */
  fixed?: boolean;
  /** Further rules of the database type: range, enum, array element, domain, floating point. */
  rules?: readonly ValueRule[];
}

/** A rule that every value of a column must meet, in addition to the limits of `ExistingColumn`. NULL meets every rule. */
export interface ValueRule {
  /** What is wrong with a value that fails, to follow "a value in the column “paid” that": "is not a time of day". */
  reason: string;
  /** Whether the database would change, truncate, round or refuse the value. */
  fails(text: string): boolean;
  /** Decimal: values with at most this many digits on each side of the point always meet the rule, so it is not called. Default: it is always called. */
  safeDigits?: number;
}
