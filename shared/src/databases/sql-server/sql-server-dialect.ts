import { quoteSqlServer } from '../quote-identifier.ts';
import { tableAlias, type SqlDialect } from '../sql-dialect.ts';

/** Characters of a text in a primary key of two texts, which may have 900 bytes. */
export const maxKeyLength = 225;

/** How SQL Server writes the SQL that engines share. */
export const sqlServerDialect: SqlDialect = {
  service: 'SQL Server',
  quote: quoteSqlServer,
  firstRow: (columns, rest) => `SELECT TOP (1) ${columns} ${rest}`,
  asText: (value) => `CONVERT(nvarchar(100), ${value})`,
  update: ({ table, source, assignments, condition }) => {
    const changes = assignments.map(({ column, value }) => `${column} = ${value}`).join(', ');
    return `UPDATE ${tableAlias} SET ${changes} FROM ${table} AS ${tableAlias} INNER JOIN ${source} ON ${condition}`;
  },
  // A binary collation: two load keys that differ in case are two.
  recordTypes: {
    key: `nvarchar(${maxKeyLength}) COLLATE Latin1_General_100_BIN2`,
    text: 'nvarchar(max)',
    timestamp: 'datetimeoffset(3)',
    float: 'float',
  },
  placeholder: (index) => `@p${index}`,
  upsertRecord: (table, columns, placeholders) => {
    const valueOf = (name: string): string => placeholders[columns.indexOf(name)] ?? '';
    return `DELETE FROM ${table} WHERE table_name = ${valueOf('table_name')} AND load_id = ${valueOf('load_id')}; INSERT INTO ${table} (${columns.join(', ')}) VALUES (${placeholders.join(', ')})`;
  },
};
