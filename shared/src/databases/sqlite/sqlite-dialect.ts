import { quoteIdentifier } from '../quote-identifier.ts';
import { updateFrom, upsertOnConflict, type SqlDialect } from '../sql-dialect.ts';

/** How SQLite writes the SQL that engines share. */
export const sqliteDialect: SqlDialect = {
  service: 'SQLite',
  quote: quoteIdentifier,
  firstRow: (columns, rest) => `SELECT ${columns} ${rest} LIMIT 1`,
  asText: (value) => `CAST(${value} AS TEXT)`,
  update: updateFrom,
  recordTypes: { key: 'TEXT', text: 'TEXT', timestamp: 'TEXT', float: 'REAL' },
  placeholder: () => '?',
  upsertRecord: upsertOnConflict,
};
