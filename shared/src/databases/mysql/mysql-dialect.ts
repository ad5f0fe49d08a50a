import { quoteMysql } from '../quote-identifier.ts';
import { tableAlias, type SqlDialect } from '../sql-dialect.ts';
import { binaryCollation, longText } from './mysql-types.ts';

/** Characters of an ISO 8601 timestamp without its zone: `2026-11-20T08:00:00.000`. */
const timestampLength = 23;

/** How MySQL and MariaDB write the SQL that engines share. */
export const mysqlDialect: SqlDialect = {
  service: 'MySQL',
  quote: quoteMysql,
  firstRow: (columns, rest) => `SELECT ${columns} ${rest} LIMIT 1`,
  asText: (value) => value,
  update: ({ table, source, assignments, condition }) => {
    const changes = assignments.map(({ column, value }) => `${tableAlias}.${column} = ${value}`).join(', ');
    return `UPDATE ${table} ${tableAlias} JOIN ${source} ON ${condition} SET ${changes}`;
  },
  // 191 characters of utf8mb4 fit the smallest index of InnoDB, 767 bytes.
  recordTypes: {
    key: `varchar(191) ${binaryCollation}`,
    text: longText,
    timestamp: 'datetime(3)',
    float: 'double',
  },
  placeholder: () => '?',
  upsertRecord: (table, columns, placeholders) => {
    const values = columns.map((name, index) =>
      name === 'loaded_at'
        ? `replace(left(${placeholders[index]}, ${timestampLength}), 'T', ' ')`
        : placeholders[index],
    );
    const changes = columns.map((name) => `${name} = VALUES(${name})`).join(', ');
    return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')}) ON DUPLICATE KEY UPDATE ${changes}`;
  },
};
