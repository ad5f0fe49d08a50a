import type { ExportColumn, ExportValue } from './row-source.ts';

/** A number as JSON writes it (RFC 8259). */
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** Digits that a double keeps, whatever the number. */
const exactDigits = 15;

const numeric = new Set(['integer', 'decimal', 'float']);

/**
 * A number of a double without an exponent: `1e21` is 1000000000000000000000.
 * @returns `NaN` and `Infinity` unchanged
 */
export function plainNumber(number: number): string {
  const text = String(number);
  const [, sign = '', whole = '', fraction = '', exponent] = text.includes('e')
    ? (/^(-?)(\d+)(?:\.(\d+))?e([-+]\d+)$/.exec(text) ?? [])
    : [];
  if (exponent === undefined) return text;
  const shift = Number(exponent);
  const digits = whole + fraction;
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${digits}`;
  return `${sign}${digits.padEnd(shift + 1, '0')}`;
}

/** The digits of a number in a value; undefined if it is not a number. */
export function numberText(value: ExportValue, { kind }: ExportColumn): string | undefined {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? plainNumber(value) : undefined;
  return value !== null && numeric.has(kind) && jsonNumber.test(value) ? value : undefined;
}

/** Whether a double keeps every digit of a number. */
export function isExactDouble(text: string): boolean {
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  return digits.length <= exactDigits;
}

/** The shortest digits that read back as the same 4-byte number: 0.1, not 0.10000000149011612. */
export function shortestFloat(number: number): string {
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = Number(number.toPrecision(digits));
    if (Math.fround(text) === number) return String(text);
  }
  return String(number);
}
