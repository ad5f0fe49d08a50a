import type { ValueRule } from '../load/existing-column.ts';

/** Accepts values that a floating-point number of 4 or 8 bytes represents without changing digits: `0.1`, but not the 4-byte `16777217`. */
export function floatRule(bytes: 4 | 8): ValueRule {
  return {
    reason: `is not a number that a floating-point column of ${bytes} bytes stores exactly`,
    fails: (text) => !isExact(text, bytes),
  };
}

/** Decimal digits that are always exact. */
const safeDigits = { 4: 6, 8: 15 } as const;
const maxDigits = { 4: 9, 8: 17 } as const;
const minNormal = { 4: 1.17549435e-38, 8: 2.2250738585072014e-308 } as const;

function isExact(text: string, bytes: 4 | 8): boolean {
  const written = normal(text);
  if (written === undefined) return false;
  const number = bytes === 4 ? Math.fround(Number(text)) : Number(text);
  if (!Number.isFinite(number)) return false;
  if (number === 0) return written.digits === '';
  if (written.digits.length <= safeDigits[bytes] && Math.abs(number) >= minNormal[bytes]) return true;
  // Databases show the shortest text that identifies the number.
  for (let digits = 1; digits <= maxDigits[bytes]; digits += 1) {
    const shown = number.toPrecision(digits);
    if ((bytes === 4 ? Math.fround(Number(shown)) : Number(shown)) !== number) continue;
    const shortest = normal(shown);
    return shortest?.digits === written.digits && shortest.exponent === written.exponent;
  }
  return false;
}

/** Digits without surrounding zeros, and the exponent of ten. */
function normal(text: string): { digits: string; exponent: number } | undefined {
  const [, whole, fraction = '', exponent = '0'] =
    /^[-+]?(0|[1-9]\d*|(?=\.\d))(?:\.(\d*))?(?:[eE]([-+]?\d{1,3}))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  return {
    digits,
    exponent: digits === '' ? 0 : Number(exponent) - fraction.length + significant.length - digits.length,
  };
}
