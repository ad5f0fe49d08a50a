import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { integer, option, text } from '../../define/fields.ts';

const noFile = { zapier: 'Zapier has no place where a database file lasts.' };
const servers = { shownWhen: { field: 'engine', is: ['postgresql', 'mysql', 'sqlserver'] } };
const entra = { shownWhen: { field: 'login', is: ['entra'] } };

/** What a person enters for a database connection. */
export const fields = {
  engine: v.optional(
    option(
      [
        { value: 'postgresql', label: 'PostgreSQL' },
        { value: 'mysql', label: 'MySQL or MariaDB' },
        { value: 'sqlserver', label: 'SQL Server or Azure SQL' },
        { value: 'sqlite', label: 'SQLite', notOn: noFile },
      ],
      {
        label: 'Database',
        help: 'The kind of database that holds the tables. A server of MySQL or MariaDB must have local_infile = ON. SQL Server and Azure SQL were tried against a double of their protocol, not yet against a server.',
      },
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
  host: v.optional(
    text({ label: 'Host', help: 'Name or address of the server.', placeholder: 'db.example.com', ...servers }),
  ),
  port: v.optional(
    integer({
      label: 'Port',
      help: 'Port of the server. Empty: the usual one, which is 5432 for PostgreSQL, 3306 for MySQL and MariaDB, 1433 for SQL Server.',
      placeholder: '5432',
      minimum: 1,
      maximum: 65_535,
      ...servers,
    }),
  ),
  database: v.optional(
    text({ label: 'Database Name', help: 'The database that holds the tables.', placeholder: 'warehouse', ...servers }),
  ),
  login: v.optional(
    option(
      [
        { value: 'password', label: 'User and Password' },
        { value: 'entra', label: 'Microsoft Entra Application' },
      ],
      {
        label: 'Log-In',
        help: 'Of SQL Server and Azure SQL: as a user of the server, or as an app registration in Microsoft Entra ID that is a user of the database.',
        shownWhen: { field: 'engine', is: ['sqlserver'] },
      },
    ),
    'password',
  ),
  user: v.optional(
    text({
      label: 'User',
      help: 'A user who may create tables in the schema. Empty for a Microsoft Entra application.',
      placeholder: 'pipewright',
      ...servers,
    }),
  ),
  password: v.optional(text({ label: 'Password', help: 'The password of that user.', secret: true, ...servers })),
  tenantId: v.optional(
    text({
      label: 'Tenant ID',
      help: 'Of a Microsoft Entra application: its Directory (tenant) ID.',
      placeholder: '00000000-0000-0000-0000-000000000000',
      ...entra,
    }),
  ),
  clientId: v.optional(
    text({
      label: 'Client ID',
      help: 'Of a Microsoft Entra application: its Application (client) ID.',
      placeholder: '00000000-0000-0000-0000-000000000000',
      ...entra,
    }),
  ),
  clientSecret: v.optional(
    text({
      label: 'Client Secret',
      help: 'Of a Microsoft Entra application: the value of a client secret, not its ID.',
      secret: true,
      ...entra,
    }),
  ),
  cloud: v.optional(
    option(
      [
        { value: 'public', label: 'Public' },
        { value: 'us-government', label: 'US Government' },
        { value: 'china', label: 'China (21Vianet)' },
      ],
      {
        label: 'Cloud',
        help: 'Of a Microsoft Entra application: the Microsoft cloud that the tenant belongs to.',
        ...entra,
      },
    ),
    'public',
  ),
  ssl: v.optional(
    option(
      [
        { value: 'verify', label: 'Encrypt and Verify the Server' },
        { value: 'strict', label: 'Strict (TDS 8.0)' },
        { value: 'encrypt', label: 'Encrypt Only' },
        { value: 'off', label: 'Off' },
      ],
      {
        label: 'Encryption',
        help: 'Strict verifies the certificate and encrypts from the first byte on: SQL Server 2022 or later and Azure SQL; other databases treat it as Encrypt and Verify the Server. Encrypt Only accepts any certificate. Choose Off only on a private network.',
        ...servers,
      },
    ),
    'verify',
  ),
};

/** The values of a database connection. */
export type SqlConnection = ConnectionValues<typeof fields>;
