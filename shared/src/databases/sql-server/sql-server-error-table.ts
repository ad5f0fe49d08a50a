import type { ErrorCode } from '../../host/error.ts';

/** What to make of an error by its number at the server, or the driver's or system's code. */
export interface KnownError {
  code: ErrorCode;
  hint: string;
  /** Whether the same load may succeed later. Default: false. */
  retryable?: boolean;
  /**
   * How long a log-in that fails with it is tried again: for as long as a paused database needs to resume; a few times,
   * because the same error has lasting causes too; or not at all. Default: not at all.
   */
  wait?: 'resume' | 'short';
}

const unchanged = 'The table was not changed.';
const lost: KnownError = {
  code: 'unavailable',
  hint: `${unchanged} Run the step again.`,
  retryable: true,
  wait: 'short',
};
const unreachable: KnownError = {
  code: 'unavailable',
  hint: 'Check the host and the port in the connection, and that a firewall lets this address in.',
  retryable: true,
  wait: 'short',
};
const starting: KnownError = {
  code: 'unavailable',
  hint: 'The database is starting, moving or busy. Run the step again in a minute.',
  retryable: true,
  wait: 'resume',
};
const elsewhere: KnownError = {
  code: 'unavailable',
  hint: `${unchanged} The database takes no changes on this replica, which a failover can cause. Run the step again; if the error stays, connect to the primary replica.`,
  retryable: true,
};
const offline: KnownError = {
  code: 'unavailable',
  hint: 'The database is offline, being restored or damaged. Ask the administrator of the database.',
};
const full: KnownError = {
  code: 'unavailable',
  hint: `${unchanged} The server has no room left: free some, or raise the limit of the database.`,
};
const tooMuch: KnownError = {
  code: 'unavailable',
  hint: `${unchanged} The load uses more of the server than its service tier allows. Choose a higher service tier, or load the dataset in several files.`,
};
const crowded: KnownError = {
  code: 'unavailable',
  hint: `${unchanged} The server is short of memory or locks. Run the step again later.`,
  retryable: true,
};
const busy: KnownError = {
  code: 'busy',
  hint: `${unchanged} Another program uses the table. Run the step again later.`,
  retryable: true,
};
const forbidden: KnownError = {
  code: 'forbidden',
  hint: `${unchanged} Grant the user of the connection this permission. A load needs SELECT and INSERT on the table, UPDATE for Upsert, DELETE for Replace, ALTER for Evolve Table, and CREATE TABLE with ALTER on the schema for a new table.`,
};
const firewall: KnownError = {
  code: 'forbidden',
  hint: 'Let this address in: in the Azure portal, open Networking of the server and add a firewall rule.',
};
const password: KnownError = {
  code: 'unauthorized',
  hint: 'Set a new password for this user at the server, and update the connection.',
};
const tooLong: KnownError = {
  code: 'bad-input',
  hint: `${unchanged} A value is longer than its column: shorten it, or widen the column.`,
};
const misfit: KnownError = { code: 'bad-input', hint: `${unchanged} Correct the value, or the type of the column.` };
const filled: KnownError = {
  code: 'bad-input',
  hint: `${unchanged} The server writes this column itself: remove it from the dataset.`,
};
const broken: KnownError = {
  code: 'conflict',
  hint: `${unchanged} A row breaks a rule of the table or of a security policy. Correct the dataset, or change the rule.`,
};
const duplicate: KnownError = {
  code: 'conflict',
  hint: `${unchanged} A key of the dataset already exists in the table or is not unique in the dataset.`,
};
const inTheWay: KnownError = {
  code: 'conflict',
  hint: `${unchanged} An index, a constraint or a view depends on the column: remove it first, or load into another table.`,
};
const refusedByTrigger: KnownError = {
  code: 'conflict',
  hint: `${unchanged} A trigger of the table refused the rows. Change the dataset, or change or disable the trigger.`,
};
const wide: KnownError = {
  code: 'bad-input',
  hint: `${unchanged} A row of SQL Server has room for 8,060 bytes: split the columns over two tables, or use shorter types.`,
};
const untrusted: KnownError = {
  code: 'unavailable',
  hint: 'The certificate of the server is not signed by a known authority: choose Encrypt Only, or install a certificate of an authority on the server.',
};

const all = (known: KnownError, ...numbers: number[]): [string, KnownError][] =>
  numbers.map((number) => [String(number), known]);

/**
 * Errors of the server by number, and of the driver and the system by code.
 * @see https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 * @see https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
 * @see https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconfigurableretryfactory.baselinetransienterrors
 */
