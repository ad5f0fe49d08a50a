import type { ExistingColumn, ValueRule } from '../../datasets/load/existing-column.ts';
import { charactersOf, isUtf8CodePage, isWritable } from './sql-server-code-page.ts';
import { floatingPointRules } from './sql-server-floats.ts';
import type { CatalogColumn } from './sql-server-types.ts';

/** The limits and rules of a column: values that meet them are stored unchanged. */
export type SqlServerLimits = Partial<
  Pick<
    ExistingColumn,
    | 'maxLength'
    | 'countsUtf16'
    | 'min'
    | 'max'
    | 'wholeDigits'
    | 'scale'
    | 'fractionDigits'
    | 'emptyIsNull'
    | 'fixed'
    | 'rules'
  >
>;

/** Integer types with their bounds. */
const integers: Record<string, SqlServerLimits> = {
  tinyint: { min: 0, max: 255 },
  smallint: { min: -32_768, max: 32_767 },
  int: { min: -2_147_483_648, max: 2_147_483_647 },
  bigint: {},
};

/** The money types: digits before the decimal point, and bounds in ten-thousandths. */
const money: Record<string, { whole: number; least: bigint; most: bigint; range: string }> = {
  money: {
    whole: 15,
    least: -(2n ** 63n),
    most: 2n ** 63n - 1n,
    range: '-922337203685477.5808 and 922337203685477.5807',
  },
  smallmoney: { whole: 6, least: -(2n ** 31n), most: 2n ** 31n - 1n, range: '-214748.3648 and 214748.3647' },
};
const moneyScale = 4;

/** Types that are loaded as text but have no empty value; they keep their type when a table evolves. */
const formatted = { emptyIsNull: true, fixed: true } as const;

/**
 * The limits and rules of a column: lengths, ranges and digits. The server itself rounds numbers and times, truncates
 * spaces and replaces characters without an error.
 * @see https://learn.microsoft.com/sql/t-sql/data-types/data-types-transact-sql
 */
export function limitsOf(column: CatalogColumn): SqlServerLimits {
  const { type, bytes, precision, scale } = column;
  if (integers[type]) return integers[type];
  switch (type) {
    case 'money':
    case 'smallmoney':
      return { wholeDigits: money[type]?.whole ?? 0, scale: moneyScale, rules: moneyRules(type) };
    case 'decimal':
    case 'numeric':
      return { wholeDigits: precision - scale, scale };
    case 'float':
    case 'real':
      return { ...formatted, rules: floatingPointRules(type) };
    case 'datetime':
      return {
        rules: [
          startsAt('1753-01-01'),
          {
            reason: 'has milliseconds that datetime rounds: they must end in 0, 3 or 7',
            fails: isBetweenSteps,
          },
        ],
      };
    case 'smalldatetime':
      return {
        rules: [
          startsAt('1900-01-01'),
          {
            reason: 'is after 2079-06-06 23:59, the end of smalldatetime',
            fails: (text) => text.slice(0, 10) > '2079-06-06',
          },
          { reason: 'has seconds, which smalldatetime does not store', fails: hasSeconds },
        ],
      };
    case 'datetime2':
      return { fractionDigits: scale };
    case 'datetimeoffset':
      return {
        fractionDigits: scale,
        rules: [
          { reason: 'has an offset of more than 14 hours', fails: (text) => Math.abs(offsetOf(text)) > 14 * 60 },
          { reason: 'is outside the years 1 to 9999 in UTC', fails: isBeyondYears },
        ],
      };
    case 'time':
      return { ...formatted, rules: timeRules(scale) };
    case 'binary':
    case 'varbinary':
      return { ...formatted, rules: binaryRules(type, bytes) };
    default:
      return textLimits(column);
  }
}

