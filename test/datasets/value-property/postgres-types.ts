import type { PropertyType } from './property-engine.ts';

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
];
