import type { ErrorCode } from '../../host/error.ts';

/** What to make of an error. */
export interface Known {
  code: ErrorCode;
  hint: string;
  retryable?: boolean;
}

/** The connection ended, and with it the transaction. */
export const lost: Known = {
  code: 'unavailable',
  hint: 'The connection to the server was lost. The table was not changed. Run the step again.',
  retryable: true,
};

/** A value that does not fit its column. */
export const misfit: Known = {
  code: 'bad-input',
  hint: 'The table was not changed. Correct the value, or the type of the column.',
};

/** What the administrator must do before rows can be sent to a server as a file. */
export const allowInfile =
  'Ask the administrator of the server to set local_infile = ON: in its configuration, by SET GLOBAL local_infile = ON, or in the parameters of a managed database.';

const largePacket: Known = {
  code: 'bad-input',
  hint: 'The table was not changed. A value is larger than the server takes at once: raise max_allowed_packet on the server above the size of the largest value, or shorten the value.',
};
const json: Known = {
  code: 'bad-input',
  hint: 'The table was not changed. Correct the value: a column of the type JSON takes only valid JSON.',
};
const geometry: Known = {
  code: 'bad-input',
  hint: 'The table was not changed. Columns of geometry types cannot be loaded from text: leave the column out of the dataset.',
};
const repeated: Known = {
  code: 'conflict',
  hint: 'The table was not changed. A key of the dataset is in the table already, or twice in the dataset. To change rows that exist, choose the mode Upsert.',
};
const referred: Known = {
  code: 'conflict',
  hint: 'The table was not changed. Rows of another table refer to its rows, so they cannot be replaced: choose the mode Append or Upsert.',
};
const referring: Known = {
  code: 'conflict',
  hint: 'The table was not changed. A row refers to a row that the other table, named behind REFERENCES, does not have: load that table first, or correct the value.',
};
const empty: Known = {
  code: 'bad-input',
  hint: 'The table was not changed. Fill the empty values in the dataset, or give the column a default.',
};
const keyed: Known = {
  code: 'bad-input',
  hint: 'The table was not changed. A column that belongs to a key, a foreign key or a calculated column cannot get a wider type: change it by hand, correct the values, or load into another table.',
};
const rule: Known = {
  code: 'bad-input',
  hint: 'The table was not changed. A row breaks a rule of the table (a CHECK constraint, a trigger or a partition): correct the row.',
};
const forbidden: Known = {
  code: 'forbidden',
  hint: 'Give the user of the connection the rights to create, alter, drop and write tables in this database.',
};
const readOnly: Known = {
  code: 'forbidden',
  hint: 'The server takes no changes, as a replica does: connect to the primary server.',
};
const readOnlySchema: Known = {
  code: 'forbidden',
  hint: 'The database is read-only. Ask the administrator of the server to run ALTER DATABASE … READ ONLY = 0, or load into another database.',
};
const full: Known = {
  code: 'unavailable',
  hint: 'The disk of the server, or its room for temporary tables, is full. The table was not changed.',
};
const memory: Known = {
  code: 'unavailable',
  hint: 'The server has too little memory or too many locks in use. The table was not changed. Run the step again later.',
  retryable: true,
};
const stopped: Known = {
  code: 'cancelled',
  hint: 'The statement was stopped at the server, by a person or by a time limit. The table was not changed.',
};
const busy: Known = {
  code: 'busy',
  hint: 'The table was not changed. Another session holds rows or the table: run the step again later.',
  retryable: true,
};
const crowded: Known = {
  code: 'busy',
  hint: 'The server or the user has no connection free. Run the step again later.',
  retryable: true,
};
const starting: Known = {
  code: 'unavailable',
  hint: 'The server is starting, stopping or offline. The table was not changed. Run the step again in a minute.',
  retryable: true,
};
const cluster: Known = {
  code: 'busy',
  hint: 'The cluster of the server rolled the transaction back. The table was not changed. Run the step again.',
  retryable: true,
};
/** Nothing answers at the address. */
export const unreachable: Known = {
  code: 'unavailable',
  hint: 'Check host and port in the connection, and that the server runs and can be reached from here.',
  retryable: true,
};
const untrusted: Known = {
  code: 'unavailable',
  hint: 'The certificate of the server is not one of a known authority for this host: name the authority, choose Encrypt Only, or give the server such a certificate.',
};
const withoutKey: Known = {
  code: 'forbidden',
  hint: 'The table was not changed. The server takes no table without a primary key (sql_require_primary_key): create the table with one first, then load into it; or ask the administrator to let the server add one by itself with sql_generate_invisible_primary_key = ON.',
};
const unauthorized: Known = {
  code: 'unauthorized',
  hint: 'Check the user and the password in the connection. Should the server take encrypted connections only, choose Verify or Encrypt Only under Encryption.',
};
const noInfile: Known = { code: 'forbidden', hint: allowInfile };

