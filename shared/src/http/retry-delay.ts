import type { Headers } from '../host/http.ts';

/** Parses `Retry-After`, in seconds or as a date, to seconds; undefined if it is missing or invalid. */
export function retryAfterSeconds(headers: Headers, now: number): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/**
 * Milliseconds before the next retry: exponential backoff from `first` up to `max`, with 50 % jitter.
 */
export function backoff(attempt: number, random: number, first = 500, max = 20_000): number {
  const full = Math.min(max, first * 2 ** attempt);
  return full / 2 + (full / 2) * random;
}
