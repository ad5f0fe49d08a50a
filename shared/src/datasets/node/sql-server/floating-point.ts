import type { ValueRule } from '../../load/target.ts';

/** A number as a file writes it, with an exponent where it has one. */
const number = /^[-+]?(\d+)(?:\.(\d+))?(?:[eE][-+]?\d{1,4})?$/;

interface FloatingType {
  /** Digits that every number of the type keeps. */
  safeDigits: number;
  least: number;
  most: number;
  /** The number that the type stores. */
  round(value: number): number;
}

/** `float(25)` to `float(53)`: the server takes no number between 0 and 2.23E-308. */
const double: FloatingType = { safeDigits: 15, least: 2.23e-308, most: 1.79e308, round: (value) => value };

/** `real`, which is `float(24)`. */
const single: FloatingType = { safeDigits: 6, least: 1.18e-38, most: 3.4e38, round: Math.fround };

/**
 * What a column of floating-point numbers asks of a value: it is a number within the range, and has either so few digits
 * that the column keeps all of them (0.1) or exactly the value of a number of the type (16777216).
 * @param type `float` or `real`
 * @see https://learn.microsoft.com/sql/t-sql/data-types/float-and-real-transact-sql
 */
export function floatingPointRules(type: string): readonly ValueRule[] {
  const floating = type === 'real' ? single : double;
  return [
    { reason: 'is not a number', fails: (text) => !number.test(text) },
    { reason: `is not within the range of ${type}`, fails: (text) => number.test(text) && !isInRange(text, floating) },
    { reason: `has more digits than ${type} keeps`, fails: (text) => number.test(text) && !keepsDigits(text, floating) },
  ];
}

function isInRange(text: string, { least, most }: FloatingType): boolean {
  const size = Math.abs(Number(text));
  return size === 0 ? isZero(text) : size >= least && size <= most;
}

const isZero = (text: string): boolean => !/[1-9]/.test(text.replace(/[eE].*/, ''));

function keepsDigits(text: string, { safeDigits, round }: FloatingType): boolean {
  const [, whole = '', fraction = ''] = number.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+|0+$/g, '');
  if (digits.length <= safeDigits) return true;
  const stored = round(Number(text));
  return Number.isFinite(stored) && isExactly(text, stored);
}

/** Whether a number has the very value of its text, digit by digit. */
function isExactly(text: string, stored: number): boolean {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^([-+]?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = BigInt(whole + fraction);
  const scale = fraction.length - Number(exponent);
  const { mantissa, power } = partsOf(Math.abs(stored));
  if (stored !== 0 && (stored < 0) !== (sign === '-')) return false;
  // digits / 10^scale = mantissa * 2^power, without fractions.
  const left = digits * (scale < 0 ? 10n ** BigInt(-scale) : 1n) * (power < 0 ? 2n ** BigInt(-power) : 1n);
  const right = mantissa * (scale > 0 ? 10n ** BigInt(scale) : 1n) * (power > 0 ? 2n ** BigInt(power) : 1n);
  return left === right;
}

/** A positive number as a whole number times a power of two. */
function partsOf(value: number): { mantissa: bigint; power: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n) & 0x7ff;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return exponent === 0 ? { mantissa: fraction, power: -1074 } : { mantissa: fraction | 0x10_0000_0000_0000n, power: exponent - 1075 };
}
