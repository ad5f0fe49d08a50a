import type { PropertyType } from './property-engine.ts';

/** Characters of code page 1252, which the tables of the double use. */
const westernEurope = 'abcXYZ 0123456789_-.,;:!?/\\\'"%&$#@()[]{}<>=+*~^|äöüßéñçø€Ž';

/** Times that `datetime` stores exactly: its resolution is 1/300 of a second. */
const datetimes = [
  '1753-01-01 00:00',
  '2026-11-20T10:00:00',
  '2026-11-20 10:00:00.5',
  '2026-11-20 23:59:59.997',
  '1999-12-31 01:02:03.003',
  '9999-12-31 23:59:59.99',
  '2024-02-29 12:00:00.1200',
];

/** The types of SQL Server that random values are loaded into. */
export const sqlServerTypes: readonly PropertyType[] = [
  { declaration: 'tinyint', family: 'integer', least: 0n, most: 255n },
  { declaration: 'smallint', family: 'integer', least: -32_768n, most: 32_767n },
  { declaration: 'int', family: 'integer', least: -2_147_483_648n, most: 2_147_483_647n },
  { declaration: 'bigint', family: 'integer' },
  { declaration: 'decimal(10,2)', family: 'decimal', whole: 8, scale: 2 },
  { declaration: 'decimal(38,0)', family: 'decimal', whole: 38, scale: 0 },
  { declaration: 'numeric(5,5)', family: 'decimal', whole: 0, scale: 5 },
  { declaration: 'money', family: 'decimal', whole: 14, scale: 4 },
  { declaration: 'smallmoney', family: 'decimal', whole: 5, scale: 4 },
  { declaration: 'float', family: 'float', floatDigits: 15 },
  { declaration: 'real', family: 'float', floatDigits: 6 },
  { declaration: 'bit', family: 'boolean' },
  { declaration: 'date', family: 'date' },
  { declaration: 'datetime2(0)', family: 'timestamp', fraction: 0 },
  { declaration: 'datetime2(3)', family: 'timestamp', fraction: 3 },
  { declaration: 'datetime2(7)', family: 'timestamp' },
  { declaration: 'datetime', family: 'timestamp', samples: datetimes },
  {
    declaration: 'smalldatetime',
    family: 'timestamp',
    samples: ['1900-01-01 00:00', '2026-11-20T10:00', '2026-11-20 10:00:00', '2079-06-06 23:59:00'],
  },
  { declaration: 'datetimeoffset(0)', family: 'timestamp-with-zone', fraction: 0 },
  { declaration: 'datetimeoffset(7)', family: 'timestamp-with-zone' },
  { declaration: 'time(0)', family: 'time', fraction: 0 },
  { declaration: 'time(7)', family: 'time' },
  { declaration: 'uniqueidentifier', family: 'uuid' },
  { declaration: 'nvarchar(max)', family: 'text' },
  { declaration: 'nvarchar(20)', family: 'text', length: 10 },
  { declaration: 'nchar(8)', family: 'text', length: 4, padded: true },
  { declaration: 'varchar(12)', family: 'text', length: 12, alphabet: westernEurope },
  { declaration: 'char(5)', family: 'text', length: 5, padded: true, alphabet: westernEurope },
];

/** Types of new columns. */
export const newSqlServerTypes: readonly PropertyType[] = [
  { declaration: 'bigint', family: 'integer' },
  { declaration: 'decimal', family: 'decimal' },
  { declaration: 'bit', family: 'boolean' },
  { declaration: 'date', family: 'date' },
  { declaration: 'datetime2(6)', family: 'timestamp' },
  { declaration: 'datetimeoffset(6)', family: 'timestamp-with-zone' },
  { declaration: 'uniqueidentifier', family: 'uuid' },
  { declaration: 'nvarchar(max)', family: 'text' },
];