function moneyRules(type: string): ValueRule[] {
  const { least, most, range } = money[type] ?? { least: 0n, most: 0n, range: '' };
  return [
    {
      reason: `is not between ${range}`,
      fails(text) {
        const [, sign, whole = '', fraction = ''] = /^([-+]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
        if (sign === undefined || whole + fraction === '') return true;
        const size = BigInt(whole + fraction.padEnd(moneyScale, '0').slice(0, moneyScale));
        const amount = sign === '-' ? -size : size;
        return amount < least || amount > most;
      },
    },
  ];
}

const startsAt = (day: string): ValueRule => ({
  reason: `is before ${day}, the first day of the type`,
  fails: (text) => text.slice(0, 10) < day,
});

const fractionOf = (text: string): string => /:\d\d\.(\d*?)0*(?!\d)/.exec(text)?.[1] ?? '';

/** A datetime has a resolution of 1/300 of a second, displayed as .000, .003 and .007. */
function isBetweenSteps(text: string): boolean {
  const fraction = fractionOf(text);
  return fraction.length > 3 || !/[037]$/.test(fraction.padEnd(3, '0'));
}

const hasSeconds = (text: string): boolean => /^.{16}:[\d.]*[1-9]/.test(text);

/** The offset of a timestamp from UTC in minutes; 0 where it has none. */
function offsetOf(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /([-+])(\d\d):?(\d\d)?$/.exec(text.slice(11)) ?? [];
  if (sign === undefined) return 0;
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

function isBeyondYears(text: string): boolean {
  const day = text.slice(0, 10);
  const minutes = Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16)) - offsetOf(text);
  return (day === '0001-01-01' && minutes < 0) || (day === '9999-12-31' && minutes >= 24 * 60);
}

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,7})?)?$/;

function timeRules(scale: number): ValueRule[] {
  return [
    { reason: 'is not a time of day such as 23:05:00', fails: (text) => !timeOfDay.test(text) },
    {
      reason: `has more than ${scale} fractional second digits`,
      fails: (text) => fractionOf(text).length > scale,
    },
  ];
}

/** Bytes are written as SQL Server writes them: `0x` and two digits for each. */
function binaryRules(type: string, length: number): ValueRule[] {
  const bytesOf = (text: string): number => (text.length - 2) / 2;
  const rules: ValueRule[] = [
    { reason: 'is not binary data such as 0x00FF', fails: (text) => !/^0x([0-9a-fA-F]{2})*$/.test(text) },
  ];
  if (length === -1) return rules;
  if (type === 'binary')
    return [...rules, { reason: `does not have ${length} bytes`, fails: (text) => bytesOf(text) !== length }];
  return [...rules, { reason: `has more than ${length} bytes`, fails: (text) => bytesOf(text) > length }];
}

/** A `varchar` counts bytes; in a single-byte code page, these are characters. */
function textLimits({ type, bytes, codePage, keepsSpaces = true }: CatalogColumn): SqlServerLimits {
  const rules: ValueRule[] = [];
  const length =
    type === 'text' || type === 'ntext' || bytes === -1 ? undefined : type.startsWith('n') ? bytes / 2 : bytes;
  const characters = type.startsWith('n') ? undefined : charactersOf(codePage);
  if (characters)
    rules.push({
      reason: `has a character that the code page of the column (${codePage}) lacks`,
      fails: (text) => !isWritable(text, characters),
    });
  const countsBytes = length !== undefined && isUtf8CodePage(codePage) && !type.startsWith('n');
  if (countsBytes)
    rules.push({ reason: `has more than ${length} bytes in UTF-8`, fails: (text) => Buffer.byteLength(text) > length });
  if (type === 'char' || type === 'nchar') {
    const size = (text: string): number => (countsBytes ? Buffer.byteLength(text) : text.length);
    rules.push({
      reason: `ends in a space, which ${type} does not distinguish from its padding`,
      fails: (text) => text.endsWith(' ') && size(text) !== length,
    });
  } else if (!keepsSpaces) {
    rules.push({
      reason: 'ends in a space, which the column does not store (ANSI_PADDING OFF)',
      fails: (text) => text.endsWith(' '),
    });
  }
  return {
    ...(length === undefined ? {} : { maxLength: length, countsUtf16: true }),
    ...(rules.length > 0 ? { rules } : {}),
  };
}