export const knownErrors: Readonly<Record<string, KnownError>> = {
  ...Object.fromEntries([
    // Azure moves, scales or resumes the database, or has too much to do.
    ...all(
      starting,
      615,
      926,
      4221,
      10928,
      10929,
      40143,
      40166,
      40197,
      40501,
      40540,
      40613,
      42108,
      42109,
      49918,
      49919,
      49920,
    ),
    // The database or the server starts, recovers or changes its state.
    ...all(starting, 921, 922, 952, 983, 17142, 17197, 18401),
    ...all(offline, 924, 927, 942, 945, 976),
    ...all(elsewhere, 978, 3906, 3908),
    // The connection is gone: the session was ended, the server stops, or the network broke.
    ...all(lost, 64, 121, 233, 258, 596, 3935, 6005, 9001, 10053, 10054),
    ...all(unreachable, 10060, 10061, 11001),
    ...all(busy, 601, 1205, 1222, 3960, 3966),
    ...all(crowded, 701, 802, 845, 1203, 1204, 8645, 8651),
    ...all(full, 1101, 1105, 9002, 40544),
    ...all(tooMuch, 40549, 40550, 40551, 40552, 40553),
    ...all(forbidden, 229, 230, 262, 297, 300, 1088, 4902, 4701, 15247),
    ...all(password, 18463, 18464, 18465, 18466, 18467, 18468, 18487, 18488),
    ...all(misfit, 241, 242, 245, 248, 257, 295, 529, 2270, 8114, 8115, 8169, 9402, 9803, 13609),
    ...all(tooLong, 2628, 8152),
    ...all(filled, 271, 273, 544, 8102, 13536, 13537, 13538),
    ...all(broken, 513, 33504),
    ...all(duplicate, 2601, 2627),
    ...all(inTheWay, 4922, 5074, 13599),
    ...all(refusedByTrigger, 3609, 3616, 3930),
    ...all(wide, 511, 1701),
  ]),
  207: {
    code: 'conflict',
    hint: `${unchanged} Another program changed its columns during the load: run the step again.`,
    retryable: true,
  },
  208: { code: 'table-missing', hint: 'Check the names of the table and the schema.' },
  515: { code: 'bad-input', hint: `${unchanged} Fill the empty values in the file.` },
  524: {
    code: 'conflict',
    hint: `${unchanged} A trigger of the table returns rows, which the server does not allow (disallow results from triggers): change the trigger.`,
  },
  547: {
    code: 'conflict',
    hint: `${unchanged} A row of another table refers to a row that would go, a row refers to a row that does not exist, or a row breaks a CHECK constraint. Choose the mode Append or Upsert, or correct the file.`,
  },
  911: { code: 'not-found', hint: 'Check the name of the database in the connection.' },
  916: { code: 'forbidden', hint: 'Create a user for this login in the database of the connection.' },
  1702: { code: 'bad-input', hint: `${unchanged} A table of SQL Server has 1,024 columns at most.` },
  2705: {
    code: 'bad-input',
    hint: 'Two columns have the same name for SQL Server, which may not distinguish capital from small letters. Rename one in the file.',
  },
  2714: {
    code: 'table-exists',
    hint: 'Another program created the table during the load. Run the step again.',
    retryable: true,
  },
  2760: {
    code: 'not-found',
    hint: 'Check the name of the schema, and that the user of the connection has ALTER on it.',
  },
  4060: {
    code: 'not-found',
    hint: 'Check the name of the database in the connection, and that the user may open it.',
    retryable: true,
    wait: 'short',
  },
  18452: {
    code: 'unauthorized',
    hint: 'The server does not know this login: log in as a user of SQL Server, or by Microsoft Entra.',
  },
  18456: {
    code: 'unauthorized',
    hint: 'Check the user and the password in the connection; with Microsoft Entra, that the application is a user of the database.',
  },
  18470: { code: 'unauthorized', hint: 'The login is disabled: enable it at the server.' },
  18486: { code: 'unauthorized', hint: 'The login is locked: unlock it at the server.' },
  37359: { code: 'bad-input', hint: `${unchanged} The table is an append-only ledger table: choose the mode Append.` },
  40532: {
    code: 'not-found',
    hint: 'Check the host in the connection: it must be the name of the server, such as example.database.windows.net, and not an address or an alias.',
  },
  40615: firewall,
  40914: {
    code: 'forbidden',
    hint: 'The server lets no traffic of this network in: in the Azure portal, open Networking of the server and add a rule for the virtual network.',
  },
  47073: {
    code: 'forbidden',
    hint: 'The server takes no connections from public networks: connect through its private endpoint, or allow public access under Networking in the Azure portal.',
  },
  ECONNRESET: lost,
  ECONNABORTED: lost,
  EPIPE: lost,
  ECLOSE: lost,
  ENOTCONN: lost,
  EINVALIDSTATE: lost,
  ERR_STREAM_PREMATURE_CLOSE: lost,
  ERR_STREAM_DESTROYED: lost,
  ECONNREFUSED: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEOUT: unreachable,
  ETIMEDOUT: unreachable,
  EAI_AGAIN: unreachable,
  ENOTFOUND: { code: 'unavailable', hint: 'Check the host in the connection.' },
  ECANCEL: { code: 'cancelled', hint: unchanged },
  EENCRYPT: {
    code: 'unavailable',
    hint: 'Under Encryption, choose what the server does: Off only on a private network.',
  },
  CERT_HAS_EXPIRED: { code: 'unavailable', hint: 'The certificate of the server has expired: renew it.' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'unavailable',
    hint: 'The certificate of the server has another name: enter the host in the connection as the certificate has it.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
};

/**
 * Why a log-in was refused, by the state of error 18456, where the server tells it to the client at all.
 * @see https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-18456-database-engine-error
 */
export const logInStates: Readonly<Record<number, string>> = {
  2: 'There is no such login at the server.',
  5: 'There is no such login at the server.',
  7: 'The login is disabled, or the password is wrong.',
  8: 'The password is wrong.',
  11: 'The login is known, but may not connect to the server.',
  12: 'The login is known, but may not connect to the server.',
  18: 'The password must be changed at the server first.',
  38: 'The database of the connection does not exist, or the login may not open it.',
  40: 'The default database of the login cannot be opened.',
  46: 'The login may not open the database of the connection.',
  58: 'The server takes no log-ins with a password: allow SQL Server authentication, or log in by Microsoft Entra.',
  65: 'The application of Microsoft Entra is no user of the database: run CREATE USER … FROM EXTERNAL PROVIDER.',
  132: 'The application of Microsoft Entra is no user of the database: run CREATE USER … FROM EXTERNAL PROVIDER.',
  133: 'The application of Microsoft Entra is no user of the database: run CREATE USER … FROM EXTERNAL PROVIDER.',
};
