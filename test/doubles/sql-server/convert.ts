import { Fault } from './fault.ts';
import { inDefaultStyle, toDate, toDatetime, toDatetime2, toDatetimeoffset, toSmalldatetime, toTime } from './times.ts';

/** A stored value: numbers for integers and floats, text for everything else. */
export type Value = string | number | bigint | null;

const failed = (type: string): Fault => new Fault(8114, `Error converting data type nvarchar to ${type}.`);
const overflow = (type: string): Fault =>
  new Fault(8115, `Arithmetic overflow error converting expression to data type ${type}.`);

const integers: Record<string, [bigint, bigint]> = {
  tinyint: [0n, 255n],
  smallint: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

function toInteger(type: string, value: Value): bigint {
  const text = String(value).trim();
  // SQL Server converts an empty string to zero.
  const number = text === '' ? 0n : /^[-+]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
  if (number === undefined)
    throw new Fault(245, `Conversion failed when converting the nvarchar value '${text}' to data type ${type}.`);
  const [least, most] = integers[type] as [bigint, bigint];
  if (number < least || number > most) throw overflow(type);
  return number;
}

/** Rounds half away from zero without an error, as SQL Server does, to exact digits. */
function toDecimal(precision: number, scale: number, value: Value, type = 'numeric'): string {
  const [, sign, whole = '', fraction = ''] = /^\s*([-+]?)(\d*)\.?(\d*)\s*$/.exec(String(value)) ?? [];
  if (sign === undefined || whole + fraction === '') throw failed(type);
  const kept = BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale));
  const rounded = kept + (Number(fraction[scale] ?? 0) >= 5 ? 1n : 0n);
  const digits = String(rounded).padStart(scale + 1, '0');
  if (rounded >= 10n ** BigInt(precision)) throw overflow(type);
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return sign === '-' && rounded !== 0n ? `-${text}` : text;
}

/** money or smallmoney: ten-thousandths in eight or four bytes. */
function toMoney(type: string, value: Value): string {
  const text = toDecimal(38, 4, value, type);
  const amount = BigInt(text.replace('.', ''));
  if (BigInt.asIntN(type === 'money' ? 64 : 32, amount) !== amount) throw overflow(type);
  return text;
}

/** The nearest number of the type; SQL Server converts an empty string to zero. */
function toFloat(type: string, value: Value): number {
  const text = String(value).trim();
  if (!/^[-+]?(\d+\.?\d*|\.\d+)?([eE][-+]?\d+)?$/.test(text)) throw failed(type);
  const number = type === 'real' ? Math.fround(Number(text)) : Number(text);
  const [least, most] = type === 'real' ? [1.18e-38, 3.4e38] : [2.23e-308, 1.79e308];
  if (Math.abs(number) > most) throw overflow(type);
  return Math.abs(number) < least ? 0 : number;
}

const westernEurope = new Set(
  new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
);

/** Replaces each UTF-16 unit outside code page 1252 by a question mark. */
const inCodePage = (text: string): string =>
  text
    .split('')
    .map((unit) => (westernEurope.has(unit) ? unit : '?'))
    .join('');

function toBinary(type: string, length: string, value: Value, style: number): string {
  const text = String(value);
  const hex = style === 1 ? /^0x((?:[0-9a-f]{2})*)$/i.exec(text)?.[1] : Buffer.from(text, 'utf16le').toString('hex');
  if (hex === undefined) throw failed(type);
  const most = length === 'max' ? Infinity : Number(length || 1) * 2;
  // Longer values are truncated and shorter ones padded with zeros, without an error.
  return `0x${(type === 'binary' ? hex.padEnd(most, '0') : hex).slice(0, most).toUpperCase()}`;
}

/** Type and arguments of a declaration such as `decimal(10,2)`. */
function partsOf(declaration: string): { type: string; first: string; second: string } {
  const [, type = '', first = '', second = '0'] =
    /^(\w+)(?:\((\w+)(?:,\s*(\d+))?\))?$/.exec(declaration.toLowerCase()) ?? [];
  return { type, first, second };
}

/** Pads text of a fixed length with spaces. */
const filled = (type: string, length: string, text: string): string =>
  /^n?char$/.test(type) ? text.padEnd(Number(length || 30)) : text;

