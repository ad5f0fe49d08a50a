import {
  cancelled,
  connectionErrors,
  connectionHint,
  connectionLost,
  diskFull,
  duplicateKey,
  locked,
  misfit,
  missingValue,
  outOfMemory,
  ruleBroken,
  serverStarting,
  tooManyConnections,
  underCodes,
  unreachable,
  type ErrorTable,
  type KnownError,
} from '../known-error.ts';
import { tableUnchanged } from '../load-errors.ts';

/** What the administrator must do before a server accepts rows as a file. */
export const allowInfile =
  'Ask the server administrator to set local_infile = ON: in its configuration, with SET GLOBAL local_infile = ON, or in the parameters of a managed database.';

const badInput = (hint: string): KnownError => ({ code: 'invalid-input', hint: `${tableUnchanged} ${hint}` });
const conflict = (hint: string): KnownError => ({ code: 'conflict', hint: `${tableUnchanged} ${hint}` });

/** A statement for which the user lacks a privilege; `explainMysql` names it. */
export const missingPrivilege: KnownError = {
  code: 'forbidden',
  hint: 'Grant the database user the privileges to create, alter, drop and write tables in this database.',
};

const passwordExpired: KnownError = {
  code: 'unauthorized',
  hint: connectionHint(
    'The password of the user has expired. Set a new one with ALTER USER, and update the {connection}.',
  ),
};
const accountLocked: KnownError = {
  code: 'unauthorized',
  hint: 'The account is locked. Ask the server administrator to run ALTER USER … ACCOUNT UNLOCK.',
};
const requiresTls: KnownError = {
  code: 'forbidden',
  hint: 'The server accepts encrypted connections only: choose Verify Certificate or Encrypt Only under Encryption.',
};
const unsupportedLogin: KnownError = {
  code: 'unauthorized',
  hint: 'The server requires a login method that is not supported. Create the user with caching_sha2_password.',
};

