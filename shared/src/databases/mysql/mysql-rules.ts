import { isIPv4, isIPv6 } from 'node:net';
import type { ValueRule } from '../../datasets/load/target.ts';
import { whyNotJson } from './mysql-json.ts';
import { letterRule } from './mysql-letters.ts';
import { toUtc } from './mysql-moments.ts';
import { notNegative, readsBackAsFloat, withinScale } from './mysql-numbers.ts';

/** What the rules of a column are read from. */
interface ColumnFacts {
  /** `data_type` and `column_type` of `information_schema.columns`. */
  type: string;
  wholeType: string;
  /** Of a text or of bytes: how many bytes it holds at most. */
  bytes: number;
  /** Character set of a text; empty for other types. */
  letters: string;
  /** Of a number: digits in all, and behind the point where the type limits them. */
  digits: number;
  scale: number | undefined;
  /** Digits that the fraction of a second may have. */
  fraction: number;
  /** Whether the column holds UTC by its comment. */
  utc: boolean;
  /** Whether the server is MariaDB, and whether its timestamps reach the year 2106. */
  mariaDb: boolean;
  longTimestamps: boolean;
}

/** Whether a text is an integer from 0 to the greatest that so many bits hold. */
function isUnsigned(text: string, bits: number): boolean {
  return /^(?:0|[1-9]\d{0,19})$/.test(text) && BigInt(text) < 1n << BigInt(bits);
}

const mostDayHours = 838;

/** Whether MySQL keeps a time of day, or a span of time, as it is written: `10:00`, `-838:59:59`, `9:30:00.25`. */
function isTime(text: string, fraction: number): boolean {
  const [, hours = '', minutes = '', seconds = '00', digits = ''] =
    /^-?(\d{1,2}|[1-9]\d\d):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/.exec(text) ?? [];
  const behind = digits.replace(/0+$/, '');
  if (hours === '' || Number(hours) > mostDayHours || behind.length > fraction) return false;
  return !(Number(hours) === mostDayHours && minutes === '59' && seconds === '59' && behind !== '');
}

/** Whether MariaDB's type takes a UUID: one of a version above 7 needs the variant of RFC 9562. */
function isUuidOfMariaDb(text: string): boolean {
  return /^.{14}[0-7]|^.{19}[89a-f]/i.test(text);
}

/** The members of `enum('a','b')` or `set(…)`, as the server lists them. */
function membersOf(wholeType: string): string[] {
  const unescaped: Record<string, string> = { "''": "'", '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\0': '\0' };
  const list = wholeType.slice(wholeType.indexOf('(') + 1);
  return [...list.matchAll(/'((?:[^'\\]|''|\\[^])*)'/g)].map(([, member = '']) =>
    member.replace(/''|\\[^]/g, (pair) => unescaped[pair] ?? pair),
  );
}

function list(members: readonly string[]): string {
  return members.slice(0, 10).join(', ') + (members.length > 10 ? ', …' : '');
}

function ofSet(members: readonly string[]): ValueRule {
  const places = new Map(members.map((member, place) => [member, place]));
  const fails = (text: string): boolean => {
    if (text === '') return false;
    const found = text.split(',').map((member) => places.get(member) ?? -1);
    return found.some((place, index) => place < 0 || (index > 0 && place <= (found[index - 1] as number)));
  };
  return {
    reason: `is not a list of ${list(members)}, with commas between them, each at most once and in this order`,
    fails,
  };
}

/** The seconds that a timestamp holds: one second after the epoch, to the end of what 32 bits count. */
function timestampRule(longTimestamps: boolean): ValueRule {
  const last = longTimestamps ? 2 ** 32 - 1 : 2 ** 31 - 1;
  const fails = (text: string): boolean => {
    const utc = toUtc(text) ?? toUtc(`${text}Z`);
    const seconds = utc === undefined ? NaN : Date.parse(`${utc.replace(' ', 'T')}Z`) / 1000;
    return !(seconds >= 1 && seconds < last + (longTimestamps ? 1 : 0.5));
  };
  return {
    reason: `is not between 1970-01-01 00:00:01 and ${longTimestamps ? '2106-02-07 06:28:15' : '2038-01-19 03:14:07'} UTC, all that the type timestamp holds`,
    fails,
  };
}

