import type { Family, PropertyType } from './property-engine.ts';
import type { Random } from './random.ts';

/** A value of a dataset. */
export interface MadeValue {
  /** Null for NULL: an empty unquoted value. */
  text: string | null;
  /** Whether the column must accept it. */
  valid: boolean;
}

const day = (random: Random, [first, last]: readonly [number, number]): string => {
  const year = random.chance(0.7)
    ? Math.min(last, Math.max(first, 1950 + random.below(120)))
    : first + random.below(last - first + 1);
  const month = 1 + random.below(12);
  const last28 = random.chance(0.9) ? 28 : new Date(Date.UTC(2024, month, 0)).getUTCDate() - (month === 2 ? 1 : 0);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(1 + random.below(last28))}`;
};

const clock = (random: Random, digits: number, withSeconds = random.chance(0.9)): string => {
  const two = (below: number): string => String(random.below(below)).padStart(2, '0');
  const fraction =
    withSeconds && digits > 0 && random.chance(0.5)
      ? `.${Array.from({ length: 1 + random.below(digits) }, () => random.below(10)).join('')}`
      : '';
  return `${two(24)}:${two(60)}${withSeconds ? `:${two(60)}${fraction}` : ''}`;
};

const letters = [...'abcXYZ 0123456789_-.,;:!?/\\\'"%&$#@()[]{}<>=+*~^|`\täöüßéñçøłŽЖщ中文日本語اب😀👍🏽́'];

/** Generates a value that a column of the type must accept. */
function validValue(random: Random, type: PropertyType): string {
  if (type.samples) return random.pick(type.samples);
  return makers[type.family](random, type);
}

const makers: Record<Family, (random: Random, type: PropertyType) => string> = {
  integer(random, { least = -(2n ** 63n), most = 2n ** 63n - 1n }) {
    if (random.chance(0.1)) return String(random.pick([least, most, least + 1n, most - 1n]));
    const number = BigInt(random.digits(1 + random.below(String(most).length)));
    const signed = random.chance(0.4) ? -number : number;
    return String(signed < least || signed > most ? (random.chance(0.5) ? most : 0n) : signed);
  },
  decimal(random, { whole = 12, scale = 6 }) {
    const before = whole > 0 ? random.digits(1 + random.below(whole)) : '0';
    const digits =
      scale > 0 && random.chance(0.8)
        ? `.${Array.from({ length: 1 + random.below(scale) }, () => random.below(10)).join('')}`
        : '';
    return `${random.chance(0.3) ? '-' : ''}${random.chance(0.2) ? '0' : before}${digits}`;
  },
  float(random, { floatDigits = 15 }) {
    const digits = random.digits(1 + random.below(floatDigits));
    const place = random.below(digits.length + 1);
    return `${random.chance(0.3) ? '-' : ''}${digits.slice(0, place) || '0'}${place < digits.length ? `.${digits.slice(place)}` : ''}`;
  },
  boolean: (random) => random.pick(['true', 'false', 'TRUE', 'FALSE', 'True', 'False', 't', 'f', 'T', 'F']),
  date: (random, { years = [1, 9999] }) => day(random, years),
  timestamp: (random, { years = [1, 9999], fraction = 6 }) =>
    `${day(random, years)}${random.pick([' ', 'T'])}${clock(random, fraction)}`,
  'timestamp-with-zone': (random, { years = [2, 9998], fraction = 6 }) =>
    `${day(random, [years[0] + 1, years[1] - 1])}${random.pick([' ', 'T'])}${clock(random, fraction)}${random.pick(['Z', ' UTC', '+00:00', '+09:00', '+0900', ' +0900', '-03:30', '+14', ' -05'])}`,
  time: (random, { fraction = 6 }) => clock(random, fraction),
  uuid: (random) => {
    const text = '8-4-4-4-12'
      .split('-')
      .map((count) => Array.from({ length: Number(count) }, () => random.below(16).toString(16)).join(''))
      .join('-');
    return random.chance(0.2) ? text.toUpperCase() : text;
  },
  text(random, { length = 40, alphabet, padded = false }) {
    const from = alphabet ? [...alphabet] : letters;
    const text = Array.from({ length: random.below(Math.min(length, 60) + 1) }, () => random.pick(from)).join('');
    // A character and its combining mark count as two; trailing spaces do not count where texts are padded.
    const cut = [...text].slice(0, length).join('');
    return padded ? cut.trimEnd() : cut;
  },
  json(random) {
    const value = (depth: number): unknown => {
      const kind = random.below(depth > 2 ? 4 : 6);
      if (kind === 0) return random.below(1_000_000) / 100;
      if (kind === 1) return random.pick(['', 'ä"\\', '😀', 'line\nfeed']);
      if (kind === 2) return random.pick([true, false, null]);
      if (kind === 3) return random.below(2 ** 31);
      const inner = Array.from({ length: random.below(4) }, () => value(depth + 1));
      return kind === 4 ? inner : Object.fromEntries(inner.map((each, index) => [`k${index}`, each]));
    };
    return JSON.stringify(value(0));
  },
  other: () => 'x',
};

