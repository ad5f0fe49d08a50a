import type { SchemaElement } from 'hyparquet';
import { daysOfDate } from '../types/iso-day.ts';
import { wellFormed } from './encode-utf8.ts';
import { numberText } from './number-text.ts';
import type { ExportColumn, ExportRow, ExportValue } from './row-source.ts';

/** A value of a column as the writer takes it: decimals as whole numbers, UUIDs as bytes. */
export type ParquetValue = boolean | number | bigint | string | Uint8Array;

/** How a column is written. */
export interface ParquetColumnType {
  /** The type for the schema, without the name. */
  element: Omit<SchemaElement, 'name'>;
  /** The type in words, such as `DECIMAL(10,2)`. */
  label: string;
  /** The value of the type; undefined if the type cannot represent it exactly. */
  valueOf(value: Exclude<ExportValue, null>): ParquetValue | undefined;
}

/** Digits that readers of decimals support. */
const maxDigits = 38;

/** Digits of a decimal that is stored as an integer of 8 bytes. */
const maxIntegerDigits = 18;

/** Digits after the point if the database fixes none; Spark chooses the same for such columns. */
const defaultScale = 18;

const maxInteger = 2n ** 63n - 1n;
const secondsPerDay = 86_400n;

const decimalForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;
const timestampForm = /^(\d{4}-\d\d-\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:(Z)|([-+])(\d\d)(?::?(\d\d))?)?$/;
const uuidForm = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

const text: ParquetColumnType = {
  element: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  label: 'STRING',
  valueOf: (value) => wellFormed(numberText(value, { name: '', kind: 'text' }) ?? String(value)),
};

const integer: ParquetColumnType = {
  element: { type: 'INT64' },
  label: 'INT64',
  valueOf: (value) => integerBetween(value, -maxInteger - 1n, maxInteger),
};

const unsignedInteger: ParquetColumnType = {
  // Only the older annotation: the writer encodes the newer one so that DuckDB cannot read it.
  element: { type: 'INT64', converted_type: 'UINT_64' },
  label: 'UINT64',
  valueOf: (value) => integerBetween(value, 0n, 2n ** 64n - 1n),
};

const double: ParquetColumnType = { element: { type: 'DOUBLE' }, label: 'DOUBLE', valueOf: doubleOf };

const date: ParquetColumnType = {
  element: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  label: 'DATE',
  valueOf: (value) => daysOfDate(String(value)),
};

const uuid: ParquetColumnType = {
  element: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
  label: 'UUID',
  valueOf: (value) =>
    uuidForm.test(String(value)) ? Buffer.from(String(value).replaceAll('-', ''), 'hex') : undefined,
};

const boolean: ParquetColumnType = {
  element: { type: 'BOOLEAN' },
  label: 'BOOLEAN',
  valueOf: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
};

/**
 * Chooses the type of a column.
 * @param rows the first rows: a text column of SQLite can contain numbers, of which they decide
 * @param index of the column in a row
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
export function parquetTypeOf(column: ExportColumn, rows: readonly ExportRow[], index: number): ParquetColumnType {
  switch (column.kind) {
    case 'integer':
      return column.isUnsigned ? unsignedInteger : integer;
    case 'decimal':
      return decimal(column);
    case 'float':
      return double;
    case 'boolean':
      return boolean;
    case 'date':
      return date;
    case 'timestamp':
      return timestamp(false);
    case 'timestamp-with-zone':
      return timestamp(true);
    case 'uuid':
      return uuid;
    case 'json':
      // Many readers take the JSON type for bytes.
      return text;
    case 'text':
      return typeOfValues(rows, index);
  }
}

/** The type of a column whose values have their own types: numbers if all of them are. */
function typeOfValues(rows: readonly ExportRow[], index: number): ParquetColumnType {
  const values = rows.map((row) => row[index] ?? null).filter((value) => value !== null);
  if (values.length === 0 || values.some((value) => typeof value === 'string')) return text;
  if (values.every((value) => typeof value === 'bigint' && integer.valueOf(value) !== undefined)) return integer;
  return values.every((value) => double.valueOf(value) !== undefined) ? double : text;
}

function integerBetween(value: ExportValue, least: bigint, greatest: bigint): bigint | undefined {
  const digits = String(value);
  const found = /^-?\d+$/.test(digits) ? BigInt(digits) : undefined;
  return found !== undefined && found >= least && found <= greatest ? found : undefined;
}

function doubleOf(value: Exclude<ExportValue, null>): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : undefined;
  if (/^[-+]?(?:inf|infinity)$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(value)) return Number.NaN;
  const number = decimalForm.test(value) ? Number(value) : Number.NaN;
  const isOutOfRange = number === 0 && /^[^eE]*[1-9]/.test(value);
  return Number.isFinite(number) && !isOutOfRange ? number : undefined;
}

function decimal({ precision = maxDigits, scale = defaultScale }: ExportColumn): ParquetColumnType {
  const digits = Math.min(precision, maxDigits);
  const places = Math.min(scale, digits);
  const limit = 10n ** BigInt(digits);
  const isInteger = digits <= maxIntegerDigits;
  const annotation = {
    converted_type: 'DECIMAL',
    precision: digits,
    scale: places,
    logical_type: { type: 'DECIMAL', precision: digits, scale: places },
  } as const;
  return {
    element: isInteger
      ? { type: 'INT64', ...annotation }
      : { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...annotation },
    label: `DECIMAL(${digits},${places})`,
    valueOf(value) {
      const number = numberText(value, { name: '', kind: 'decimal' });
      const unscaled = number === undefined ? undefined : unscaledOf(number, places);
      return unscaled !== undefined && unscaled < limit && unscaled > -limit ? unscaled : undefined;
    },
  };
}

/** A decimal times a power of ten; undefined if it has more digits after the point than that. */
function unscaledOf(number: string, scale: number): bigint | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = decimalForm.exec(number) ?? [];
  // Far beyond what a decimal holds; padding it would take memory.
  if (whole === '' || Math.abs(Number(exponent)) > 400) return undefined;
  const shift = scale - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  const factor = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && digits % factor !== 0n) return undefined;
  const unscaled = shift < 0 ? digits / factor : digits * factor;
  return sign === '-' ? -unscaled : unscaled;
}

function timestamp(isZoned: boolean): ParquetColumnType {
  return {
    element: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: isZoned, unit: 'MICROS' } },
    label: isZoned ? 'TIMESTAMP (UTC, microseconds)' : 'TIMESTAMP (microseconds)',
    valueOf(value) {
      const [, day = '', hour = '', minute = '', second = '00', fraction = '', z, sign, hours = '0', minutes = '0'] =
        timestampForm.exec(String(value)) ?? [];
      const days = daysOfDate(day);
      const digits = fraction.replace(/0+$/, '');
      if (days === undefined || digits.length > 6 || (z !== undefined || sign !== undefined) !== isZoned)
        return undefined;
      if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
      const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60);
      const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
      return (BigInt(days) * secondsPerDay + BigInt(seconds)) * 1_000_000n + BigInt(digits.padEnd(6, '0'));
    },
  };
}
