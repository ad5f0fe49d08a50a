import { Fault } from './fault.ts';

/** A timestamp with SQL Server's precision of seven fractional digits. */
interface Time {
  /** Days since 1970-01-01. */
  day: number;
  /** Time since midnight in units of 100 nanoseconds. */
  ticks: bigint;
}

const ticksPerSecond = 10_000_000n;
const ticksPerDay = 86_400n * ticksPerSecond;
const noTime = (): Fault => new Fault(241, 'Conversion failed when converting date and/or time from character string.');
const outOfRange = (type: string): Fault =>
  new Fault(242, `The conversion of a nvarchar data type to a ${type} data type resulted in an out-of-range value.`);

/** Days of an ISO date since 1970. @throws Fault for an invalid date */
function dayOf(text: string): number {
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  if (
    !/^\d{4}-\d\d-\d\d$/.test(text) ||
    text < '0001' ||
    Number.isNaN(milliseconds) ||
    !new Date(milliseconds).toISOString().startsWith(text)
  )
    throw noTime();
  return milliseconds / 86_400_000;
}

function ticksOf(time: string, fraction = ''): bigint {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) throw noTime();
  return BigInt(hours * 3600 + minutes * 60 + seconds) * ticksPerSecond + BigInt(fraction.padEnd(7, '0'));
}

const showDay = (day: number): string => {
  const text = new Date(day * 86_400_000).toISOString();
  if (!/^\d{4}-/.test(text) || text < '0001') throw outOfRange('datetime2');
  return text.slice(0, 10);
};

function showTicks(ticks: bigint, digits: number): string {
  const seconds = Number(ticks / ticksPerSecond);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${parts.join(':')}${
    digits === 0
      ? ''
      : `.${String(ticks % ticksPerSecond)
          .padStart(7, '0')
          .slice(0, digits)}`
  }`;
}

/** Rounds half up without an error, as SQL Server does; may carry into the next day. */
function round({ day, ticks }: Time, step: bigint): Time {
  const rounded = ((ticks + step / 2n) / step) * step;
  return rounded >= ticksPerDay ? { day: day + 1, ticks: rounded - ticksPerDay } : { day, ticks: rounded };
}

const stepOf = (digits: number): bigint => 10n ** BigInt(7 - digits);

/** Accepts documented formats only: seconds are required after a `T`, an offset has a colon. */
function parse(text: string): Time & { offset: string | undefined } {
  const [, day, time, fraction, offset, utc] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(?: ?([-+]\d\d:\d\d)|(Z))?$/.exec(text) ?? [];
  if (day === undefined || time === undefined) throw noTime();
  return { day: dayOf(day), ticks: ticksOf(time, fraction), offset: offset ?? (utc ? '+00:00' : undefined) };
}

/** A date; a time after it is dropped without an error. */
export function toDate(text: string): string {
  return showDay(dayOf(text.replace(/[T ]\d\d:\d\d.*$/, '')));
}

/** `2026-11-20 10:00:00.500`, rounded to a number of digits. */
export function toDatetime2(text: string, digits: number): string {
  const { offset, ...time } = parse(text);
  if (offset !== undefined) throw noTime();
  const rounded = round(time, stepOf(digits));
  return `${showDay(rounded.day)} ${showTicks(rounded.ticks, digits)}`;
}

/** The same with an offset of up to 14 hours; the UTC time must be in the years 1 to 9999. */
export function toDatetimeoffset(text: string, digits: number): string {
  const { offset = '+00:00', ...time } = parse(text);
  const minutes = (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4))) * (offset.startsWith('-') ? -1 : 1);
  if (Math.abs(minutes) > 14 * 60) throw noTime();
  const rounded = round(time, stepOf(digits));
  const utc = BigInt(rounded.day) * ticksPerDay + rounded.ticks - BigInt(minutes * 60) * ticksPerSecond;
  if (utc < BigInt(dayOf('0001-01-01')) * ticksPerDay || utc >= BigInt(dayOf('9999-12-31') + 1) * ticksPerDay)
    throw outOfRange('datetimeoffset');
  return `${showDay(rounded.day)} ${showTicks(rounded.ticks, digits)} ${offset}`;
}

/** datetime: 1/300 of a second, shown as .000, .003 and .007. */
export function toDatetime(text: string): string {
  const { day, ticks } = parse(text);
  if (day < dayOf('1753-01-01')) throw outOfRange('datetime');
  const steps = (ticks * 300n + ticksPerSecond / 2n) / ticksPerSecond;
  const [nextDay, left] = steps >= 86_400n * 300n ? [day + 1, 0n] : [day, steps];
  const milliseconds = Math.round((Number(left % 300n) * 1000) / 300);
  return `${showDay(nextDay)} ${showTicks((left / 300n) * ticksPerSecond, 0)}.${String(milliseconds).padStart(3, '0')}`;
}

/** smalldatetime: minutes; up to 29.998 seconds round down. */
export function toSmalldatetime(text: string): string {
  const { day, ticks } = round(parse(text), 60n * ticksPerSecond);
  if (day < dayOf('1900-01-01') || day > dayOf('2079-06-06')) throw outOfRange('smalldatetime');
  return `${showDay(day)} ${showTicks(ticks, 0)}`;
}

/** A time of day, rounded to a number of digits; rounding up at midnight wraps around. */
export function toTime(text: string, digits: number): string {
  const [, time, fraction] = /^(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,7}))?$/.exec(text.trim()) ?? [];
  if (time === undefined) throw noTime();
  return showTicks(round({ day: 0, ticks: ticksOf(time, fraction) }, stepOf(digits)).ticks, digits);
}

/** Default text of `datetime`: `Nov 20 2026 10:00AM`, without seconds. */
export function inDefaultStyle(text: string): string {
  const [, year = '', month = '', day = '', hours = '', minutes = ''] =
    /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)/.exec(text) ?? [];
  const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1];
  const hour = Number(hours) % 12 || 12;
  return `${name} ${String(Number(day)).padStart(2)} ${year} ${String(hour).padStart(2)}:${minutes}${Number(hours) < 12 ? 'AM' : 'PM'}`;
}
