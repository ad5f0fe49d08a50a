import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { entraFields, entraOptions } from '../../define/entra-fields.ts';
import { integer, option, text } from '../../define/fields.ts';

const noFile = { zapier: 'Zapier cannot store database files.' };
const servers = { shownWhen: { field: 'engine', is: ['postgresql', 'mysql', 'sqlserver'] } };
const { certificatePassword, ...entraLogin } = entraFields({
  field: 'login',
  clientSecret: 'entra',
  tokenHelp:
    'Token of the identity provider, as an expression. Leave empty to read the file in AZURE_FEDERATED_TOKEN_FILE of n8n for each login.',
});

/** The fields of a database connection. */
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
        label: 'Database Type',
        help: 'Type of database. MySQL and MariaDB servers require local_infile = ON; SQL Server and Azure SQL support is experimental (tested only against a simulated server).',
      },
    ),
    'postgresql',
  ),
  file: v.optional(
    text({
      label: 'Database File',
      help: 'Name of the SQLite file in the folder set in PIPEWRIGHT_SQLITE_FOLDER. If the file does not exist, it is created.',
      placeholder: 'datasets.db',
      shownWhen: { field: 'engine', is: ['sqlite'] },
      requiredWhenShown: true,
      notOn: noFile,
    }),
  ),
  host: v.optional(
    text({
      label: 'Host',
      help: 'Host name or IP address of the server.',
      placeholder: 'db.example.com',
      requiredWhenShown: true,
      ...servers,
    }),
  ),
  port: v.optional(
    integer({
      label: 'Port',
      help: 'Port of the server. Leave empty for the default: 5432 for PostgreSQL, 3306 for MySQL and MariaDB, 1433 for SQL Server.',
      placeholder: '5432',
      minimum: 1,
      maximum: 65_535,
      ...servers,
    }),
  ),
  database: v.optional(
    text({
      label: 'Database Name',
      help: 'Name of the database to connect to.',
      placeholder: 'warehouse',
      requiredWhenShown: true,
      ...servers,
    }),
  ),
  login: v.optional(
    option(
      [
        { value: 'password', label: 'User and Password', description: 'SQL login on the database server' },
        {
          value: 'entra',
          label: 'Microsoft Entra App Registration',
          description: 'Azure SQL only: a service principal with a client secret',
        },
        ...entraOptions((method) => `Microsoft Entra (${method})`),
      ],
      {
        label: 'Authentication',
        help: 'How to authenticate with SQL Server or Azure SQL: with a SQL login, or with a Microsoft Entra application that has a database user.',
        shownWhen: { field: 'engine', is: ['sqlserver'] },
      },
    ),
    'password',
  ),
  user: v.optional(
    text({
      label: 'User',
      help: 'User with permission to create tables in the schema. Leave empty for a login with Microsoft Entra.',
      placeholder: 'pipewright',
      ...servers,
    }),
  ),
  password: v.optional(text({ label: 'Password', help: 'Password of the user.', secret: true, ...servers })),
  ...entraLogin,
  cloud: v.optional(
    option(
      [
        { value: 'public', label: 'Public' },
        { value: 'us-government', label: 'US Government' },
        { value: 'china', label: 'China (21Vianet)' },
      ],
      {
        label: 'Cloud',
        help: 'Azure cloud that hosts the tenant.',
        shownWhen: { field: 'login', is: ['entra', 'certificate', 'federated', 'managed-identity'] },
      },
    ),
    'public',
  ),
  ssl: v.optional(
    option(
      [
        { value: 'verify', label: 'Verify Certificate', description: 'Encrypt and verify the server certificate' },
        {
          value: 'strict',
          label: 'Strict (TDS 8.0)',
          description:
            'Encrypt from the first byte and verify the server certificate; requires SQL Server 2022 or later, or Azure SQL',
        },
        { value: 'encrypt', label: 'Encrypt Only', description: 'Encrypt and accept any server certificate' },
        { value: 'off', label: 'Off', description: 'No encryption; for private networks only' },
      ],
      {
        label: 'Encryption',
        help: 'How to encrypt the connection to the server.',
        ...servers,
      },
    ),
    'verify',
  ),
  certificatePassword,
};

/** The values of a database connection. */
export type SqlConnection = ConnectionValues<typeof fields>;
