import { PipewrightError } from '../../host/error.ts';
import { isDay } from './value-forms.ts';

/** How dates can be written, by an example of 31 December 2026. */
export const dateFormats = {
  'day-first': '31/12/2026',
  'month-first': '12/31/2026',
  'year-first': '2026/12/31',
} as const;

/** One of the keys of `dateFormats`. */
export type DateFormat = keyof typeof dateFormats;

/** Reads a date or timestamp as ISO 8601; undefined for another text. */
export type DateReader = (text: string) => string | undefined;

const time = '(?:,?[ T](\\d{1,2}):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,9}))?)?(?: ?([AaPp])\\.?[Mm]\\.?)?)?';
const yearLast = new RegExp(`^(\\d{1,2})([./-])(\\d{1,2})\\2(\\d{4})${time}$`);
const yearFirst = new RegExp(`^(\\d{4})([./])(\\d{1,2})\\2(\\d{1,2})${time}$`);

/** Readers for the formats: day, month and year as numbers, separated by dots, slashes or hyphens, optionally with a time. */
export const dateReaders: Record<DateFormat, DateReader> = {
  'day-first': (text) => {
    const [, day, , month, year, ...clock] = yearLast.exec(text) ?? [];
    return year === undefined ? undefined : isoOf({ year, month, day }, clock);
  },
  'month-first': (text) => {
    const [, month, , day, year, ...clock] = yearLast.exec(text) ?? [];
    return year === undefined ? undefined : isoOf({ year, month, day }, clock);
  },
  'year-first': (text) => {
    const [, year, , month, day, ...clock] = yearFirst.exec(text) ?? [];
    return year === undefined ? undefined : isoOf({ year, month, day }, clock);
  },
};

const tokens: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MMMM: '(?<name>[A-Za-z]{3,9})',
  MMM: '(?<name>[A-Za-z]{3})',
  MM: '(?<month>\\d\\d)',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d\\d)',
  D: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d\\d)',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<hour>\\d\\d)',
  h: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d\\d)',
  ss: '(?<second>\\d\\d)',
  S: '(?<fraction>\\d{1,9})',
  A: '(?<half>[AaPp])[Mm]',
};
const anyToken = /YYYY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|S+|A|[^]/g;
const months = 'january february march april may june july august september october november december'.split(' ');

/**
 * Creates a reader from a pattern such as `DD.MM.YYYY HH:mm`, with the tokens YYYY, M, MM, MMM (Jan), MMMM (January), D, DD,
 * H, HH, h, hh, mm, ss, S (fractional seconds) and A (AM or PM). Other characters stand for themselves.
 * @throws PipewrightError `invalid-input` for a pattern without year, month and day, or with a token twice
 */
export function readerOfPattern(pattern: string): DateReader {
  const parts = (pattern.match(anyToken) ?? []).map(
    (part) => tokens[part.startsWith('S') ? 'S' : part] ?? part.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&'),
  );
  const source = parts.join('');
  const names = [...source.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name);
  const has = (name: string): boolean => names.includes(name);
  if (
    !has('year') ||
    has('month') === has('name') ||
    !has('day') ||
    new Set(names).size < names.length ||
    (has('minute') && !has('hour'))
  )
    throw new PipewrightError({
      code: 'invalid-input',
      message: `The date pattern “${pattern}” is invalid: it needs a year (YYYY), a month (MM) and a day (DD), each once.`,
      hint: 'Correct the pattern; examples are DD.MM.YYYY and MM/DD/YYYY hh:mm A.',
    });
  const expression = new RegExp(`^${source}$`);
  return (text) => {
    const { year, month, name, day, hour, minute = '00', second, fraction, half } = expression.exec(text)?.groups ?? {};
    if (year === undefined) return undefined;
    const named =
      name === undefined
        ? undefined
        : months.findIndex((full) => full === name.toLowerCase() || full.slice(0, 3) === name.toLowerCase()) + 1;
    return isoOf({ year, month: named === undefined ? month : String(named), day }, [
      hour,
      minute,
      second,
      fraction,
      half,
    ]);
  };
}

function isoOf(
  {
    year = '',
    month = '',
    day = '',
  }: { year?: string | undefined; month?: string | undefined; day?: string | undefined },
  [hour, minute = '00', second, fraction, half]: readonly (string | undefined)[],
): string | undefined {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (date.length !== 10 || !isDay(Buffer.from(date), 0)) return undefined;
  if (hour === undefined) return date;
  const hours = Number(hour);
  if (half !== undefined && (hours < 1 || hours > 12)) return undefined;
  const ofDay = half === undefined ? hours : (hours % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  if (ofDay > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  return `${date} ${String(ofDay).padStart(2, '0')}:${minute}:${second ?? '00'}${fraction ? `.${fraction}` : ''}`;
}
