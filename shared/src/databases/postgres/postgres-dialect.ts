import { quotePostgres } from '../quote-identifier.ts';
import { updateFrom, upsertOnConflict, type SqlDialect } from '../sql-dialect.ts';

/** How PostgreSQL writes the SQL that engines share. */
export const postgresDialect: SqlDialect = {
  service: 'PostgreSQL',
  quote: quotePostgres,
  firstRow: (columns, rest) => `SELECT ${columns} ${rest} LIMIT 1`,
  asText: (value) => `${value}::text`,
  update: updateFrom,
  recordTypes: { key: 'text', text: 'text', timestamp: 'timestamptz', float: 'double precision' },
  placeholder: (index) => `$${index + 1}`,
  upsertRecord: upsertOnConflict,
};
