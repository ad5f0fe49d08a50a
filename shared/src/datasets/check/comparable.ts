import { isDay } from '../types/value-forms.ts';

/** A number as digits, so that it stays exact. */
interface Digits {
  kind: 'number';
  negative: boolean;
  /** Digits before the decimal point without leading zeros, and after it without trailing zeros. */
  whole: string;
  fraction: string;
}

/** A date or a timestamp as time since 1970 in UTC. */
interface Instant {
  kind: 'date';
  seconds: number;
  /** Fractional second digits without trailing zeros. */
  fraction: string;
  /** Whether it has a time of day. */
  hasTime: boolean;
}

/** A value that can be compared with others of its kind. */
export type Comparable = Digits | Instant;

const numberForm = /^([-+]?)(\d+|(?=\.\d))(?:\.(\d*))?$/;
const instantForm =
  /^(\d{4}-\d\d-\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(Z| ?UTC| ?GMT| ?([+-])(\d\d)(?::?([0-5]\d))?)?)?$/;
const maxOffsetHours = 14;

/**
 * Parses a number, a date (`2026-11-20`) or a timestamp (ISO 8601 with `T` or a space, up to nine fractional digits, and
 * an optional time zone: `Z`, `UTC`, `+01`, `+0100` or `+01:00`). A date is midnight; without a time zone, UTC is used.
 * @returns undefined for anything else
 */
export function parseComparable(value: string): Comparable | undefined {
  const number = numberForm.exec(value);
  if (number) {
    const [, sign, digits = '', decimals = ''] = number;
    const whole = digits.replace(/^0+/, '');
    const fraction = decimals.replace(/0+$/, '');
    return { kind: 'number', negative: sign === '-' && (whole !== '' || fraction !== ''), whole, fraction };
  }
  const found = instantForm.exec(value);
  if (!found || !isDay(Buffer.from(value.slice(0, 10), 'latin1'), 0)) return undefined;
  const [, day, hours, minutes = '00', seconds = '00', fraction = '', , sign, offsetHours = '0', offsetMinutes = '0'] =
    found;
  if (Number(offsetHours) > maxOffsetHours) return undefined;
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 3600 + Number(offsetMinutes) * 60);
  const local = Date.parse(`${day}T${hours ?? '00'}:${minutes}:${seconds}Z`) / 1000;
  return { kind: 'date', seconds: local - offset, fraction: fraction.replace(/0+$/, ''), hasTime: hours !== undefined };
}

/**
 * Compares two values exactly, digit by digit.
 * @returns negative if the first is less, 0 if they are equal, positive if it is greater; undefined for a number and a date
 */
export function compare(one: Comparable, other: Comparable): number | undefined {
  if (one.kind === 'number') {
    if (other.kind !== 'number') return undefined;
    if (one.negative !== other.negative) return one.negative ? -1 : 1;
    const size =
      one.whole.length - other.whole.length || order(one.whole, other.whole) || order(one.fraction, other.fraction);
    return one.negative ? -size : size;
  }
  return other.kind === 'date' ? one.seconds - other.seconds || order(one.fraction, other.fraction) : undefined;
}

/** Compares digits in the same positions; a missing digit is 0. */
const order = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

/**
 * A text that is the same for equal values: `1.50` and `1.5`, `TRUE` and `true`, or one instant in several time zones.
 * Numbers with leading zeros or a plus sign are identifiers and stay unchanged.
 */
export function canonicalText(value: string): string {
  if (/^(true|false)$/i.test(value) || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
    return value.toLowerCase();
  if (!/^-?\d/.test(value) || /^-?0\d/.test(value)) return value;
  const found = parseComparable(value);
  if (!found) return value;
  if (found.kind === 'number')
    return `${found.negative ? '-' : ''}${found.whole === '' ? '0' : found.whole}${found.fraction === '' ? '' : `.${found.fraction}`}`;
  return found.hasTime ? `@${found.seconds}.${found.fraction}` : value;
}