/** CONVERT of text for the supported types; NULL stays NULL. @throws Fault as SQL Server does */
export function convert(declaration: string, value: Value, style = 0): Value {
  if (value === null) return null;
  const { type, first, second } = partsOf(declaration);
  if (integers[type]) return toInteger(type, value);
  const digits = first === '' ? 7 : Number(first);
  const text = String(value);
  switch (type) {
    case 'bit':
      return text === '0' ? 0n : 1n;
    case 'decimal':
    case 'numeric':
      return toDecimal(Number(first), Number(second), value);
    case 'money':
    case 'smallmoney':
      return toMoney(type, value);
    case 'float':
    case 'real':
      return toFloat(type, value);
    case 'date':
      return toDate(text);
    case 'datetime2':
      return toDatetime2(text, digits);
    case 'datetimeoffset':
      return toDatetimeoffset(text, digits);
    case 'datetime':
      return toDatetime(text);
    case 'smalldatetime':
      return toSmalldatetime(text);
    case 'time':
      return toTime(text, digits);
    case 'uniqueidentifier':
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.test(text))
        throw new Fault(8169, 'Conversion failed when converting from a character string to uniqueidentifier.');
      return text.slice(0, 36).toUpperCase();
    case 'binary':
    case 'varbinary':
      return toBinary(type, first, value, style);
    case 'ntext':
      return text;
    case 'text':
      return inCodePage(text);
    case 'nvarchar':
    case 'nchar':
      return filled(type, first, first === 'max' ? text : text.slice(0, Number(first || 30)));
    case 'varchar':
    case 'char':
      return filled(type, first, inCodePage(first === 'max' ? text : text.slice(0, Number(first || 30))));
    default:
      throw new Fault(257, `Implicit conversion from data type nvarchar to ${type} is not allowed.`);
  }
}

/** A column that receives a value. */
export interface Assigned {
  declaration: string;
  nullable: boolean;
  name: string;
  /** Its collation; UTF-8 collations keep every character and count bytes. */
  collation: string | null;
}

/**
 * Converts a value as INSERT and UPDATE do: `char` pads text with spaces, and trailing spaces beyond the length are cut.
 * @throws Fault for NULL in a required column, and for text that is too long
 */
export function assign({ declaration, nullable, name, collation }: Assigned, value: Value): Value {
  if (value === null) {
    if (nullable) return null;
    throw new Fault(
      515,
      `Cannot insert the value NULL into column '${name}'; column does not allow nulls. INSERT fails.`,
    );
  }
  const { type, first } = partsOf(declaration);
  if (type === 'binary' || type === 'varbinary') {
    // Text without a conversion is not binary data.
    if (!/^0x([0-9A-F]{2})*$/.test(String(value)))
      throw new Fault(
        257,
        `Implicit conversion from data type nvarchar to ${type} is not allowed. Use the CONVERT function to run this query.`,
      );
    if (first !== 'max' && String(value).length > Number(first) * 2 + 2)
      throw new Fault(2628, `String or binary data would be truncated in column '${name}'.`);
    return value;
  }
  if (!/^n?(var)?char$/.test(type)) return convert(declaration, value);
  const inUtf8 = collation?.endsWith('UTF8') === true && !type.startsWith('n');
  const text = type.startsWith('n') || inUtf8 ? String(value) : inCodePage(String(value));
  if (first === 'max') return text;
  const sizeOf = (part: string): number => (inUtf8 ? Buffer.byteLength(part) : part.length);
  let fitting = text;
  while (sizeOf(fitting) > Number(first) && fitting.endsWith(' ')) fitting = fitting.slice(0, -1);
  if (sizeOf(fitting) > Number(first))
    throw new Fault(
      2628,
      `String or binary data would be truncated in column '${name}'. Truncated value: '${text.slice(0, 20)}'.`,
    );
  return type.endsWith('varchar') ? fitting : fitting + ' '.repeat(Number(first) - sizeOf(fitting));
}

/** Converts a value as ALTER COLUMN does, with the default style. @throws Fault as SQL Server does */
export function alter(from: string, to: Assigned, value: Value): Value {
  if (value === null) return assign(to, null);
  const { type } = partsOf(from);
  const target = partsOf(to.declaration).type;
  if (/char|text/.test(target)) {
    if (type === 'money' || type === 'smallmoney')
      throw new Fault(
        257,
        `Implicit conversion from data type ${type} to ${target} is not allowed. Use the CONVERT function to run this query.`,
      );
    if (type === 'datetime' || type === 'smalldatetime') return assign(to, inDefaultStyle(String(value)));
    if (type === 'float' || type === 'real') return assign(to, String(Number(Number(value).toPrecision(6))));
    if (type === 'datetimeoffset' || type === 'datetime2') return assign(to, value);
  }
  // The newer types keep the exact fraction that datetime shows as .003 or .007.
  const exact =
    type === 'datetime'
      ? String(value)
          .replace(/3$/, '3333333')
          .replace(/7$/, '6666667')
          .replace(/(\.\d{7})\d*$/, '$1')
      : value;
  return assign(to, exact);
}
