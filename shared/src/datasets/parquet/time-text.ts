import type { TimeUnit } from 'hyparquet';
import { isoDay } from '../types/iso-day.ts';

/** How many of a unit are a second. */
export const unitsPerSecond: Readonly<Record<TimeUnit, bigint>> = {
  MILLIS: 1_000n,
  MICROS: 1_000_000n,
  NANOS: 1_000_000_000n,
};

/** Fractional digits of a unit. */
const digitsOf: Readonly<Record<TimeUnit, number>> = { MILLIS: 3, MICROS: 6, NANOS: 9 };

const secondsPerDay = 86_400n;
const two = (number: number): string => (number < 10 ? `0${number}` : String(number));

/** Seconds and a fraction as `08:30:00.25`, without trailing zeros. */
function clock(seconds: number, fraction: number, unit: TimeUnit): string {
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0 ? time : `${time}.${String(fraction).padStart(digitsOf[unit], '0').replace(/0+$/, '')}`;
}

/**
 * A time of day in ISO 8601, such as `08:30:00.25`.
 * @param value since midnight
 * @returns undefined for a value that is not within a day; the end of a day is `24:00:00`
 */
export function clockTime(value: bigint, unit: TimeUnit): string | undefined {
  const perSecond = unitsPerSecond[unit];
  if (value < 0n || value > perSecond * secondsPerDay) return undefined;
  return clock(Number(value / perSecond), Number(value % perSecond), unit);
}

/**
 * A timestamp in ISO 8601, such as `2026-11-20 08:30:00.25`.
 * @param value since 1970-01-01
 * @param isZoned whether it is in UTC, which `Z` marks; otherwise it has no time zone
 * @returns undefined for a date before year 1 or after year 9999
 */
export function timestamp(value: bigint, unit: TimeUnit, isZoned: boolean): string | undefined {
  const perSecond = unitsPerSecond[unit];
  const perDay = perSecond * secondsPerDay;
  // BigInt takes several times as long, so it only divides what a number cannot represent.
  const small = Number(value);
  const rest = Number.isSafeInteger(small)
    ? modulo(small, Number(perDay))
    : Number(((value % perDay) + perDay) % perDay);
  const days = Number.isSafeInteger(small) ? (small - rest) / Number(perDay) : Number((value - BigInt(rest)) / perDay);
  const day = isoDay(days);
  if (day === undefined) return undefined;
  const fraction = rest % Number(perSecond);
  return `${day} ${clock((rest - fraction) / Number(perSecond), fraction, unit)}${isZoned ? 'Z' : ''}`;
}

const modulo = (number: number, by: number): number => ((number % by) + by) % by;
