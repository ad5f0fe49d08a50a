import { valueKind, type CsvBlock } from '../formats/csv-block.ts';
import type { ColumnType } from './column.ts';
import { booleanForm, isDay, noForm, timestampForm, timestampForms, uuidForm } from './value-forms.ts';

const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;

/**
 * Skips values of a column that certainly fit as written. Returns the first row, from the given one on, whose value needs
 * a full check, or the number of rows if there is none. Most values are skipped here, byte by byte, without becoming text.
 */
export type PlainScan = (block: CsvBlock, column: number, row: number) => number;

/** Limits for values that certainly fit. */
export interface PlainLimits {
  /** Whether NULL fits. */
  nullable: boolean;
  /** Maximum digits of an integer, or before and after the decimal point. */
  whole: number;
  scale: number;
  /** Whether negative numbers fit. */
  signed: boolean;
  /** Maximum fractional second digits. */
  fraction: number;
  /** Maximum bytes of a text; Infinity for unlimited. */
  bytes: number;
}

/** Creates the scan for a type. */
export function plainScan(type: ColumnType, limits: PlainLimits): PlainScan {
  return scans[type](limits);
}

/** Creates a scan from a test for a single value. */
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
