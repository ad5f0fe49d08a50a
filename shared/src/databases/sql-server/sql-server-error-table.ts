import {
  connectionErrors,
  connectionHint,
  connectionLost,
  diskFull,
  duplicateKey,
  locked,
  misfit,
  outOfMemory,
  serverStarting,
  underCodes,
  unreachable,
  type ErrorTable,
  type KnownError,
} from '../known-error.ts';
import { tableUnchanged } from '../load-errors.ts';

const badInput = (hint: string): KnownError => ({ code: 'invalid-input', hint: `${tableUnchanged} ${hint}` });
const conflict = (hint: string): KnownError => ({ code: 'conflict', hint: `${tableUnchanged} ${hint}` });
const newPassword: KnownError = {
  code: 'unauthorized',
  hint: connectionHint('Set a new password for this user on the server, and update the {connection}.'),
};

/**
 * Errors of the server by number, and of the driver and operating system by code.
 * @see https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 * @see https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
 * @see https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconfigurableretryfactory.baselinetransienterrors
 */
export const knownErrors: ErrorTable = {
  ...connectionErrors,
  ...Object.fromEntries([
    // Azure moves, scales or resumes the database, or is overloaded.
    ...underCodes(serverStarting, 615, 926, 4221, 10928, 10929, 40143, 40166, 40197, 40501, 40540, 40613),
    ...underCodes(serverStarting, 42108, 42109, 49918, 49919, 49920),
    // The database or the server starts, recovers or changes its state.
    ...underCodes(serverStarting, 921, 922, 952, 983, 17142, 17197, 18401),
    ...underCodes(
      {
        code: 'unavailable',
        hint: 'The database is offline, being restored or damaged. Ask the administrator of the database.',
      },
      ...[924, 927, 942, 945, 976],
    ),
    ...underCodes(
      {
        code: 'unavailable',
        hint: `${tableUnchanged} The database is read-only on this replica, which a failover can cause. Run the step again; if the error persists, connect to the primary replica.`,
        retryable: true,
      },
      ...[978, 3906, 3908],
    ),
    // The session was ended, the server is stopping, or the network broke.
    ...underCodes(connectionLost, 64, 121, 233, 258, 596, 3935, 6005, 9001, 10053, 10054),
    ...underCodes(connectionLost, 'ECLOSE', 'EINVALIDSTATE'),
    ...underCodes(unreachable, 10060, 10061, 11001, 'ETIMEOUT'),
    ...underCodes(locked, 601, 1205, 1222, 3960, 3966),
    ...underCodes(outOfMemory, 701, 802, 845, 1203, 1204, 8645, 8651),
    ...underCodes(diskFull, 1101, 1105, 9002, 40544),
    ...underCodes(
      {
        code: 'unavailable',
        hint: `${tableUnchanged} The load uses more resources than the service tier allows. Choose a higher service tier, or load the dataset in several files.`,
      },
      ...[40549, 40550, 40551, 40552, 40553],
    ),
    ...underCodes(
      {
        code: 'forbidden',
        hint: `${tableUnchanged} Grant the database user this permission. A load needs SELECT and INSERT on the table, UPDATE for Upsert, DELETE for Replace, ALTER for Evolve Table, and CREATE TABLE with ALTER on the schema for a new table.`,
      },
      ...[229, 230, 262, 297, 300, 1088, 4701, 4902, 15247],
    ),
    ...underCodes(newPassword, 18463, 18464, 18465, 18466, 18467, 18468, 18487, 18488),
    ...underCodes(misfit, 241, 242, 245, 248, 257, 295, 529, 2270, 8114, 8115, 8169, 9402, 9803, 13609),
    ...underCodes(badInput('A value is longer than its column: shorten it, or widen the column.'), 2628, 8152),
    ...underCodes(
      badInput('The server generates the values of this column: remove it from the dataset.'),
      ...[271, 273, 544, 8102, 13536, 13537, 13538],
    ),
    ...underCodes(
      conflict('A row violates a rule of the table or a security policy. Correct the dataset, or change the rule.'),
      ...[513, 33504],
    ),
    ...underCodes(duplicateKey, 2601, 2627),
    ...underCodes(
      conflict('An index, a constraint or a view depends on the column: remove it first, or load into another table.'),
      ...[4922, 5074, 13599],
    ),
    ...underCodes(
      conflict('A trigger of the table refused the rows. Change the dataset, or change or disable the trigger.'),
      ...[3609, 3616, 3930],
    ),
    ...underCodes(
      badInput('A row of SQL Server stores 8,060 bytes: split the columns over two tables, or use shorter types.'),
      ...[511, 1701],
    ),
  ]),
  207: {
    code: 'conflict',
    hint: `${tableUnchanged} Another program changed its columns during the load. Run the step again.`,
    retryable: true,
  },
  208: { code: 'table-missing', hint: 'Check the names of the table and the schema.' },
  515: badInput('Fill the empty values in the file.'),
  524: conflict(
    'A trigger of the table returns rows, which the server does not allow (disallow results from triggers): change the trigger.',
  ),
  547: conflict(
    'A row of another table references a row that would be deleted, a row references a row that does not exist, or a row violates a CHECK constraint. Choose the mode Append or Upsert, or correct the file.',
  ),
  911: { code: 'not-found', hint: connectionHint('Check the database name in the {connection}.') },
  916: {
    code: 'forbidden',
    hint: connectionHint('Create a user for this login in the database of the {connection}.'),
  },
  1702: badInput('A table of SQL Server can have 1,024 columns.'),
  2705: {
    code: 'invalid-input',
    hint: 'SQL Server treats two column names as the same, because its collation may ignore case. Rename one in the file.',
  },
  2714: {
    code: 'table-exists',
    hint: 'Another program created the table during the load. Run the step again.',
    retryable: true,
  },
  2760: { code: 'not-found', hint: 'Check the schema name, and that the database user has ALTER on the schema.' },
  4060: {
    code: 'not-found',
    hint: connectionHint('Check the database name in the {connection}, and that the user may open it.'),
    retryable: true,
    wait: 'short',
  },
  18452: {
    code: 'unauthorized',
    hint: 'The server does not know this login: log in as a user of SQL Server, or with Microsoft Entra.',
  },
  18456: {
    code: 'unauthorized',
    hint: connectionHint(
      'Check the user and password in the {connection}; with Microsoft Entra, check that the application is a user of the database.',
    ),
  },
  18470: { code: 'unauthorized', hint: 'The login is disabled: enable it on the server.' },
  18486: { code: 'unauthorized', hint: 'The login is locked: unlock it on the server.' },
  37359: badInput('The table is an append-only ledger table: choose the mode Append.'),
  40532: {
    code: 'not-found',
    hint: connectionHint(
      'Check the host in the {connection}: it must be the server name, such as example.database.windows.net, not an IP address or an alias.',
    ),
  },
  40615: {
    code: 'forbidden',
    hint: 'Allow this IP address: in the Azure portal, open Networking of the server and add a firewall rule.',
  },
  40914: {
    code: 'forbidden',
    hint: 'The server blocks traffic from this network: in the Azure portal, open Networking of the server and add a rule for the virtual network.',
  },
  47073: {
    code: 'forbidden',
    hint: 'The server does not accept connections from public networks: connect through its private endpoint, or allow public access under Networking in the Azure portal.',
  },
  ECANCEL: { code: 'cancelled', hint: tableUnchanged },
  EENCRYPT: {
    code: 'unavailable',
    hint: 'Under Encryption, choose what the server supports: Off only on a private network.',
  },
};

/**
 * Why a login was refused, by the state of error 18456, where the server sends it to the client.
 * @see https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-18456-database-engine-error
 */
export const loginStates: Readonly<Record<number, string>> = {
  2: 'This login does not exist on the server.',
  5: 'This login does not exist on the server.',
  7: 'The login is disabled, or the password is wrong.',
  8: 'The password is wrong.',
  11: 'The login exists, but may not connect to the server.',
  12: 'The login exists, but may not connect to the server.',
  18: 'The password must be changed on the server first.',
  38: 'The database does not exist, or the login may not open it.',
  40: 'The default database of the login cannot be opened.',
  46: 'The login may not open the database.',
  58: 'The server does not accept logins with a password: allow SQL Server authentication, or log in with Microsoft Entra.',
  65: 'The Microsoft Entra application is not a user of the database: run CREATE USER … FROM EXTERNAL PROVIDER.',
  132: 'The Microsoft Entra application is not a user of the database: run CREATE USER … FROM EXTERNAL PROVIDER.',
  133: 'The Microsoft Entra application is not a user of the database: run CREATE USER … FROM EXTERNAL PROVIDER.',
};
