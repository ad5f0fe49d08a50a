import type { PropertyType } from './property-engine.ts';

/** A time with a zone: `10:00` is `10:00:00`, `+02` is `+02:00`. */
function normalTime(text: string): string | undefined {
  const [, clock, seconds = ':00', fraction = '', zone = ''] =
    /^((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(\.\d+)?(Z|[-+]\d\d(?::?\d\d)?)$/.exec(text) ?? [];
  return (
    clock &&
    `${clock}${seconds}${fraction.replace(/\.?0*$/, '')}${zone
      .replace('Z', '+00')
      .replace(/^(.\d\d):?(?:00)?$/, '$1')
      .replace(/^(.\d\d):?(\d\d)$/, '$1:$2')}`
  );
}

/** The types of PostgreSQL that random values are loaded into. */
export const postgresTypes: readonly PropertyType[] = [
  { declaration: 'smallint', family: 'integer', least: -32_768n, most: 32_767n },
  { declaration: 'integer', family: 'integer', least: -2_147_483_648n, most: 2_147_483_647n },
  { declaration: 'bigint', family: 'integer' },
  { declaration: 'numeric', family: 'decimal' },
  { declaration: 'numeric(10,2)', family: 'decimal', whole: 8, scale: 2 },
  { declaration: 'numeric(3,0)', family: 'decimal', whole: 3, scale: 0 },
  { declaration: 'numeric(5,5)', family: 'decimal', whole: 0, scale: 5 },
  { declaration: 'boolean', family: 'boolean' },
  { declaration: 'date', family: 'date' },
  { declaration: 'timestamp', family: 'timestamp' },
  { declaration: 'timestamp(0)', family: 'timestamp', fraction: 0 },
  { declaration: 'timestamp(3)', family: 'timestamp', fraction: 3 },
  { declaration: 'timestamptz', family: 'timestamp-with-zone' },
  { declaration: 'timestamptz(1)', family: 'timestamp-with-zone', fraction: 1 },
  { declaration: 'uuid', family: 'uuid' },
  { declaration: 'text', family: 'text' },
  { declaration: 'varchar(3)', family: 'text', length: 3 },
  { declaration: 'varchar(40)', family: 'text', length: 40 },
  { declaration: 'char(5)', family: 'text', length: 5, padded: true },
  { declaration: 'numeric(5,-2)', family: 'decimal', samples: ['100', '-1234500', '0', '9999900', '+300', '700.0'] },
  { declaration: 'numeric(2,5)', family: 'decimal', samples: ['0.00012', '-0.00099', '0', '0.0001'] },
  { declaration: 'real', family: 'float', floatDigits: 6 },
  { declaration: 'double precision', family: 'float', floatDigits: 15 },
  { declaration: 'money', family: 'decimal', whole: 12, scale: 2 },
  { declaration: 'time', family: 'time' },
  { declaration: 'time(2)', family: 'time', fraction: 2 },
  {
    declaration: 'timetz',
    family: 'other',
    samples: ['10:00:00+02', '23:59:59.25-03:30', '00:00:00+00'],
    normal: normalTime,
  },
  { declaration: 'mood', family: 'other', samples: ['sad', 'ok', 'happy'] },
  { declaration: 'cents', family: 'decimal', whole: 8, scale: 2 },
  { declaration: 'small_cents', family: 'decimal', whole: 6, scale: 2, refusesWhole: true },
  { declaration: 'bit(4)', family: 'other', samples: ['0101', '1111'] },
  { declaration: 'bit varying(6)', family: 'other', samples: ['1', '010101'] },
  {
    declaration: 'bytea',
    family: 'other',
    samples: ['\\x00ff', '\\x', '\\xdeadbeef'],
    normal: (text) => (/^\\x(?:[0-9a-f]{2})*$/i.test(text) ? text.toLowerCase() : undefined),
  },
  { declaration: 'json', family: 'json', refusesWhole: true },
  { declaration: 'jsonb', family: 'json', refusesWhole: true },
  { declaration: 'name', family: 'text', length: 15 },
  {
    declaration: 'interval',
    family: 'other',
    samples: ['1 day', '01:30:00', '-1 years -2 mons +3 days', '3 mons 00:00:01.5'],
    refusesWhole: true,
  },
  {
    declaration: 'inet',
    family: 'other',
    samples: ['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::1/64'],
    refusesWhole: true,
  },
  { declaration: 'cidr', family: 'other', samples: ['10.0.0.0/8', '2001:db8::/32'], refusesWhole: true },
  { declaration: 'macaddr', family: 'other', samples: ['08:00:2b:01:02:03'], refusesWhole: true },
  { declaration: 'int4range', family: 'other', samples: ['[1,5)', 'empty', '(,)'], refusesWhole: true },
  { declaration: 'point', family: 'other', samples: ['(1,2)', '(0.5,-3)'], refusesWhole: true },
  {
    declaration: 'integer[]',
    family: 'other',
    samples: ['{1,2}', '{}', '{{1,2},{3,4}}', '{1,NULL}'],
    refusesWhole: true,
  },
  { declaration: 'numeric(10,2)[]', family: 'other', samples: ['{12.30,1.00}', '{}'], refusesWhole: true },
  { declaration: 'date[]', family: 'other', samples: ['{2026-01-02}', '{}'], refusesWhole: true },
  { declaration: 'text[]', family: 'other', samples: ['{a,"b c"}', '{"NULL",NULL}'], refusesWhole: true },
  { declaration: 'xml', family: 'other', samples: ['<a>1</a>', '<a/>'], refusesWhole: true },
  { declaration: 'pg_lsn', family: 'other', samples: ['16/B374D848'], refusesWhole: true },
];
