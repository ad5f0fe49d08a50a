import { shortestFloat } from '../../datasets/export/number-text.ts';

/** A number without leading zeros, which would mark an identifier. */
const numberForm = /^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A number as its significant digits and the exponent of the last one; zero has no sign. */
function normalized(text: string): string {
  const [, sign = '', whole = '', behind = '', power = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + behind).replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = digits.replace(/0+$/, '');
  const exponent = Number(power) - behind.length + (digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${exponent}`;
}

/**
 * Whether a floating-point number preserves a text: its shortest representation has the same digits. 0.1 is preserved, but
 * 16777217 in 32 bits becomes 16777216.
 */
export function readsBackAsFloat(text: string, type: 'float' | 'double'): boolean {
  if (!numberForm.test(text)) return false;
  const value = type === 'float' ? Math.fround(Number(text)) : Number(text);
  return (
    Number.isFinite(value) && normalized(type === 'float' ? shortestFloat(value) : String(value)) === normalized(text)
  );
}

/** Whether a number has no more digits than `float(digits, scale)` stores. */
export function withinScale(text: string, digits: number, scale: number): boolean {
  const [, significant = '', power = '0'] = /^-?(\d+)e(-?\d+)$/.exec(normalized(text)) ?? [];
  return significant === '' || (-Number(power) <= scale && significant.length + Number(power) <= digits - scale);
}

/** Whether a number is zero or greater. */
export function notNegative(text: string): boolean {
  return !text.startsWith('-') || normalized(text) === '0';
}