/**
 * Errors by number of the server, or by code of the driver or operating system.
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 * @see https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
export const knownErrors: ErrorTable = {
  ...connectionErrors,
  ...Object.fromEntries([
    ...underCodes(diskFull, 1021, 1114, 1878, 3675),
    ...underCodes(outOfMemory, 1037, 1038, 1041, 1135, 1206),
    ...underCodes(tooManyConnections, 1040, 1203, 1226),
    ...underCodes(missingPrivilege, 1044, 1142, 1143, 1227, 1370),
    ...underCodes(passwordExpired, 1820, 1862),
    ...underCodes(accountLocked, 3118, 4151),
    ...underCodes(requiresTls, 3159, 4055),
    ...underCodes(unsupportedLogin, 1251, 'AUTH_SWITCH_PLUGIN_ERROR'),
    ...underCodes(missingValue, 1048, 1263, 1364),
    ...underCodes(serverStarting, 1047, 1053, 1077, 3032, 3168),
    ...underCodes(connectionLost, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2055, 3169, 4031),
    ...underCodes(
      connectionLost,
      'PROTOCOL_CONNECTION_LOST',
      'PROTOCOL_SEQUENCE_TIMEOUT',
      'PROTOCOL_PACKETS_OUT_OF_ORDER',
    ),
    ...underCodes(unreachable, 2002, 2003, 2005),
    ...underCodes(duplicateKey, 1062, 1586),
    ...underCodes(locked, 1015, 1205, 1213, 3572),
    ...underCodes(
      {
        code: 'busy',
        hint: `${tableUnchanged} The cluster rolled the transaction back. Run the step again.`,
        retryable: true,
      },
      1180,
      3100,
      3101,
    ),
    ...underCodes(misfit, 1264, 1265, 1292, 1300, 1366, 1367, 1406, 1411, 1441, 1525, 1690, 1918, 3854),
    ...underCodes(ruleBroken, 1526, 1644, 1748, 3819, 4025),
    ...underCodes(cancelled, 1317, 1969, 3024),
    ...underCodes(
      badInput(
        'A column of a key, a foreign key or a generated column cannot get a wider type: change it manually, correct the values, or load into another table.',
      ),
      1170,
      1832,
      1833,
      1834,
      1846,
      3108,
      3780,
    ),
    ...underCodes({ code: 'forbidden', hint: allowInfile }, 1148, 3948, 4166),
    ...underCodes(
      badInput(
        'A value is larger than the server accepts in one packet: raise max_allowed_packet on the server above the size of the largest value, or shorten the value.',
      ),
      1153,
      1162,
      1301,
    ),
    ...underCodes(
      conflict(
        'A row references a row that the other table, named after REFERENCES, does not have: load that table first, or correct the value.',
      ),
      1216,
      1452,
    ),
    ...underCodes(
      conflict(
        'Rows of another table reference its rows, so they cannot be replaced: choose the mode Append or Upsert.',
      ),
      1217,
      1451,
    ),
    ...underCodes(
      badInput('Correct the value: a JSON column accepts only valid JSON.'),
      ...[3140, 3141, 3144, 3146, 3147, 3150, 3156, 3157, 3158, 3903],
    ),
    ...underCodes(
      badInput('Geometry columns cannot be loaded from text: remove the column from the dataset.'),
      ...[1416, 3037, 3548, 3616, 3617, 3643],
    ),
    ...underCodes(
      { code: 'forbidden', hint: 'The server is read-only, as a replica is: connect to the primary server.' },
      ...[1290, 1792, 1836],
    ),
    ...underCodes(
      {
        code: 'forbidden',
        hint: `${tableUnchanged} The server requires a primary key in every table (sql_require_primary_key): create the table with one first and then load into it, or ask the administrator to set sql_generate_invisible_primary_key = ON.`,
      },
      1173,
      3750,
    ),
  ]),
  1045: {
    code: 'unauthorized',
    hint: connectionHint(
      'Check the user and password in the {connection}. If the server accepts encrypted connections only, choose Verify Certificate or Encrypt Only under Encryption.',
    ),
  },
  1049: { code: 'not-found', hint: connectionHint('Check the database name in the {connection}, or under Schema.') },
  1050: { code: 'table-exists', hint: 'Another session created the table during the load. Run the step again.' },
  1054: {
    code: 'conflict',
    hint: 'This step did not change the table; another session changed its columns during the load. Run the step again.',
    retryable: true,
  },
  1071: badInput('The key columns are too long for an index: choose fewer or shorter columns as the key.'),
  1117: badInput('The dataset has more columns than a table can have: load fewer columns.'),
  1118: badInput(
    'A row of InnoDB stores about 8,000 bytes besides long texts, each of which needs up to 40: load fewer columns.',
  ),
  1129: {
    code: 'unavailable',
    hint: 'The server blocks this host after too many failed connections. Ask the server administrator to unblock it: TRUNCATE TABLE performance_schema.host_cache, or FLUSH HOSTS on MariaDB.',
  },
  1130: {
    code: 'unauthorized',
    hint: 'The server does not accept connections from this host. Create the user for this host (CREATE USER name@host), or add the address to the firewall rules of the server.',
  },
  1146: {
    code: 'conflict',
    hint: 'Another session dropped or renamed the table during the load. Run the step again.',
    retryable: true,
  },
  1267: badInput('The key columns have different collations: give them the same one.'),
  1412: {
    code: 'conflict',
    hint: 'Another session changed the definition of the table during the load. Run the step again.',
    retryable: true,
  },
  1698: {
    code: 'unauthorized',
    hint: connectionHint('This user cannot log in with a password. Check the user in the {connection}.'),
  },
  3955: {
    code: 'unauthorized',
    hint: connectionHint(
      'The account is blocked after too many wrong passwords. Correct the password in the {connection}, and ask the server administrator to run ALTER USER … ACCOUNT UNLOCK.',
    ),
  },
  3989: {
    code: 'forbidden',
    hint: 'The database is read-only. Ask the server administrator to run ALTER DATABASE … READ ONLY = 0, or load into another database.',
  },
  HANDSHAKE_NO_SSL_SUPPORT: {
    code: 'unavailable',
    hint: 'The server does not encrypt connections: enable TLS on the server, or choose Off under Encryption if the network is private.',
  },
  HANDSHAKE_SSL_ERROR: {
    code: 'unavailable',
    hint: 'The server certificate is not signed by a known authority for this host: choose Encrypt Only, or install a certificate of an authority on the server.',
  },
};
