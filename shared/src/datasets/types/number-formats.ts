/** How numbers can be written, by an example. */
export const numberFormats = {
  point: '1,234.56',
  comma: '1.234,56',
  space: '1 234,56',
  apostrophe: "1'234.56",
} as const;

/** One of the keys of `numberFormats`. */
export type NumberFormat = keyof typeof numberFormats;

/** A number as read in a format. */
export interface ReadNumber {
  /** The number as plain text with all its digits: `-1234.56`. */
  plain: string;
  /** Currency sign or code, `%`, or the empty string. */
  unit: string;
  hasFraction: boolean;
  /** Whether the digits are grouped with a first group of three digits, as in a list of codes: `101,205,300`. */
  hasFullGroups: boolean;
  isGrouped: boolean;
  exponent: number;
}

const separators: Record<NumberFormat, { group: string; decimal: string }> = {
  point: { group: ',', decimal: '\\.' },
  comma: { group: '\\.', decimal: ',' },
  space: { group: '[ \\u00a0\\u202f]', decimal: ',' },
  apostrophe: { group: "['’]", decimal: '\\.' },
};

/** A larger exponent, which no floating-point number has, is not expanded. */
const maxExponent = 400;

const space = '[ \\u00a0\\u202f]';
const sign = '[$€£¥₹₽₩₺₴฿]';
/** Codes and abbreviations of currencies; unlike signs, they need a space, because `CAD123` is an identifier. */
const code =
  '(?:USD|EUR|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|INR|AUD|CAD|NZD|BRL|MXN|ZAR|SGD|HKD|KRW|ILS|zł|Kč|kr\\.?|Ft|R\\$|Fr\\.|lei)';

const patterns = Object.fromEntries(
  Object.entries(separators).map(([format, { group, decimal }]) => [
    format,
    new RegExp(
      `^([-+])?(?:(${sign})${space}?|(${code})${space})?([-+])?(?:(0|[1-9]\\d*|[1-9]\\d{0,2}(?:${group}\\d{3})+)(?:${decimal}(\\d+))?|${decimal}(\\d+))(?:[eE]([-+]?\\d{1,3}))?(?:${space}?(%|${sign})|${space}(${code}))?$`,
    ),
  ]),
) as Record<NumberFormat, RegExp>;

/**
 * Reads a number written in a format, optionally with a sign, a currency sign or code, a percent sign, an exponent, or in
 * parentheses if it is negative. Numbers with leading zeros are identifiers.
 * @returns undefined for another text
 */
export function readNumber(text: string, format: NumberFormat): ReadNumber | undefined {
  const inParentheses = text.startsWith('(') && text.endsWith(')');
  const found = patterns[format].exec(inParentheses ? text.slice(1, -1) : text);
  if (!found) return undefined;
  const [, before, signBefore, codeBefore, between, whole = '0', fraction, onlyFraction, exponent = '0'] = found;
  const unitBefore = signBefore ?? codeBefore ?? '';
  const unitAfter = found[9] ?? found[10] ?? '';
  if ((before && between) || (unitBefore && unitAfter) || (inParentheses && (before ?? between))) return undefined;
  if (Math.abs(Number(exponent)) > maxExponent) return undefined;
  const digits = whole.replace(/\D/g, '');
  const decimals = fraction ?? onlyFraction ?? '';
  const isNegative = inParentheses || (before ?? between) === '-';
  return {
    plain: `${isNegative ? '-' : ''}${shift(digits, decimals, Number(exponent))}`,
    unit: unitBefore || unitAfter,
    hasFraction: decimals !== '',
    isGrouped: digits.length < whole.length,
    hasFullGroups: digits.length < whole.length && digits.length % 3 === 0,
    exponent: Number(exponent),
  };
}

/** Moves the decimal point of a number. */
function shift(digits: string, decimals: string, exponent: number): string {
  if (exponent === 0) return decimals === '' ? digits : `${digits}.${decimals}`;
  const all = digits + decimals;
  const point = digits.length + exponent;
  const padded = point <= 0 ? '0'.repeat(1 - point) + all : all.padEnd(point, '0');
  const at = Math.max(1, point);
  const whole = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const fraction = padded.slice(at);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
