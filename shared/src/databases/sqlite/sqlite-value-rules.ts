import type { ValueRule } from '../../datasets/load/existing-column.ts';
import { fitsType } from '../../datasets/types/normalize-value.ts';

/** Significant digits of a decimal that a double preserves. */
const exactDigits = 15;

/** What SQLite parses as a number, surrounding white space and exponents included. @see https://www.sqlite.org/lang_expr.html#castexpr */
const numeric = /^[ \t\n\v\f\r]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[ \t\n\v\f\r]*$/;

/** An integer as SQLite writes it. */
const plainInteger = /^(?:0|-?[1-9]\d*)$/;

/** A decimal as SQLite writes it, as long as it has few digits. */
const plainDecimal = /^-?(?:0|[1-9]\d*)\.\d*[1-9]$/;

function isBigint(text: string): boolean {
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value;
}

/** Number of digits from the first non-zero one on, without trailing zeros of the fraction. */
function significantDigits(text: string): number {
  const [, whole = '', fraction = ''] = /^[-+]?(\d*)\.?(\d*?)0*$/.exec(text) ?? [];
  return `${whole}${fraction}`.replace(/^0+/, '').length;
}

/** A number as its significant digits and the exponent of the last one: the same for equal numbers. */
function normalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  return `${sign === '-' ? '-' : ''}${digits}e${Number(exponent) - fraction.length + all.length - digits.length}`;
}

/** For decimals: integers of 64 bits are exact, and so are 15 digits of any other number. */
export const exactDecimal: ValueRule = {
  reason: `has more than ${exactDigits} digits, which SQLite would round`,
  fails: (text) => !(/^[-+]?\d+$/.test(text) ? isBigint(text) : significantDigits(text) <= exactDigits),
  safeDigits: Math.floor(exactDigits / 2),
};

/** For floating-point numbers: the nearest one must have the same digits. */
export const exactReal: ValueRule = {
  reason: 'is not a number that a floating-point column stores with every digit',
  fails(text) {
    if (!/^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?$/.test(text)) return true;
    const number = Number(text);
    return !Number.isFinite(number) || normalNumber(String(number)) !== normalNumber(text);
  },
};

/** Whether SQLite would convert a text to a number with other digits. */
function isRewritten(text: string): boolean {
  if (!numeric.test(text)) return false;
  if (plainInteger.test(text)) return !isBigint(text);
  return !plainDecimal.test(text) || significantDigits(text) > exactDigits || Math.abs(Number(text)) < 0.0001;
}

/** For declared types with numeric affinity that are not meant as numbers: SQLite converts texts that look like numbers. */
export const keptAsWritten = (declared: string): ValueRule => ({
  reason: `would be changed: SQLite converts what looks like a number in a column of the type ${declared}`,
  fails: isRewritten,
});

/** Whether a text is a timestamp as a number: Unix seconds, or a Julian day. */
const isNumericTime = (text: string): boolean => numeric.test(text) && !isRewritten(text);

/** For a column that is declared as a date. */
export const sqliteDate: ValueRule = {
  reason: 'is not a date such as 2026-11-20',
  fails: (text) => !fitsType('date', text) && !isNumericTime(text),
};

/** For a column that is declared as a timestamp. */
export const sqliteTimestamp: ValueRule = {
  reason: 'is not a date and time such as 2026-11-20 08:00:00',
  fails: (text) =>
    !fitsType('date', text) &&
    !fitsType('timestamp', text) &&
    !fitsType('timestamp-with-zone', text) &&
    !isNumericTime(text),
};

/** For a timestamp or time with a limited fraction of a second. */
export const fractionOf = (digits: number): ValueRule => ({
  reason: `has more than ${digits} fractional second digits`,
  fails: (text) => (/:\d\d\.(\d*?)0*(?!\d)/.exec(text)?.[1]?.length ?? 0) > digits,
});

/** For a column that is declared as a time of day. */
export const sqliteTime: ValueRule = {
  reason: 'is not a time of day such as 08:00:00',
  fails: (text) =>
    !/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[-+]\d\d:\d\d)?$/.test(text) && !isNumericTime(text),
};

/** For a BLOB column of a STRICT table, which does not accept text. */
export const bytesOnly: ValueRule = {
  reason: 'is text, but the column of the STRICT table accepts bytes (BLOB) only',
  fails: () => true,
};
