import { isIPv4, isIPv6 } from 'node:net';
import type { ValueRule } from '../../datasets/load/existing-column.ts';
import { whyNotJson } from './mysql-json.ts';
import { charsetRules } from './mysql-charset.ts';
import { toUtc } from './mysql-timestamps.ts';
import { notNegative, readsBackAsFloat, withinScale } from './mysql-numbers.ts';

/** The metadata of a column that its rules depend on. */
interface ColumnFacts {
  /** `data_type` and `column_type` of `information_schema.columns`. */
  type: string;
  fullType: string;
  /** Size of a text or binary column, in bytes. */
  bytes: number;
  /** Character set of a text; empty for other types. */
  charset: string;
  /** Precision of a number, and its scale where the type limits it. */
  digits: number;
  scale: number | undefined;
  /** Fraction digits of a second. */
  fraction: number;
  /** Whether the comment marks the column as UTC. */
  utc: boolean;
  /** Whether the server is MariaDB, and whether its timestamps end in 2106 instead of 2038. */
  mariaDb: boolean;
  longTimestamps: boolean;
}

/** Whether a text is an unsigned integer of this many bits. */
function isUnsigned(text: string, bits: number): boolean {
  return /^(?:0|[1-9]\d{0,19})$/.test(text) && BigInt(text) < 1n << BigInt(bits);
}

/** Hours of the longest time. */
const maxTimeHours = 838;

/** Whether MySQL stores a time of day, or an interval, unchanged: `10:00`, `-838:59:59`, `9:30:00.25`. */
function isTime(text: string, fraction: number): boolean {
  const [, hours = '', minutes = '', seconds = '00', digits = ''] =
    /^-?(\d{1,2}|[1-9]\d\d):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/.exec(text) ?? [];
  const behind = digits.replace(/0+$/, '');
  if (hours === '' || Number(hours) > maxTimeHours || behind.length > fraction) return false;
  return !(Number(hours) === maxTimeHours && minutes === '59' && seconds === '59' && behind !== '');
}

/** Whether MariaDB accepts a UUID: one of a version above 7 needs the variant of RFC 9562. */
function isMariaDbUuid(text: string): boolean {
  return /^.{14}[0-7]|^.{19}[89a-f]/i.test(text);
}

/** The members of `enum('a','b')` or `set(…)`, as the server lists them. */
function membersOf(fullType: string): string[] {
  const unescaped: Record<string, string> = { "''": "'", '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\0': '\0' };
  const list = fullType.slice(fullType.indexOf('(') + 1);
  return [...list.matchAll(/'((?:[^'\\]|''|\\[^])*)'/g)].map(([, member = '']) =>
    member.replace(/''|\\[^]/g, (pair) => unescaped[pair] ?? pair),
  );
}

function list(members: readonly string[]): string {
  return members.slice(0, 10).join(', ') + (members.length > 10 ? ', …' : '');
}

function setRule(members: readonly string[]): ValueRule {
  const places = new Map(members.map((member, place) => [member, place]));
  const fails = (text: string): boolean => {
    if (text === '') return false;
    const indexes = text.split(',').map((member) => places.get(member) ?? -1);
    return indexes.some((place, index) => place < 0 || (index > 0 && place <= (indexes[index - 1] as number)));
  };
  return {
    reason: `is not a comma-separated list of ${list(members)}, each at most once and in this order`,
    fails,
  };
}

/** The range of a timestamp: from one second after the epoch to the end of 32 bits. */
function timestampRule(longTimestamps: boolean): ValueRule {
  const last = longTimestamps ? 2 ** 32 - 1 : 2 ** 31 - 1;
  const fails = (text: string): boolean => {
    const utc = toUtc(text) ?? toUtc(`${text}Z`);
    const seconds = utc === undefined ? NaN : Date.parse(`${utc.replace(' ', 'T')}Z`) / 1000;
    return !(seconds >= 1 && seconds < last + (longTimestamps ? 1 : 0.5));
  };
  return {
    reason: `is not between 1970-01-01 00:00:01 and ${longTimestamps ? '2106-02-07 06:28:15' : '2038-01-19 03:14:07'} UTC, the range of the type timestamp`,
    fails,
  };
}

const addressTypes: Record<string, (text: string) => boolean> = {
  inet4: isIPv4,
  inet6: (text) => isIPv6(text) && !text.includes('%'),
};

const byteTypes = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob'];

/** Types that need no rules beyond the limits of `ExistingColumn`. */
const typesWithoutRules = [
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
 * The rules that refuse what the server would change, truncate, round or refuse, beyond the limits of `ExistingColumn`.
 * @see https://dev.mysql.com/doc/refman/9.7/en/data-types.html
 * @see https://mariadb.com/docs/server/reference/data-types
 */
export function rulesOf(facts: ColumnFacts): ValueRule[] {
  const { type, fullType, bytes, charset, fraction, scale, mariaDb } = facts;
  const rules: ValueRule[] = [];
  const add = (reason: string, fails: (text: string) => boolean): void => void rules.push({ reason, fails });
  const unsigned = fullType.includes('unsigned');
  if (type === 'bit') {
    const bits = facts.digits;
    if (bits > 1)
      add(
        `is not an integer between 0 and ${String((1n << BigInt(bits)) - 1n)}, the range of bit(${bits})`,
        (text) => !isUnsigned(text, bits),
      );
  }
  if (type === 'float' || type === 'double') {
    add(`is not a number that ${type} stores with every digit`, (text) => !readsBackAsFloat(text, type));
    if (scale !== undefined)
      add(
        `has more than ${facts.digits - scale} digits before the decimal point or ${scale} after it`,
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
      'is not a four-digit year from 1901 to 2155',
      (text) => !/^(?:19\d\d|20\d\d|21[0-4]\d|215[0-5])$/.test(text) || text === '1900',
    );
  if (type === 'enum') {
    const members = new Set(membersOf(fullType));
    add(`is not one of ${list([...members])}, spelled exactly like that`, (text) => !members.has(text));
  }
  if (type === 'set') rules.push(setRule(membersOf(fullType)));
  if (type === 'json' && mariaDb) add('is not JSON', (text) => whyNotJson(text, 'text') !== undefined);
  if (type === 'json' && !mariaDb) {
    add(
      'is not JSON that MySQL stores unchanged: each key once, at most 100 levels, and numbers with every digit',
      (text) => whyNotJson(text, 'stored') !== undefined,
    );
  }
  if (type === 'uuid')
    add('is a UUID of a version and variant that MariaDB does not accept', (text) => !isMariaDbUuid(text));
  if (type === 'char') add('ends with a space, which char does not store', (text) => text.endsWith(' '));
  if (charset !== '') rules.push(...charsetRules(charset, /text$/.test(type) ? bytes : undefined));
  if (type === 'binary')
    add(
      `does not have exactly ${bytes} bytes, to which the server would pad it`,
      (text) => Buffer.byteLength(text) !== bytes,
    );
  if (byteTypes.includes(type))
    add(`has more than ${bytes} bytes`, (text) => text.length * 3 > bytes && Buffer.byteLength(text) > bytes);
  const isAddress = mariaDb ? addressTypes[type] : undefined;
  if (isAddress) add(`is not an address of the type ${type}`, (text) => !isAddress(text));
  if (rules.length === 0 && !typesWithoutRules.includes(type) && type !== 'bit')
    add(`cannot be loaded: columns of the type ${type} do not accept text`, () => true);
  return rules;
}
