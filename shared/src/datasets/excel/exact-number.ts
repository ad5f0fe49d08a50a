/** Digits that the text of a double needs at most; a longer text is an exact number that a program other than Excel wrote. */
const maxDoubleDigits = 17;

const numberForm = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?$/;

/** Short numbers that are already written in their shortest form. */
const plainForm = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,7})\.\d{0,6}[1-9])$/;

/**
 * The number in a cell as plain decimal text. Cells store IEEE 754 doubles with up to 17 digits, of which the shortest
 * text that is read as the same double is meant: `1.1000000000000001` is 1.1. More than 17 digits are kept as written.
 * @param round whether to round to 15 significant digits, as Excel displays numbers
 * @returns undefined for text that is not a number
 */
export function exactNumber(text: string, round = false): string | undefined {
  if (plainForm.test(text)) return text;
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  // Most programs write the shortest form already.
  if (!round && String(number) === text && !text.includes('e')) return text === '-0' ? '0' : text;
  const trimmed = text.trim();
  if (!numberForm.test(trimmed)) return undefined;
  if (round) return withoutExponent(String(Number(number.toPrecision(15))));
  const digits = trimmed
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return withoutExponent(digits.length > maxDoubleDigits ? trimmed : String(number));
}

/** Writes a decimal number without exponent, without leading zeros and without trailing zeros after the decimal point. */
function withoutExponent(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const before = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '';
  const behind = point > 0 ? digits.slice(point) : `${'0'.repeat(-point)}${digits}`;
  const integer = before.replace(/^0+/, '') || '0';
  const decimals = behind.replace(/0+$/, '');
  const number = decimals === '' ? integer : `${integer}.${decimals}`;
  return sign === '-' && number !== '0' ? `-${number}` : number;
}
