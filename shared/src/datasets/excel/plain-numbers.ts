const [minus, point, zero, nine] = [0x2d, 0x2e, 0x30, 0x39];

/** Digits of a number that every double keeps. */
const exactDigits = 15;

/** Digits of an index or a serial number that are read as a small integer. */
const maxIndexDigits = 9;

/** Whether a byte is an ASCII digit. */
export const isDigit = (byte: number): boolean => byte >= zero && byte <= nine;

/** An integer of at most nine digits; -1 for other text. */
export function smallInteger(bytes: Buffer, start: number, end: number): number {
  if (end === start || end - start > maxIndexDigits) return -1;
  let integer = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - zero;
    if (digit < 0 || digit > 9) return -1;
    integer = integer * 10 + digit;
  }
  return integer;
}

/**
 * Whether a number is written as `exactNumber` returns it: without exponent and needless zeros, and with so few digits that
 * the same double has no shorter text.
 */
export function isExactNumber(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] === minus ? start + 1 : start;
  let pointAt = -1;
  for (let at = first; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === point && pointAt < 0) pointAt = at;
    else if (byte < zero || byte > nine) return false;
  }
  const wholeDigits = (pointAt < 0 ? end : pointAt) - first;
  if (wholeDigits === 0 || end - first - (pointAt < 0 ? 0 : 1) > exactDigits) return false;
  if (bytes[first] === zero && (wholeDigits > 1 || (pointAt < 0 && first > start))) return false;
  return pointAt < 0 || (bytes[end - 1] !== zero && pointAt < end - 1);
}
