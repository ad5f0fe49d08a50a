import type { PropertyType } from './property-engine.ts';

/** A timestamp as microseconds in UTC; without a zone it is UTC. */
function normalMoment(text: string): string | undefined {
  const [, day = '', clock = '', seconds = ':00', fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d+)? ?(Z|UTC|[-+]\d\d(?::?\d\d)?)?$/.exec(text) ?? [];
  const [, sign = '+', hours = '0', minutes = '0'] = /^([-+])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const local = Date.parse(`${day}T${clock}${seconds}Z`);
  if (Number.isNaN(local)) return undefined;
  return `${local - (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)}${fraction.replace(/\.?0*$/, '')}`;
}

/** An interval with two-digit hours, and seconds; zero has no sign. */
function normalTime(text: string): string | undefined {
  const [, sign = '', hours, rest, seconds = ':00', fraction = ''] =
    /^(-?)(\d{1,3})(:[0-5]\d)(:[0-5]\d)?(\.\d+)?$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const span = `${hours.padStart(2, '0')}${rest}${seconds}${fraction.replace(/\.?0*$/, '')}`;
  return /[1-9]/.test(span) ? sign + span : span;
}

const words: Record<string, string> = { true: '1', t: '1', yes: '1', false: '0', f: '0', no: '0' };

/** A number from -128 to 127, or a word for 1 or 0. */
function normalBoolean(text: string): string | undefined {
  const word = words[text.toLowerCase()];
  if (word !== undefined) return word;
  return /^[-+]?(?:0|[1-9]\d*)(?:\.0+)?$/.test(text) ? String(Number(text) + 0) : undefined;
}

/** An address of IPv6 in the form of RFC 5952. */
function normalAddress(text: string): string | undefined {
  return URL.canParse(`http://[${text}]`) ? new URL(`http://[${text}]`).hostname : undefined;
}

const letters = 'abcXYZ 012-"\\,é';

/** Types that MySQL and MariaDB share. */
export const sharedMysqlTypes: readonly PropertyType[] = [
  { declaration: 'tinyint', family: 'integer', least: -128n, most: 127n },
  { declaration: 'smallint unsigned', family: 'integer', least: 0n, most: 65_535n },
  { declaration: 'mediumint', family: 'integer', least: -8_388_608n, most: 8_388_607n },
  { declaration: 'int', family: 'integer', least: -2_147_483_648n, most: 2_147_483_647n },
  { declaration: 'int unsigned', family: 'integer', least: 0n, most: 4_294_967_295n },
  { declaration: 'bigint', family: 'integer' },
  { declaration: 'bigint unsigned', family: 'integer', least: 0n, most: 18_446_744_073_709_551_615n },
  { declaration: 'decimal(10,2)', family: 'decimal', whole: 8, scale: 2 },
  { declaration: 'decimal(3,0)', family: 'decimal', whole: 3, scale: 0 },
  { declaration: 'decimal(5,5)', family: 'decimal', whole: 0, scale: 5 },
  { declaration: 'decimal(38,10)', family: 'decimal', whole: 28, scale: 10 },
  { declaration: 'float', family: 'float', floatDigits: 6 },
  { declaration: 'double', family: 'float', floatDigits: 15 },
  { declaration: 'tinyint(1)', family: 'boolean', normal: normalBoolean },
  { declaration: 'bit(1)', family: 'other', samples: ['1', '0', 'true', 'false'], normal: normalBoolean },
  { declaration: 'bit(8)', family: 'other', samples: ['0', '1', '49', '255'] },
  { declaration: 'bit(64)', family: 'other', samples: ['12', '12594', '18446744073709551615'] },
  { declaration: 'date', family: 'date' },
  { declaration: 'datetime', family: 'timestamp', fraction: 0 },
  { declaration: 'datetime(3)', family: 'timestamp', fraction: 3 },
  { declaration: 'datetime(6)', family: 'timestamp' },
  { declaration: "datetime(6) COMMENT 'UTC'", family: 'timestamp-with-zone', fraction: 6 },
  {
    declaration: 'timestamp NULL',
    family: 'timestamp-with-zone',
    fraction: 0,
    years: [1971, 2037],
    normal: normalMoment,
  },
  {
    declaration: 'timestamp(2) NULL',
    family: 'timestamp-with-zone',
    fraction: 2,
    years: [1971, 2037],
    normal: normalMoment,
  },
  { declaration: 'time', family: 'time', fraction: 0, normal: normalTime },
  { declaration: 'time(4)', family: 'time', fraction: 4, normal: normalTime },
  { declaration: 'year', family: 'other', samples: ['1901', '2026', '2155'] },
  { declaration: 'text', family: 'text' },
  { declaration: 'tinytext', family: 'text' },
  { declaration: 'longtext', family: 'text' },
  { declaration: 'varchar(3)', family: 'text', length: 3 },
  { declaration: 'varchar(40)', family: 'text', length: 40 },
  { declaration: 'char(5)', family: 'text', length: 5, padded: true },
  { declaration: 'varchar(20) CHARACTER SET latin1', family: 'text', length: 20, alphabet: letters },
  { declaration: 'varchar(20) CHARACTER SET ascii', family: 'text', length: 20, alphabet: letters.replace('é', '') },
  { declaration: 'text CHARACTER SET utf8mb3', family: 'text', alphabet: `${letters}Жщ中文` },
  {
    declaration: 'varchar(20) CHARACTER SET cp1251',
    family: 'text',
    length: 20,
    alphabet: 'abcЖщ 012',
    refusesWhole: true,
  },
  { declaration: 'varbinary(20)', family: 'text', length: 20, alphabet: letters.replace('é', '') },
  { declaration: 'binary(3)', family: 'other', samples: ['abc', 'é1', '   '] },
  { declaration: 'blob', family: 'text' },
  {
    declaration: "enum('open', 'closed', 'it''s', '1', 'NULL')",
    family: 'other',
    samples: ['open', 'closed', "it's", '1', 'NULL'],
  },
  { declaration: "set('a', 'b', 'c')", family: 'other', samples: ['a', 'a,b', 'c', 'a,b,c', 'b,c'] },
  { declaration: "char(36) CHARACTER SET ascii COLLATE ascii_general_ci COMMENT 'UUID'", family: 'uuid' },
];

/** Types of MySQL only, and of MariaDB only. */
export const ownMysqlTypes: Readonly<Record<'MySQL' | 'MariaDB', readonly PropertyType[]>> = {
  MySQL: [{ declaration: 'json', family: 'json' }],
  MariaDB: [
    { declaration: 'json', family: 'json', refusesWhole: true },
    {
      declaration: 'uuid',
      family: 'uuid',
      samples: [
        '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
        '00000000-0000-0000-0000-000000000000',
        '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
        '8a4b7f5e-2a86-1b3d-1a58-6f3f8f0f9c77',
      ],
    },
    { declaration: 'inet4', family: 'other', samples: ['10.0.0.1', '255.255.255.255'], refusesWhole: true },
    {
      declaration: 'inet6',
      family: 'other',
      samples: ['2001:db8::1', '::1', '0::1'],
      normal: normalAddress,
      refusesWhole: true,
    },
  ],
};