/** Values that are difficult for every type. */
const hostile = [
  '',
  ' ',
  'NULL',
  'null',
  '\\N',
  '\\.',
  'N/A',
  '-',
  '+',
  '.',
  '0',
  '-0',
  '00',
  '007',
  '01067',
  '1.0',
  '1.50',
  '+5',
  '1e3',
  '1E+400',
  '0x1F',
  '0b11',
  '1_000',
  '1,000',
  '1.000,50',
  '$5.00',
  '5 €',
  '١٢٣',
  '１２',
  'NaN',
  'Infinity',
  '-inf',
  '16777217',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551615',
  '123456789012345678901234567890.123456789',
  '0.1',
  '0.30000000000000004',
  '12.3456',
  '99999999999.99',
  '-128',
  '128',
  '255',
  '256',
  '32768',
  '2147483648',
  'true',
  'False',
  't',
  'F',
  'yes',
  'no',
  'on',
  'y',
  '1',
  '2',
  'today',
  'now',
  'infinity',
  'epoch',
  '2026-01-02',
  '2026-02-30',
  '2025-02-29',
  '01/02/03',
  '20260102',
  '2026-1-2',
  '0000-00-00',
  '1899-12-30',
  '9999-12-31',
  '10000-01-01',
  '2026-01-02 23:59:59',
  '2026-01-02 23:59:59.9999999',
  '2026-01-02 23:59:60',
  '2026-01-02 24:00:00',
  '2026-01-02T10:00:00+02:00',
  '2026-01-02 08:00:00 UTC',
  '2026-01-02 17:00:00 +0900',
  '2026-01-02T10:00Z',
  '10:00+02:00',
  '10:00:00.7',
  '25:00',
  '10:00 PM',
  '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
  '{8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77}',
  '8a4b7f5e2a864b3d9a586f3f8f0f9c77',
  '{}',
  '{"a":1,"a":2}',
  '[1,2',
  '{1,2}',
  '{NULL}',
  "B'101'",
  '101',
  '\\xDEADBEEF',
  '\\101',
  'P1D',
  '1 day',
  '1 mon -1 days',
  '10.0.0.1',
  '192.168.0.1/24',
  '(1,2)',
  '[1,5)',
  'abc  ',
  '  abc',
  'ABC',
  'é',
  'e\u0301',
  '😀',
  "'; DROP TABLE x; --",
  '"quoted"',
  'a\nb',
  'a\r\nb',
  '\u200b',
  '\ufeff1',
  '1\u00a0',
  '=1+1',
  'x'.repeat(300),
  'ß'.repeat(64),
];

/** Mutates a value: most results no longer fit the type, but some do. */
function nearly(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return random.pick([
    () => `0${text}`,
    () => `00${text}`,
    () => `+${text}`,
    () => `-${text}`,
    () => `${text}0`,
    () => `${text}.0`,
    () => `${text}.00`,
    () => `${text}.5`,
    () => `${text}.25001`,
    () => `${text}e2`,
    () => ` ${text}`,
    () => `${text} `,
    () => `${text}\n`,
    () => `${text}9`,
    () => `${text}${random.digits(20)}`,
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + random.pick(['0', '9', '_', ',', ' ', '.', ':', '-', 'x', '\u00e9']) + text.slice(at),
    () => text.toUpperCase(),
    () => text.toLowerCase(),
    () => `${text}Z`,
    () => `${text} UTC`,
    () => `${text}+02:00`,
    () => `${text} 10:00`,
    () => text.replace(/\d/, (digit) => String((Number(digit) + 5) % 10)),
    () => text.replaceAll('-', '/'),
  ])();
}

/**
 * A value for a column.
 * @param fair whether the column must accept it
 */
export function makeValue(random: Random, type: PropertyType, fair: boolean): MadeValue {
  if (random.chance(0.08)) return { text: null, valid: true };
  if (fair) return { text: validValue(random, type), valid: true };
  const text = random.chance(0.5) ? nearly(random, validValue(random, type)) : random.pick(hostile);
  // A UTF-8 file cannot contain half of a surrogate pair.
  return { text: Buffer.from(text).toString(), valid: false };
}
