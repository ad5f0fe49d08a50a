const msPerDay = 86_400_000;

/** Days from 1970-01-01 to 0001-01-01 and to 9999-12-31, the dates that databases store. */
const firstDay = -719_162;
const lastDay = 2_932_896;

/** Dates by days since 1970: most datasets repeat the same few. */
const knownDays = new Map<number, string>();
const maxKnownDays = 20_000;

/**
 * A date in ISO 8601, such as `2026-11-20`.
 * @param days whole days since 1970-01-01
 * @returns undefined for a date before year 1 or after year 9999
 */
export function isoDay(days: number): string | undefined {
  let day = knownDays.get(days);
  if (day === undefined) {
    if (!(days >= firstDay && days <= lastDay)) return undefined;
    day = new Date(days * msPerDay).toISOString().slice(0, 10);
    if (knownDays.size < maxKnownDays) knownDays.set(days, day);
  }
  return day;
}

/**
 * Whole days from 1970-01-01 to a date in ISO 8601 from year 1 to 9999.
 * @returns undefined for other text, and for a date that does not exist
 */
export function daysOfDate(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const days = Date.parse(`${text}T00:00:00Z`) / msPerDay;
  return isoDay(days) === text ? days : undefined;
}
