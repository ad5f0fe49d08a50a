import type { ValueRule } from '../../datasets/load/target.ts';
import { fitsType } from '../../datasets/types/normalize-value.ts';

/** Significant digits of a decimal that a double returns as they were written. */
const exactDigits = 15;

/** What SQLite reads as a number: white space around it, and an exponent, are allowed. @see https://www.sqlite.org/lang_expr.html#castexpr */
const numeric = /^[ \t\n\v\f\r]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[ \t\n\v\f\r]*$/;

/** An integer as SQLite writes it. */
const plainInteger = /^(?:0|-?[1-9]\d*)$/;

/** A decimal as SQLite writes it, as long as it has few digits. */
const plainDecimal = /^-?(?:0|[1-9]\d*)\.\d*[1-9]$/;

function isBigint(text: string): boolean {
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value;
}

/** Digits from the first that is not zero on, without zeros that end the fraction. */
function significantDigits(text: string): number {
  const [, whole = '', fraction = ''] = /^[-+]?(\d*)\.?(\d*?)0*$/.exec(text) ?? [];
  return `${whole}${fraction}`.replace(/^0+/, '').length;
}

/** A number as its digits, without zeros around them, and the power of ten of the last one: equal for equal numbers. */
function normalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  return `${sign === '-' ? '-' : ''}${digits}e${Number(exponent) - fraction.length + all.length - digits.length}`;
}

/** Of a column that holds decimals: integers of 64 bits are exact, and so are 15 digits of any other number. */
export const exactDecimal: ValueRule = {
  reason: `has more than ${exactDigits} digits, which SQLite would round`,
  fails: (text) => !(/^[-+]?\d+$/.test(text) ? isBigint(text) : significantDigits(text) <= exactDigits),
  safeDigits: Math.floor(exactDigits / 2),
};

/** Of a column that holds floating-point numbers: the nearest one must be written as the value is. */
export const exactReal: ValueRule = {
  reason: 'is not a number that a floating-point column holds as it is written',
  fails(text) {
    if (!/^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?$/.test(text)) return true;
    const number = Number(text);
    return !Number.isFinite(number) || normalNumber(String(number)) !== normalNumber(text);
  },
};

/** Whether SQLite makes a number of a text and would then write it in another way. */
function isRewritten(text: string): boolean {
  if (!numeric.test(text)) return false;
  if (plainInteger.test(text)) return !isBigint(text);
  return !plainDecimal.test(text) || significantDigits(text) > exactDigits || Math.abs(Number(text)) < 0.0001;
}

/** Of a column whose declared type makes numbers of texts that look like one, although it is not the type of a number. */
export const keptAsWritten = (declared: string): ValueRule => ({
  reason: `would become another text: SQLite turns what looks like a number into one in a column of the type ${declared}`,
  fails: isRewritten,
});

/** Numbers for a moment, as SQLite's functions read them: seconds since 1970, or days of the Julian calendar. */
const isMomentNumber = (text: string): boolean => numeric.test(text) && !isRewritten(text);

/** Of a column that is declared as a date. */
export const sqliteDate: ValueRule = {
  reason: 'is not a date as 2026-11-20',
  fails: (text) => !fitsType('date', text) && !isMomentNumber(text),
};

/** Of a column that is declared as a timestamp. */
export const sqliteTimestamp: ValueRule = {
  reason: 'is not a date and time as 2026-11-20 08:00:00',
  fails: (text) =>
    !fitsType('date', text) &&
    !fitsType('timestamp', text) &&
    !fitsType('timestamp-with-zone', text) &&
    !isMomentNumber(text),
};

/** Of a column that is declared as a timestamp with so many digits of a second. */
export const fractionOf = (digits: number): ValueRule => ({
  reason: `has more than ${digits} fractional second digits`,
  fails: (text) => (/:\d\d\.(\d*?)0*(?!\d)/.exec(text)?.[1]?.length ?? 0) > digits,
});

/** Of a column that is declared as a time of day. */
export const sqliteTime: ValueRule = {
  reason: 'is not a time of day as 08:00:00',
  fails: (text) =>
    !/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[-+]\d\d:\d\d)?$/.test(text) && !isMomentNumber(text),
};

/** Of a column of bytes in a STRICT table: it takes no text. */
export const bytesOnly: ValueRule = {
  reason: 'is text, and the column of the STRICT table takes bytes (BLOB) only',
  fails: () => true,
};
