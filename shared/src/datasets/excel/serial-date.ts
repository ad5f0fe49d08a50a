import { isoDay } from '../types/iso-day.ts';
import type { CellKind } from './number-format.ts';

const msPerDay = 86_400_000;

/** Days from 1970-01-01 to the day before serial number 1 of the 1900 date system, after its nonexistent 29 February 1900. */
const epoch1900 = 25_569;

/** Days between the epochs of the two date systems. */
const from1904To1900 = 1_462;

/** Serial numbers of the 1900 date system: the nonexistent 29 February 1900, and 9999-12-31. */
const leapBug = 60;
const lastSerial = 2_958_465;

const two = (number: number): string => String(number).padStart(2, '0');

/** A time of day or an elapsed time, with milliseconds if there are any. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const rest = ms % 1000;
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? time : `${time}.${String(rest).padStart(3, '0')}`;
}

/**
 * A serial number as ISO 8601: `2026-11-20`, `2026-11-20 08:30:00`, the time of day `08:30:00`, or the elapsed time
 * `36:00:00`. A date that has a time, and a time that has a date, become timestamps, so that nothing is lost. Times are
 * exact to the millisecond, the resolution of Excel.
 * @param kind what the number format shows
 * @param is1904 whether the workbook uses the 1904 date system
 * @returns undefined for a date that does not exist: before the date system starts, 29 February 1900, or after 9999
 * @see https://learn.microsoft.com/en-us/office/troubleshoot/excel/1900-and-1904-date-system
 */
export function serialToIso(value: number, kind: Exclude<CellKind, 'number'>, is1904: boolean): string | undefined {
  const total = Math.round(value * msPerDay);
  if (!Number.isSafeInteger(total)) return undefined;
  if (kind === 'elapsed') return total < 0 ? `-${clock(-total)}` : clock(total);
  if (total < 0) return undefined;
  if (kind === 'time' && total < msPerDay) return clock(total);
  const serial = Math.floor(total / msPerDay) + (is1904 ? from1904To1900 : 0);
  if (serial < 1 || serial === leapBug || serial > lastSerial) return undefined;
  const day = isoDay(serial - epoch1900 + (serial < leapBug ? 1 : 0));
  const ms = total % msPerDay;
  return kind === 'date' && ms === 0 ? day : `${day} ${clock(ms)}`;
}

/**
 * A date in ISO 8601 as cells of type `d` store it, in the form of `serialToIso`.
 * @param kind what the number format shows; `number` if it shows no date
 * @returns undefined for other text
 */
export function isoToIso(text: string, kind: CellKind): string | undefined {
  const [, day, time = '', fraction = '', zone = ''] =
    /^\s*(\d{4}-\d\d-\d\d)?(?:(?:^|T)(\d\d:\d\d(?::\d\d)?)(\.\d+)?)?(Z|[-+]\d\d:\d\d)?\s*$/.exec(text) ?? [];
  if (day === undefined && time === '') return undefined;
  const seconds = time.length === 5 ? `${time}:00` : time;
  const decimals = fraction.replace(/\.?0+$/, '');
  if (day === undefined) return `${seconds}${decimals}${zone}`;
  if (time === '' || (kind === 'date' && /^00:00:00$/.test(seconds + decimals) && zone === '')) return day;
  return `${day} ${seconds}${decimals}${zone}`;
}
