import type { Headers } from '../host/http.ts';

/** Seconds that the vendor asks to wait: `Retry-After` as seconds or as a date; undefined when it says nothing. */
export function retryAfterSeconds(headers: Headers, now: number): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/**
 * Milliseconds before the next try: doubled each time from `first` up to `most`, the upper half of it by chance, so that
 * many clients do not come back together.
 */
export function backoff(attempt: number, random: number, first = 500, most = 20_000): number {
  const full = Math.min(most, first * 2 ** attempt);
  return full / 2 + (full / 2) * random;
}
