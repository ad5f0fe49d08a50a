import { defineConnection } from '../../define/connection.ts';
import { openDatabase } from './open-database.ts';
import { fields } from './connection-fields.ts';

/** A database into which datasets are loaded. */
export const sqlConnection = defineConnection({
  key: 'sql',
  name: 'SQL Database',
  description: 'A server of PostgreSQL, MySQL, MariaDB, SQL Server or Azure SQL, or an SQLite file where files last.',
  documentationUrl: 'https://www.postgresql.org/docs/current/libpq-connect.html',
  fields,
  async test({ connection, host }) {
    const target = await openDatabase(connection, host);
    try {
      return await target.describe();
    } finally {
      await target.close();
    }
  },
});
