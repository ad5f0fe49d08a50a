import type { SchemaElement, TimeUnit } from 'hyparquet';
import { parseFloat16 } from 'hyparquet/src/convert.js';
import { findInvalidUtf8 } from '../bytes/utf8.ts';
import { plainNumber, shortestFloat } from '../export/number-text.ts';
import type { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import { isoDay } from '../types/iso-day.ts';
import { badParquet } from './bad-parquet.ts';
import type { PageValues } from './page-values.ts';
import { clockTime, timestamp, unitsPerSecond } from './time-text.ts';

/** Why a value cannot be read; follows "a value in the column “paid” that". */
export interface InvalidValue {
  reason: string;
}

/** How the values of a leaf column are read. */
export interface LeafType {
  /** Type of a column with these values; undefined if it is inferred, as for text. */
  declared?: DeclaredType;
  /** Whether the values are text, rather than numbers, booleans, dates or times. */
  isText: boolean;
  /** Whether the values are the bytes of text, which can be copied. Default: false. */
  isUtf8?: boolean;
  /** The exact value as text. */
  textOf(values: PageValues, at: number): string | InvalidValue;
  /** Writes the same text without a string, if it can; returns whether it did. */
  write?(values: PageValues, at: number, builder: TypedBlockBuilder): boolean;
}

/** Digits that SQL databases store exactly. */
const maxDecimalDigits = 38;

/** Names of the types for the annotations of older files. */
const units: Readonly<Record<string, TimeUnit>> = {
  TIME_MILLIS: 'MILLIS',
  TIME_MICROS: 'MICROS',
  TIMESTAMP_MILLIS: 'MILLIS',
  TIMESTAMP_MICROS: 'MICROS',
};

const noDate: InvalidValue = { reason: 'is a date before year 1 or after year 9999' };
const isBinary: InvalidValue = { reason: 'is binary data, not text' };
const hasZero: InvalidValue = {
  reason: 'is binary data, or text with a zero character, which databases do not accept',
};

/**
 * How to read the values of a leaf column of the schema.
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
export function leafTypeOf(element: SchemaElement): LeafType {
  const { type } = element;
  switch (type) {
    case 'BOOLEAN':
      return {
        declared: { type: 'boolean', isCertain: true },
        isText: false,
        textOf: (values, at) => (values.scalar(at) ? 'true' : 'false'),
      };
    case 'INT32':
    case 'INT64':
      return integerType(element);
    case 'INT96':
      // Nanoseconds of the day and a Julian day, without a time zone: https://github.com/apache/parquet-format/pull/49
      return {
        declared: { type: 'timestamp', isCertain: false },
        isText: false,
        textOf: (values, at) => timestamp(nanosOfInt96(BigInt(values.scalar(at))), 'NANOS', false) ?? noDate,
      };
    case 'FLOAT':
      return floatType((values, at) => floatText(Number(values.scalar(at))));
    case 'DOUBLE':
      return {
        ...floatType((values, at) => doubleText(Number(values.scalar(at)))),
        write: (values, at, builder) => writeDouble(Number(values.scalar(at)), builder),
      };
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return bytesType(element);
    case undefined:
      throw badParquet(`the column “${element.name}” has no type`);
  }
}

function integerType(element: SchemaElement): LeafType {
  const { type, logical_type: logical, converted_type: converted = '' } = element;
  const annotation = logical?.type ?? converted;
  if (annotation === 'DECIMAL') {
    const decimal = decimalType(element, (values, at) => BigInt(values.scalar(at)));
    const scale = scaleOf(element);
    return { ...decimal, write: (values, at, builder) => writeDecimal(Number(values.scalar(at)), scale, builder) };
  }
  if (annotation === 'DATE')
    return {
      declared: { type: 'date', isCertain: true },
      isText: false,
      textOf: (values, at) => isoDay(Number(values.scalar(at))) ?? noDate,
    };
  const unit = logical && 'unit' in logical ? logical.unit : units[converted];
  if (unit && annotation.startsWith('TIMESTAMP')) {
    // The older annotations are in UTC.
    const isZoned = logical && 'isAdjustedToUTC' in logical ? logical.isAdjustedToUTC : true;
    return {
      declared: { type: isZoned ? 'timestamp-with-zone' : 'timestamp', isCertain: unit !== 'NANOS' },
      isText: false,
      textOf: (values, at) => timestamp(BigInt(values.scalar(at)), unit, isZoned) ?? noDate,
    };
  }
  if (unit)
    return {
      isText: true,
      textOf: (values, at) =>
        clockTime(BigInt(values.scalar(at)), unit) ?? { reason: 'is a time of day after 24:00:00' },
    };
  const isUnsigned =
    logical?.type === 'INTEGER' ? !logical.isSigned : logical === undefined && converted.startsWith('UINT');
  if (!isUnsigned)
    return {
      declared: { type: 'integer', isCertain: true },
      isText: false,
      textOf: (values, at) => String(values.scalar(at)),
      write: (values, at, builder) => writeDecimal(Number(values.scalar(at)), 0, builder),
    };
  const bits = type === 'INT64' ? 64 : 32;
  return {
    declared:
      bits === 64
        ? { type: 'decimal', precision: 20, scale: 0, isCertain: true }
        : { type: 'integer', isCertain: true },
    isText: false,
    textOf: (values, at) => String(BigInt.asUintN(bits, BigInt(values.scalar(at)))),
  };
}

function bytesType(element: SchemaElement): LeafType {
  const { logical_type: logical, converted_type: converted, type_length: length } = element;
  const annotation = logical?.type ?? converted;
  if (annotation === 'DECIMAL') return decimalType(element, (values, at) => signedInteger(values.slice(at)));
  if (annotation === 'UUID' && length === 16)
    return {
      declared: { type: 'uuid', isCertain: true },
      isText: false,
      textOf: (values, at) =>
        values
          .slice(at)
          .toString('hex')
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    };
  if (annotation === 'FLOAT16' && length === 2)
    return floatType((values, at) => floatText(parseFloat16(values.slice(at)) ?? 0));
  if (annotation === 'INTERVAL' && length === 12)
    return { isText: true, textOf: (values, at) => duration(values.slice(at)) };
  return { isText: true, isUtf8: true, textOf: (values, at) => utf8Text(values, at) };
}

/** Text in UTF-8; other bytes are invalid. */
function utf8Text(values: PageValues, at: number): string | InvalidValue {
  const [start, end] = [values.start(at), values.end(at)];
  if (findInvalidUtf8(values.bytes, start, end) >= 0) return isBinary;
  const text = values.bytes.toString('utf8', start, end);
  return text.includes('\0') ? hasZero : text;
}

function statedDecimal(element: SchemaElement): { precision?: number | undefined; scale?: number | undefined } {
  const { logical_type: logical } = element;
  return logical?.type === 'DECIMAL' ? logical : element;
}

const scaleOf = (element: SchemaElement): number => statedDecimal(element).scale ?? 0;

/** Numbers below have at most 15 digits, which every double keeps. */
const exactLimit = 1e15;
const maxExactScale = 15;

/** Writes a whole number divided by a power of ten, unless it has too many digits. */
function writeDecimal(unscaled: number, scale: number, builder: TypedBlockBuilder): boolean {
  if (!(Math.abs(unscaled) < exactLimit) || scale > maxExactScale) return false;
  builder.addDecimal(unscaled, scale);
  return true;
}

/**
 * Writes a double with at most two decimals. A double that equals the quotient of a whole number of at most 15 digits and a
 * hundred has no shorter text than that quotient.
 */
function writeDouble(number: number, builder: TypedBlockBuilder): boolean {
  const hundredths = Math.round(number * 100);
  if (hundredths / 100 !== number || hundredths === 0) return false;
  return hundredths % 10 === 0 ? writeDecimal(hundredths / 10, 1, builder) : writeDecimal(hundredths, 2, builder);
}

function decimalType(element: SchemaElement, unscaled: (values: PageValues, at: number) => bigint): LeafType {
  const scale = scaleOf(element);
  const stated = statedDecimal(element);
  const precision = Math.max(stated.precision ?? 0, scale);
  if (!(scale >= 0 && scale <= 1_000)) throw badParquet(`the column “${element.name}” has the scale ${scale}`);
  const textOf: LeafType['textOf'] = (values, at) => scaled(unscaled(values, at), scale);
  return precision > 0 && precision <= maxDecimalDigits
    ? { declared: { type: 'decimal', precision, scale, isCertain: true }, isText: false, textOf }
    : { isText: false, textOf };
}

/** A whole number divided by a power of ten. */
function scaled(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A big-endian integer in two's complement. */
function signedInteger(bytes: Buffer): bigint {
  if (bytes.length === 0) return 0n;
  const unsigned = BigInt(`0x${bytes.toString('hex')}`);
  return BigInt.asIntN(bytes.length * 8, unsigned);
}

function floatType(textOf: LeafType['textOf']): LeafType {
  return { declared: { type: 'decimal', isCertain: false }, isText: false, textOf };
}

/** The shortest digits that read back as the same number. A whole number gets a decimal, so that it is not taken for an identifier. */
function doubleText(number: number): string {
  if (Object.is(number, -0)) return '-0.0';
  return Number.isInteger(number) ? `${plainNumber(number)}.0` : plainNumber(number);
}

function floatText(number: number): string {
  return number === 0 || !Number.isFinite(number) ? doubleText(number) : doubleText(Number(shortestFloat(number)));
}

/** Days from the start of the Julian calendar to 1970-01-01. */
const julianEpoch = 2_440_588n;
const nanosPerDay = unitsPerSecond.NANOS * 86_400n;

function nanosOfInt96(value: bigint): bigint {
  return ((value >> 64n) - julianEpoch) * nanosPerDay + BigInt.asIntN(64, value);
}

/** Months, days and milliseconds as a duration in ISO 8601: `P1M2DT3.5S`. */
function duration(bytes: Buffer): string {
  const [months, days, ms] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  const parts = `${months ? `${months}M` : ''}${days ? `${days}D` : ''}`;
  if (ms === 0 && parts !== '') return `P${parts}`;
  return `P${parts}T${Math.floor(ms / 1000)}${ms % 1000 ? `.${String(ms % 1000).padStart(3, '0')}` : ''}S`;
}