const addressTypes: Record<string, (text: string) => boolean> = {
  inet4: isIPv4,
  inet6: (text) => isIPv6(text) && !text.includes('%'),
};

const byteTypes = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob'];

/** Types whose values our own limits describe whole, or that keep any text as it is. */
const describedTypes = [
  'tinyint',
  'smallint',
  'mediumint',
  'int',
  'bigint',
  'decimal',
  'date',
  'datetime',
  'uuid',
  'longblob',
  'varchar',
  'char',
  'tinytext',
  'text',
  'mediumtext',
  'longtext',
];

/**
 * What the database would change, cut, round or refuse in the values of a column, beyond the limits that `ExistingColumn`
 * has a property for.
 * @see https://dev.mysql.com/doc/refman/9.7/en/data-types.html
 * @see https://mariadb.com/docs/server/reference/data-types
 */
export function rulesOf(facts: ColumnFacts): ValueRule[] {
  const { type, wholeType, bytes, letters, fraction, scale, mariaDb } = facts;
  const rules: ValueRule[] = [];
  const add = (reason: string, fails: (text: string) => boolean): void => void rules.push({ reason, fails });
  const unsigned = wholeType.includes('unsigned');
  if (type === 'bit') {
    const bits = facts.digits;
    if (bits > 1)
      add(
        `is not an integer between 0 and ${String((1n << BigInt(bits)) - 1n)}, which bit(${bits}) holds`,
        (text) => !isUnsigned(text, bits),
      );
  }
  if (type === 'float' || type === 'double') {
    add(`is not a number that ${type} keeps with every digit`, (text) => !readsBackAsFloat(text, type));
    if (scale !== undefined)
      add(
        `has more than ${facts.digits - scale} digits before the point or ${scale} behind it`,
        (text) => !withinScale(text, facts.digits, scale),
      );
  }
  if (unsigned && ['decimal', 'float', 'double'].includes(type))
    add('is negative, which the column does not allow', (text) => !notNegative(text));
  if (type === 'timestamp') rules.push(timestampRule(facts.longTimestamps));
  if (type === 'datetime' && facts.utc)
    add('is before the year 1 or after the year 9999 in UTC', (text) => toUtc(text) === undefined);
  if (type === 'time')
    add(
      `is not a time from -838:59:59 to 838:59:59 with at most ${fraction} fractional second digits`,
      (text) => !isTime(text, fraction),
    );
  if (type === 'year')
    add(
      'is not a year of four digits, 1901 to 2155',
      (text) => !/^(?:19\d\d|20\d\d|21[0-4]\d|215[0-5])$/.test(text) || text === '1900',
    );
  if (type === 'enum') {
    const members = new Set(membersOf(wholeType));
    add(`is not one of ${list([...members])}, in exactly these letters`, (text) => !members.has(text));
  }
  if (type === 'set') rules.push(ofSet(membersOf(wholeType)));
  if (type === 'json' && mariaDb) add('is not JSON', (text) => whyNotJson(text, 'text') !== undefined);
  if (type === 'json' && !mariaDb) {
    add(
      'is not JSON, or not JSON that MySQL keeps: each key once, at most 100 levels, and numbers with every digit',
      (text) => whyNotJson(text, 'stored') !== undefined,
    );
  }
  if (type === 'uuid')
    add('is a UUID of a version and variant that MariaDB does not take', (text) => !isUuidOfMariaDb(text));
  if (type === 'char') add('ends with a space, which char does not keep', (text) => text.endsWith(' '));
  if (letters !== '') rules.push(...letterRule(letters, /text$/.test(type) ? bytes : undefined));
  if (type === 'binary')
    add(
      `has not exactly ${bytes} bytes, to which the server would fill it up`,
      (text) => Buffer.byteLength(text) !== bytes,
    );
  if (byteTypes.includes(type))
    add(`has more than ${bytes} bytes`, (text) => text.length * 3 > bytes && Buffer.byteLength(text) > bytes);
  const isAddress = mariaDb ? addressTypes[type] : undefined;
  if (isAddress) add(`is not an address of the type ${type}`, (text) => !isAddress(text));
  if (rules.length === 0 && !describedTypes.includes(type) && type !== 'bit')
    add(`cannot be loaded: columns of the type ${type} take no text`, () => true);
  return rules;
}
