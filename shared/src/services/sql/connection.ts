import * as v from 'valibot';
import { defineConnection, type ConnectionValues } from '../../operations/connection.ts';
import { integer, option, text } from '../../operations/fields.ts';
import { openDatabase } from './open-database.ts';

const noFile = { zapier: 'Zapier has no place where a database file lasts.' };
const servers = { shownWhen: { field: 'engine', is: ['postgresql', 'mysql'] } };

const fields = {
  engine: v.optional(
    option(
      [
        { value: 'postgresql', label: 'PostgreSQL' },
        { value: 'mysql', label: 'MySQL or MariaDB' },
        { value: 'sqlite', label: 'SQLite', notOn: noFile },
      ],
      { label: 'Database', help: 'The kind of database that holds the tables. A server of MySQL or MariaDB must have local_infile = ON.' },
    ),
    'postgresql',
  ),
  file: v.optional(
    text({
      label: 'Database File',
      help: 'Name of the SQLite file, inside the folder that the operator of n8n allows with PIPEWRIGHT_SQLITE_FOLDER. It is made when it is missing.',
      placeholder: 'datasets.db',
      shownWhen: { field: 'engine', is: ['sqlite'] },
      notOn: noFile,
    }),
  ),
  host: v.optional(text({ label: 'Host', help: 'Name or address of the server.', placeholder: 'db.example.com', ...servers })),
  port: v.optional(integer({ label: 'Port', help: 'Port of the server. Empty: the usual one, which is 5432 for PostgreSQL and 3306 for MySQL and MariaDB.', placeholder: '5432', minimum: 1, maximum: 65_535, ...servers })),
  database: v.optional(text({ label: 'Database Name', help: 'The database that holds the tables.', placeholder: 'warehouse', ...servers })),
  user: v.optional(text({ label: 'User', help: 'A user who may create tables in the schema.', placeholder: 'pipewright', ...servers })),
  password: v.optional(text({ label: 'Password', help: 'The password of that user.', secret: true, ...servers })),
  ssl: v.optional(
    option(
      [
        { value: 'verify', label: 'Encrypt and Verify the Server' },
        { value: 'encrypt', label: 'Encrypt Only' },
        { value: 'off', label: 'Off' },
      ],
      { label: 'Encryption', help: 'Encrypt Only takes any certificate; choose Off only on a private network.', ...servers },
    ),
    'verify',
  ),
};

/** The values of a database connection. */
export type SqlConnection = ConnectionValues<typeof fields>;

/** A database into which datasets are loaded. */
export const sqlConnection = defineConnection({
  key: 'sql',
  name: 'SQL Database',
  description: 'A server of PostgreSQL, MySQL or MariaDB, or an SQLite file where files last.',
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
