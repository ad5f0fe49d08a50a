/** A leading zero marks an identifier. */
const numberForm = /^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A number as its digits without zeros around them, and the power of ten of the point; the sign is left out of zero. */
function normalised(text: string): string {
  const [, sign = '', whole = '', behind = '', power = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + behind).replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = digits.replace(/0+$/, '');
  // The power of ten of the last digit that counts.
  const last = Number(power) - behind.length + (digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${last}`;
}

/** Digits that tell every number of 32 bits from its neighbours. */
const digitsOfFloat = 9;

/** The shortest text that is read as a number of 32 bits. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits < digitsOfFloat; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(digitsOfFloat);
}

/**
 * Whether a binary number keeps what a text says: the shortest text of the number that is stored has the same digits, so
 * that 0.1 is kept and 16777217 in 32 bits, which would become 16777216, is not.
 */
export function readsBackAsFloat(text: string, type: 'float' | 'double'): boolean {
  if (!numberForm.test(text)) return false;
  const value = type === 'float' ? Math.fround(Number(text)) : Number(text);
  return (
    Number.isFinite(value) && normalised(type === 'float' ? shortestFloat(value) : String(value)) === normalised(text)
  );
}

/** Whether a number has no more digits than `float(digits, scale)` keeps. */
export function withinScale(text: string, digits: number, scale: number): boolean {
  const [, significant = '', power = '0'] = /^-?(\d+)e(-?\d+)$/.exec(normalised(text)) ?? [];
  return significant === '' || (-Number(power) <= scale && significant.length + Number(power) <= digits - scale);
}

/** Whether a number is zero or greater. */
export function notNegative(text: string): boolean {
  return !text.startsWith('-') || normalised(text) === '0';
}