/**
 * Errors of servers, by their number.
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 * @see https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
export const byNumber: Readonly<Record<number, Known>> = {
  1021: full,
  1114: full,
  1878: full,
  3675: full,
  1037: memory,
  1038: memory,
  1041: memory,
  1135: memory,
  1206: memory,
  1040: crowded,
  1203: crowded,
  1226: crowded,
  1044: forbidden,
  1142: forbidden,
  1143: forbidden,
  1227: forbidden,
  1370: forbidden,
  1045: unauthorized,
  1129: {
    code: 'unavailable',
    hint: 'The server blocks this host after many failed connections. Ask its administrator to unblock it: TRUNCATE TABLE performance_schema.host_cache, or FLUSH HOSTS on MariaDB.',
  },
  1130: {
    code: 'unauthorized',
    hint: 'The server takes no connections from here. Create the user for this host (CREATE USER name@host), or add the address to the firewall rules of the server.',
  },
  1251: {
    code: 'unauthorized',
    hint: 'The server asks for a login method that is not supported. Create the user with caching_sha2_password.',
  },
  1698: {
    code: 'unauthorized',
    hint: 'The server does not let this user in with a password. Check the user in the connection.',
  },
  1820: {
    code: 'unauthorized',
    hint: 'The password of the user has expired. Set a new one with ALTER USER, and update the connection.',
  },
  1862: {
    code: 'unauthorized',
    hint: 'The password of the user has expired. Set a new one with ALTER USER, and update the connection.',
  },
  3118: {
    code: 'unauthorized',
    hint: 'The account is locked. Ask the administrator of the server to run ALTER USER … ACCOUNT UNLOCK.',
  },
  4151: {
    code: 'unauthorized',
    hint: 'The account is locked. Ask the administrator of the server to run ALTER USER … ACCOUNT UNLOCK.',
  },
  3955: {
    code: 'unauthorized',
    hint: 'The account is blocked after too many wrong passwords. Correct the password in the connection, and ask the administrator of the server to run ALTER USER … ACCOUNT UNLOCK.',
  },
  3159: {
    code: 'forbidden',
    hint: 'The server takes encrypted connections only: choose Verify or Encrypt Only under Encryption.',
  },
  4055: {
    code: 'forbidden',
    hint: 'The server takes encrypted connections only: choose Verify or Encrypt Only under Encryption.',
  },
  1048: empty,
  1263: empty,
  1364: empty,
  1049: { code: 'not-found', hint: 'Check the name of the database in the connection, or under Schema.' },
  1050: { code: 'table-exists', hint: 'The table was created meanwhile. Run the step again.' },
  1146: { code: 'conflict', hint: 'The table was dropped or renamed meanwhile. Run the step again.', retryable: true },
  1054: {
    code: 'conflict',
    hint: 'The table was not changed by this step; its columns were changed meanwhile. Run the step again.',
    retryable: true,
  },
  1412: {
    code: 'conflict',
    hint: 'The definition of the table was changed meanwhile. Run the step again.',
    retryable: true,
  },
  1047: starting,
  1053: starting,
  1077: starting,
  3032: starting,
  3168: starting,
  1080: lost,
  1152: lost,
  1158: lost,
  1159: lost,
  1160: lost,
  1161: lost,
  1184: lost,
  1927: lost,
  2006: lost,
  2013: lost,
  2055: lost,
  3169: lost,
  4031: lost,
  2002: unreachable,
  2003: unreachable,
  2005: unreachable,
  1062: repeated,
  1586: repeated,
  1118: {
    code: 'bad-input',
    hint: 'The table was not changed. InnoDB holds about 8000 bytes in a row beside long texts, each of which needs up to 40: load fewer columns.',
  },
  1071: {
    code: 'bad-input',
    hint: 'The table was not changed. The columns of the key are too long for an index: choose fewer or shorter columns as the key.',
  },
  1170: keyed,
  1832: keyed,
  1833: keyed,
  1834: keyed,
  3780: keyed,
  1846: keyed,
  3108: keyed,
  1267: {
    code: 'bad-input',
    hint: 'The table was not changed. The texts of a key have different collations: give them the same one.',
  },
  1117: {
    code: 'bad-input',
    hint: 'The table was not changed. The dataset has more columns than a table can have: load fewer columns.',
  },
  1148: noInfile,
  3948: noInfile,
  4166: noInfile,
  1153: largePacket,
  1162: largePacket,
  1301: largePacket,
  1205: busy,
  1213: busy,
  1015: busy,
  3572: busy,
  1180: cluster,
  3100: cluster,
  3101: cluster,
  1216: referring,
  1452: referring,
  1217: referred,
  1451: referred,
  1264: misfit,
  1265: misfit,
  1292: misfit,
  1300: misfit,
  1366: misfit,
  1367: misfit,
  1406: misfit,
  1411: misfit,
  1441: misfit,
  1525: misfit,
  1690: misfit,
  1918: misfit,
  3854: misfit,
  3140: json,
  3141: json,
  3144: json,
  3146: json,
  3147: json,
  3150: json,
  3156: json,
  3157: json,
  3158: json,
  3903: json,
  1416: geometry,
  3037: geometry,
  3548: geometry,
  3616: geometry,
  3617: geometry,
  3643: geometry,
  1290: readOnly,
  1792: readOnly,
  1836: readOnly,
  3989: readOnlySchema,
  1317: stopped,
  1969: stopped,
  3024: stopped,
  1526: rule,
  1748: rule,
  3819: rule,
  4025: rule,
  1644: rule,
  1173: withoutKey,
  3750: withoutKey,
};

/** Errors of the connection, by the code of the system or of the driver. */
export const byCode: Readonly<Record<string, Known>> = {
  ECONNRESET: lost,
  EPIPE: lost,
  ECONNABORTED: lost,
  PROTOCOL_CONNECTION_LOST: lost,
  PROTOCOL_SEQUENCE_TIMEOUT: lost,
  PROTOCOL_PACKETS_OUT_OF_ORDER: lost,
  ENOTFOUND: { code: 'unavailable', hint: 'Check the host in the connection.' },
  EAI_AGAIN: unreachable,
  ECONNREFUSED: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  HANDSHAKE_NO_SSL_SUPPORT: {
    code: 'unavailable',
    hint: 'The server does not encrypt connections: turn TLS on at the server, or choose Off under Encryption if the network is private.',
  },
  AUTH_SWITCH_PLUGIN_ERROR: {
    code: 'unauthorized',
    hint: 'The server asks for a login method that is not supported here. Create the user with caching_sha2_password.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted,
  CERT_HAS_EXPIRED: untrusted,
  CERT_NOT_YET_VALID: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  INVALID_CA: untrusted,
  HANDSHAKE_SSL_ERROR: untrusted,
};
