import type { ValueRule } from '../load/target.ts';

/** Values that a binary floating point number of 4 or 8 bytes shows again as they are written: `0.1` does, the real `16777217` does not. */
export function floatRule(bytes: 4 | 8): ValueRule {
  return {
    reason: `is not a number that ${bytes === 4 ? '4' : '8'} bytes of floating point keep exactly`,
    fails: (text) => !isKept(text, bytes),
  };
}

/** Decimal digits that are always kept. */
const sureDigits = { 4: 6, 8: 15 } as const;
const mostDigits = { 4: 9, 8: 17 } as const;
const leastNormal = { 4: 1.17549435e-38, 8: 2.2250738585072014e-308 } as const;

function isKept(text: string, bytes: 4 | 8): boolean {
  const written = normal(text);
  if (written === undefined) return false;
  const number = bytes === 4 ? Math.fround(Number(text)) : Number(text);
  if (!Number.isFinite(number)) return false;
  if (number === 0) return written.digits === '';
  if (written.digits.length <= sureDigits[bytes] && Math.abs(number) >= leastNormal[bytes]) return true;
  // The shortest text that means this very number is what databases show.
  for (let digits = 1; digits <= mostDigits[bytes]; digits += 1) {
    const shown = number.toPrecision(digits);
    if ((bytes === 4 ? Math.fround(Number(shown)) : Number(shown)) !== number) continue;
    const shortest = normal(shown);
    return shortest?.digits === written.digits && shortest.exponent === written.exponent;
  }
  return false;
}

/** Digits without zeros around them, and the power of ten that they are multiplied by. */
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
