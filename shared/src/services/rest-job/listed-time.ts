import { PipewrightError } from '../../host/error.ts';
import { redact } from '../../host/redact.ts';
import { parseTimestamp } from '../../runs/run.ts';
import { valueAt } from './read-value.ts';

/** A date, a time and a time zone: ISO 8601, also with a space or “UTC”, or the format of HTTP. */
const zoned =
  /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)|[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d GMT)$/i;

/** A number of seconds or milliseconds since 1970, between 2001 and 5138. */
function epochMs(value: number): number | undefined {
  if (value >= 1e9 && value < 1e11) return value * 1000;
  return value >= 1e12 && value < 1e14 ? value : undefined;
}

function read(value: unknown): string | undefined {
  const number = typeof value === 'string' && /^\d{10,}(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') return parseTimestamp(epochMs(number));
  if (typeof value !== 'string' || !zoned.test(value)) return undefined;
  return parseTimestamp(value.replace(/ ?(?:UTC|GMT)$/i, 'Z').replace(/^[a-z]{3}, (.*)Z$/i, '$1 GMT'));
}

/**
 * The time in a field that the user named, in ISO 8601 in UTC; undefined if the field is missing or empty. A time that is not
 * certain is refused: runs that seem to have ended long ago start nothing.
 * @param label of the input field
 * @throws PipewrightError `invalid-input` for a text that is no time with time zone, and for a number that is no Unix time
 */
export function listedTime(tool: string, run: unknown, field: string | undefined, label: string): string | undefined {
  const value = field === undefined ? undefined : valueAt(run, field);
  if (value === undefined || value === '') return undefined;
  const time = read(typeof value === 'string' ? value.trim() : value);
  if (time !== undefined) return time;
  const shown = typeof value === 'object' ? 'an object' : `“${redact(String(value).slice(0, 60))}”`;
  throw new PipewrightError({
    code: 'invalid-input',
    service: tool,
    message: `The value of “${field}” is ${shown}, which is not a time with time zone.`,
    hint: `Enter a field with a time such as 2026-11-20T08:00:00Z, or with the seconds or milliseconds since 1970, under “${label}”. Otherwise leave “${label}” empty.`,
  });
}
