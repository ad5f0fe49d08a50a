/** The form of a column without values. */
export const noForm = 0;

/** The form of a column whose values are written in several ways. */
export const mixedForms = -1;

/** Forms of a boolean. */
export const booleanForms = { lower: 1, upper: 2, capitalized: 3 } as const;

/** Forms of a UUID, by letter case. */
export const uuidForms = { lower: 1, upper: 2 } as const;

/**
 * Bits of the form of a timestamp, above the number of its fractional second digits. `utc` is the zone `Z`; `spelled` is a
 * zone written as `UTC` or after a space.
 */
export const timestampForms = { present: 8, seconds: 16, letterT: 32, zoned: 64, utc: 128, spelled: 256 } as const;

/** The form of a column after another value. */
export function mergeForms(form: number, next: number): number {
  return form === noForm || form === next ? next : mixedForms;
}

const zero = 0x30;
const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Two digits as a number; above 99 if they are not digits. */
function twoDigits(buffer: Buffer, at: number): number {
  const tens = ((buffer[at] as number) - zero) >>> 0;
  const ones = ((buffer[at + 1] as number) - zero) >>> 0;
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/** Whether ten bytes are a valid date such as `2026-11-20`, from year 1 to 9999. */
export function isDay(buffer: Buffer, at: number): boolean {
  if (buffer[at + 4] !== 0x2d || buffer[at + 7] !== 0x2d) return false;
  const century = twoDigits(buffer, at);
  const ofCentury = twoDigits(buffer, at + 2);
  const month = twoDigits(buffer, at + 5);
  const day = twoDigits(buffer, at + 8);
  if (century > 99 || ofCentury > 99 || century + ofCentury === 0 || month < 1 || month > 12 || day < 1) return false;
  if (day > (daysOfMonths[month - 1] as number)) return false;
  const leap = ofCentury % 4 === 0 && (ofCentury !== 0 || century % 4 === 0);
  return month !== 2 || day < 29 || leap;
}

/**
 * The form of a timestamp such as `2026-11-20 23:05`, optionally with `T` instead of the space, seconds, up to six
 * fractional digits, and a time zone: `Z`, `UTC` or an offset, with or without a space before it. `noForm` for other bytes.
 */
export function timestampForm(buffer: Buffer, start: number, end: number): number {
  if (end - start < 16 || !isDay(buffer, start)) return noForm;
  let form: number = timestampForms.present;
  if (buffer[start + 10] === 0x54) form |= timestampForms.letterT;
  else if (buffer[start + 10] !== 0x20) return noForm;
  if (buffer[start + 13] !== 0x3a) return noForm;
  if (twoDigits(buffer, start + 11) > 23 || twoDigits(buffer, start + 14) > 59) return noForm;
  let at = start + 16;
  if (at < end && buffer[at] === 0x3a) {
    if (end - at < 3 || twoDigits(buffer, at + 1) > 59) return noForm;
    form |= timestampForms.seconds;
    at += 3;
    if (at < end && buffer[at] === 0x2e) {
      const fraction = (at += 1);
      while (at < end && ((buffer[at] as number) - zero) >>> 0 <= 9) at += 1;
      const digits = at - fraction;
      if (digits < 1 || digits > 6) return noForm;
      form |= digits;
    }
  }
  return at === end ? form : withZone(buffer, at, end, form);
}

/** Adds the time zone to the form of a timestamp. */
function withZone(buffer: Buffer, at: number, end: number, form: number): number {
  const zoned = form | timestampForms.zoned;
  if (buffer[at] === 0x5a && at + 1 === end) return zoned | timestampForms.utc;
  const zone = buffer[at] === 0x20 ? at + 1 : at;
  if (isOffset(buffer, zone, end)) return zone > at ? zoned | timestampForms.spelled : zoned;
  const isUtc =
    (end - zone === 3 && buffer[zone] === 0x55 && buffer[zone + 1] === 0x54 && buffer[zone + 2] === 0x43) ||
    (end - zone === 1 && buffer[zone] === 0x5a);
  return isUtc ? zoned | timestampForms.spelled : noForm;
}

/** Whether bytes are an offset such as `+01`, `+01:00` or `+0100`, up to 14 hours. */
function isOffset(buffer: Buffer, at: number, end: number): boolean {
  if ((buffer[at] !== 0x2b && buffer[at] !== 0x2d) || end - at < 3 || twoDigits(buffer, at + 1) > 14) return false;
  const minutes = at + 3;
  if (minutes === end) return true;
  const colon = buffer[minutes] === 0x3a ? 1 : 0;
  return end - minutes === 2 + colon && twoDigits(buffer, minutes + colon) <= 59;
}

const yes = Buffer.from('true');
const no = Buffer.from('false');

/** Converts an upper-case letter to lower case. */
const caseBit = 0x20;

/** The form of `true` or `false` in lower, upper or capitalized letters; `noForm` for other bytes. */
export function booleanForm(buffer: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length !== yes.length && length !== no.length) return noForm;
  const word = length === yes.length ? yes : no;
  let capitals = 0;
  for (let at = 0; at < length; at += 1) {
    const byte = buffer[start + at] as number;
    if ((byte | caseBit) !== word[at]) return noForm;
    if (byte !== word[at]) capitals |= 1 << at;
  }
  if (capitals === 0) return booleanForms.lower;
  if (capitals === 1) return booleanForms.capitalized;
  return capitals === (1 << length) - 1 ? booleanForms.upper : noForm;
}

/** The form of a UUID with hyphens, such as `8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77`; `noForm` for other bytes. */
export function uuidForm(buffer: Buffer, start: number, end: number): number {
  if (end - start !== 36) return noForm;
  let lower = false;
  let upper = false;
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] as number;
    const place = at - start;
    if (place === 8 || place === 13 || place === 18 || place === 23) {
      if (byte !== 0x2d) return noForm;
    } else if (byte >= 0x61 && byte <= 0x66) lower = true;
    else if (byte >= 0x41 && byte <= 0x46) upper = true;
    else if ((byte - zero) >>> 0 > 9) return noForm;
  }
  if (lower && upper) return mixedForms;
  return upper ? uuidForms.upper : uuidForms.lower;
}
