import { valueKind, type CsvBlock } from '../formats/csv-block.ts';
import type { ColumnType } from './column.ts';
import { booleanForm, isDay, noForm, timestampForm, timestampForms, uuidForm } from './value-forms.ts';

const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;

/**
 * Passes over the values of a column that certainly fit as they are written: the first row, from one on, whose value
 * needs a closer look; the number of rows when none does. Most values of a dataset are passed over here, byte by byte,
 * without becoming text.
 */
export type PlainScan = (block: CsvBlock, column: number, row: number) => number;

/** What the plain values of a column stay below. */
export interface PlainLimits {
  /** Whether NULL is one of them. */
  nullable: boolean;
  /** Digits of an integer; or before and behind the point of a decimal. */
  whole: number;
  scale: number;
  /** Whether numbers may be below zero. */
  signed: boolean;
  /** Digits of the fraction of a second. */
  fraction: number;
  /** Bytes of a text; Infinity for any number. */
  bytes: number;
}

/** The scan for values of a type. */
export function plainScan(type: ColumnType, limits: PlainLimits): PlainScan {
  return scans[type](limits);
}

/** A scan that takes each value by itself. */
function each({ nullable }: PlainLimits, isPlain: (buffer: Buffer, start: number, end: number) => boolean): PlainScan {
  return ({ buffer, rows, width, starts, ends, kinds }, column, row) => {
    for (let index = row * width + column; row < rows; row += 1, index += width) {
      const start = starts[index] as number;
      const end = ends[index] as number;
      if (start === end && kinds[index] === valueKind.bare) {
        if (nullable) continue;
        break;
      }
      if (!isPlain(buffer, start, end)) break;
    }
    return row;
  };
}

const scans: Record<ColumnType, (limits: PlainLimits) => PlainScan> = {
  integer:
    ({ nullable, whole, signed }) =>
    ({ buffer, rows, width, starts, ends, kinds }, column, row) => {
      scan: for (let index = row * width + column; row < rows; row += 1, index += width) {
        let at = starts[index] as number;
        const end = ends[index] as number;
        if (nullable && at === end && kinds[index] === valueKind.bare) continue;
        const begin = at;
        if (signed && at < end && buffer[at] === minus) at += 1;
        const digits = end - at;
        if (digits < 1 || digits > whole || (buffer[at] === zero && end - begin > 1)) break;
        for (; at < end; at += 1) if (((buffer[at] as number) - zero) >>> 0 > 9) break scan;
      }
      return row;
    },
  decimal:
    ({ nullable, whole, scale, signed }) =>
    ({ buffer, rows, width, starts, ends, kinds }, column, row) => {
      for (let index = row * width + column; row < rows; row += 1, index += width) {
        let at = starts[index] as number;
        const end = ends[index] as number;
        if (nullable && at === end && kinds[index] === valueKind.bare) continue;
        if (signed && at < end && buffer[at] === minus) at += 1;
        const first = at;
        while (at < end && ((buffer[at] as number) - zero) >>> 0 <= 9) at += 1;
        const before = at - first;
        if (before < 1 || before > whole || (before > 1 && buffer[first] === zero)) break;
        if (at === end) continue;
        if (buffer[at] !== point) break;
        const fraction = (at += 1);
        while (at < end && ((buffer[at] as number) - zero) >>> 0 <= 9) at += 1;
        if (at < end || at === fraction || at - fraction > scale) break;
      }
      return row;
    },
  boolean: (limits) => each(limits, (buffer, start, end) => booleanForm(buffer, start, end) !== noForm),
  date: (limits) => each(limits, (buffer, start, end) => end - start === 10 && isDay(buffer, start)),
  timestamp: (limits) =>
    each(limits, (buffer, start, end) => {
      const form = timestampForm(buffer, start, end);
      return form !== noForm && (form & timestampForms.zoned) === 0 && (form & 7) <= limits.fraction;
    }),
  'timestamp-with-zone': (limits) =>
    each(limits, (buffer, start, end) => {
      const form = timestampForm(buffer, start, end);
      return (
        (form & timestampForms.zoned) !== 0 && (form & timestampForms.spelled) === 0 && (form & 7) <= limits.fraction
      );
    }),
  uuid: (limits) => each(limits, (buffer, start, end) => uuidForm(buffer, start, end) !== noForm),
  text: (limits) => {
    if (limits.nullable && limits.bytes === Infinity) return ({ rows }) => rows;
    return each(limits, (_buffer, start, end) => end - start <= limits.bytes);
  },
};
