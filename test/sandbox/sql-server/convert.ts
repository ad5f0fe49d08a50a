import { Fault } from './fault.ts';

/** A value as the double keeps it: numbers of its integers, everything else as text. */
export type Value = string | number | bigint | null;

const failed = (type: string): Fault => new Fault(8114, `Error converting data type nvarchar to ${type}.`);
const overflow = (type: string): Fault => new Fault(8115, `Arithmetic overflow error converting expression to data type ${type}.`);
const noMoment = (): Fault => new Fault(241, 'Conversion failed when converting date and/or time from character string.');

const integers: Record<string, [bigint, bigint]> = {
  tinyint: [0n, 255n],
  smallint: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

function toInteger(type: string, value: Value): bigint {
  const text = String(value).trim();
  // SQL Server takes an empty text for zero.
  const number = text === '' ? 0n : /^[-+]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
  if (number === undefined) throw failed(type);
  const [least, most] = integers[type] as [bigint, bigint];
  if (number < least || number > most) throw overflow(type);
  return number;
}

/** Rounds half away from zero, as SQL Server does, and gives every digit. */
export function toDecimal(precision: number, scale: number, value: Value, type = 'numeric'): string {
  const [, sign, whole = '', fraction = ''] = /^\s*([-+]?)(\d*)\.?(\d*)\s*$/.exec(String(value)) ?? [];
  if (sign === undefined || whole + fraction === '') throw failed(type);
  const kept = BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale));
  const rounded = kept + (Number(fraction[scale] ?? 0) >= 5 ? 1n : 0n);
  const digits = String(rounded).padStart(scale + 1, '0');
  if (rounded >= 10n ** BigInt(precision)) throw overflow(type);
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return sign === '-' && rounded !== 0n ? `-${text}` : text;
}

const isDate = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && text >= '0001' && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

/** Only the forms that the documents of SQL Server list: seconds are needed, an offset has a colon. */
function toMoment(text: string, digits: number, zoned: boolean): string {
  const [, day, time, fraction = '', offset = '', utc = ''] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(?: ?([-+]\d\d:\d\d)|(Z))?$/.exec(text) ?? [];
  if (day === undefined || time === undefined || !isDate(day) || time > '23:59:59' || (offset + utc !== '' && !zoned)) throw noMoment();
  const moment = `${day} ${time}.${fraction.padEnd(digits, '0').slice(0, digits)}`;
  return zoned ? `${moment} ${offset || '+00:00'}` : moment;
}

function toOldMoment(type: string, value: Value): string {
  const moment = toMoment(String(value), 3, false);
  const [least, most] = type === 'datetime' ? ['1753', '9999-12-31 23:59:59.999'] : ['1900', '2079-06-06 23:59:59'];
  if (moment < least || moment > most) throw new Fault(242, `The conversion of a datetime2 data type to a ${type} data type resulted in an out-of-range value.`);
  return type === 'datetime' ? moment : `${moment.slice(0, 16)}:00`;
}

/** Letters of another alphabet are lost in a code page of Western Europe. */
const inCodePage = (text: string): string => [...text].map((letter) => ((letter.codePointAt(0) ?? 0) > 0xff ? '?' : letter)).join('');

/** CONVERT, as far as it is needed; NULL stays NULL. @throws Fault what SQL Server says */
export function convert(declaration: string, value: Value): Value {
  if (value === null) return null;
  const [, type = '', first = '', second = '0'] = /^(\w+)(?:\((\w+)(?:,\s*(\d+))?\))?$/.exec(declaration.toLowerCase()) ?? [];
  if (integers[type]) return toInteger(type, value);
  switch (type) {
    case 'bit':
      return String(value) === '0' ? 0n : 1n;
    case 'decimal':
    case 'numeric':
      return toDecimal(Number(first), Number(second), value);
    case 'money':
      return toDecimal(19, 4, value, type);
    case 'smallmoney':
      return toDecimal(10, 4, value, type);
    case 'float':
    case 'real': {
      if (Number.isNaN(Number(value))) throw failed(type);
      return Number(value);
    }
    case 'date':
      if (!isDate(String(value))) throw noMoment();
      return String(value);
    case 'datetime2':
      return toMoment(String(value), Number(first || 7), false);
    case 'datetimeoffset':
      return toMoment(String(value), Number(first || 7), true);
    case 'datetime':
    case 'smalldatetime':
      return toOldMoment(type, value);
    case 'time': {
      if (!/^\d\d:\d\d(:\d\d(\.\d{1,7})?)?$/.test(String(value))) throw noMoment();
      return String(value);
    }
    case 'uniqueidentifier':
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(value))) throw new Fault(8169, 'Conversion failed when converting from a character string to uniqueidentifier.');
      return String(value).toUpperCase();
    case 'nvarchar':
    case 'nchar':
      return first === 'max' ? String(value) : String(value).slice(0, Number(first || 30));
    case 'varchar':
    case 'char':
      return inCodePage(first === 'max' ? String(value) : String(value).slice(0, Number(first || 30)));
    default:
      throw new Fault(257, `Implicit conversion from data type nvarchar to ${type} is not allowed.`);
  }
}

/** What INSERT and UPDATE do to a value of a column. @throws Fault for NULL where none may be, and a text that is too long */
export function assign(declaration: string, nullable: boolean, column: string, value: Value): Value {
  if (value === null) {
    if (nullable) return null;
    throw new Fault(515, `Cannot insert the value NULL into column '${column}'; column does not allow nulls. INSERT fails.`);
  }
  const [, isText, length] = /^(n?varchar|n?char)\((\w+)\)$/.exec(declaration) ?? [];
  if (isText && length !== 'max' && String(value).length > Number(length)) {
    throw new Fault(2628, `String or binary data would be truncated in column '${column}'. Truncated value: '${String(value).slice(0, 20)}'.`);
  }
  return convert(declaration, value);
}
