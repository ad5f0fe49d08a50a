import type { PropertyType } from './property-engine.ts';

const moments = [
  '2026-11-20',
  '2026-11-20 08:00',
  '2026-11-20T08:00:00',
  '2026-11-20 08:00:00.123',
  '2026-11-20T08:00:00.123456Z',
  '2026-11-20 08:00:00 UTC',
  '2026-11-20 08:00:00+02:00',
  '1795860000',
  '2461365.5',
];
const words = [
  'x',
  '',
  'a b',
  '123',
  '-7',
  '12.5',
  '0',
  '{"a": 1.10}',
  '00-1',
  'true',
  '1e',
  '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
];

/** The declared types of SQLite that random values are loaded into. Types that store text unchanged are of the family `other`. */
export const sqliteTypes: readonly PropertyType[] = [
  ...['INTEGER', 'INT', 'BIGINT', 'bigint(20)', 'INT8', 'UNSIGNED BIG INT'].map(
    (declaration): PropertyType => ({
      declaration,
      family: 'integer',
      ...(declaration.startsWith('UNSIGNED') ? { least: 0n } : {}),
    }),
  ),
  { declaration: 'SMALLINT', family: 'integer', least: -32_768n, most: 32_767n },
  { declaration: 'MEDIUMINT UNSIGNED', family: 'integer', least: 0n, most: 16_777_215n },
  { declaration: 'TINYINT', family: 'integer', least: -128n, most: 255n },
  { declaration: 'INTERVAL', family: 'other', samples: words },
  { declaration: 'NUMERIC', family: 'decimal', whole: 8, scale: 6 },
  { declaration: 'MONEY', family: 'decimal', whole: 11, scale: 4 },
  { declaration: 'DECIMAL(10,2)', family: 'decimal', whole: 8, scale: 2 },
  { declaration: 'DECIMAL(5)', family: 'decimal', whole: 5, scale: 0 },
  { declaration: 'NUMERIC(38,10)', family: 'decimal', whole: 5, scale: 10 },
  { declaration: 'REAL', family: 'float', floatDigits: 15 },
  { declaration: 'DOUBLE PRECISION', family: 'float', floatDigits: 15 },
  { declaration: 'FLOAT(24)', family: 'float', floatDigits: 15 },
  { declaration: 'BOOLEAN', family: 'boolean' },
  { declaration: 'bool', family: 'boolean' },
  { declaration: 'DATE', family: 'other', samples: ['2026-11-20', '0001-01-01', '1795860000'] },
  { declaration: 'DATETIME', family: 'other', samples: moments },
  { declaration: 'TIMESTAMP WITH TIME ZONE', family: 'other', samples: moments },
  {
    declaration: 'TIMESTAMP(3)',
    family: 'other',
    samples: ['2026-11-20 08:00:00.123', '2026-11-20 08:00:00.120000', '2026-11-20'],
  },
  { declaration: 'TIME', family: 'other', samples: ['08:00', '08:00:00', '23:59:59.999999', '08:00:00+02:00', '3600'] },
  { declaration: 'STRING', family: 'other', samples: words },
  { declaration: 'UUID', family: 'other', samples: words },
  { declaration: 'JSON', family: 'other', samples: words },
  { declaration: 'TEXT', family: 'text' },
  { declaration: 'TEXT COLLATE NOCASE', family: 'text' },
  { declaration: 'VARCHAR(3)', family: 'text', length: 3 },
  { declaration: 'NATIVE CHARACTER(40)', family: 'text', length: 40 },
  { declaration: 'CLOB', family: 'text' },
  { declaration: 'BLOB', family: 'text' },
  { declaration: '', family: 'text' },
];

/** The types of a STRICT table. */
export const strictTypes: readonly PropertyType[] = [
  { declaration: 'INT', family: 'integer' },
  { declaration: 'INTEGER', family: 'integer' },
  { declaration: 'REAL', family: 'float', floatDigits: 15 },
  { declaration: 'TEXT', family: 'text' },
  { declaration: 'ANY', family: 'text' },
];

/** The types of a contract. */
export const contractTypes: readonly PropertyType[] = (
  ['integer', 'decimal', 'boolean', 'date', 'timestamp', 'timestamp-with-zone', 'uuid', 'text'] as const
).map((family) => ({ declaration: family, family }));
