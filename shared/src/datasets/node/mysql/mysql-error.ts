import { types } from 'node:util';
import { PipewrightError, type ErrorCode } from '../../../host/error.ts';

/** What to make of an error by its number, or by the system's code. */
interface Known {
  code: ErrorCode;
  hint: string;
  retryable?: boolean;
}

const lost: Known = { code: 'unavailable', hint: 'The table is as it was. Run the step again.', retryable: true };
const misfit: Known = { code: 'bad-input', hint: 'The table is as it was. Correct the value, or the type of the column.' };
const repeated: Known = { code: 'conflict', hint: 'The table is as it was. A key of the dataset is there already or comes twice.' };
const referred: Known = { code: 'conflict', hint: 'The table is as it was. Rows of another table refer to its rows: choose the mode Append.' };
const referring: Known = { code: 'conflict', hint: 'The table is as it was. A row refers to one that another table does not have.' };
const empty: Known = { code: 'bad-input', hint: 'The table is as it was. Fill the empty values in the file.' };
const rule: Known = { code: 'bad-input', hint: 'The table is as it was. A row breaks a rule of the table.' };
const forbidden: Known = { code: 'forbidden', hint: 'Let the user of the connection create, alter, drop and write tables in this database.' };
const readOnly: Known = { code: 'forbidden', hint: 'The server takes no changes, as a replica does: connect to the primary one.' };
const full: Known = { code: 'unavailable', hint: 'The disk of the server is full. The table is as it was.' };
const stopped: Known = { code: 'cancelled', hint: 'Somebody stopped it at the server. The table is as it was.' };
const busy: Known = { code: 'busy', hint: 'The table is as it was. Another session holds the table: run the step again later.', retryable: true };
const unreachable: Known = { code: 'unavailable', hint: 'Check host and port in the connection, and that the server runs.' };
const untrusted: Known = { code: 'unavailable', hint: 'Its certificate is not one of a known authority for this host: choose Encrypt Only, or give the server such a certificate.' };

/** What the operator of a server must do before rows can be sent to it as a file. */
export const allowInfile = 'Let the operator of the server set local_infile = ON: in its configuration, by SET GLOBAL local_infile = ON, or in the parameters of a managed database.';
const noInfile: Known = { code: 'forbidden', hint: allowInfile };

/**
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 * @see https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
const byNumber: Record<number, Known> = {
  1021: full, 1114: full,
  1040: { code: 'busy', hint: 'The server has no connection free. Run the step again later.', retryable: true },
  1044: forbidden, 1142: forbidden, 1143: forbidden, 1227: forbidden,
  1045: { code: 'unauthorized', hint: 'Check the user and the password in the connection.' },
  1698: { code: 'unauthorized', hint: 'The server does not let this user in with a password. Check the user in the connection.' },
  1048: empty, 1263: empty, 1364: empty,
  1049: { code: 'not-found', hint: 'Check the name of the database in the connection, or under Schema.' },
  1050: { code: 'table-exists', hint: 'Somebody made the table meanwhile. Run the step again.' },
  1053: lost, 1077: lost, 1927: lost, 3169: lost, 4031: lost,
  1062: repeated, 1586: repeated,
  1118: { code: 'bad-input', hint: 'The table is as it was. InnoDB holds about 8000 bytes in a row beside long texts, of which each needs up to 40: load fewer columns.' },
  1148: noInfile, 3948: noInfile, 4166: noInfile,
  1205: busy, 1213: busy,
  1216: referring, 1452: referring, 1217: referred, 1451: referred,
  1264: misfit, 1265: misfit, 1292: misfit, 1300: misfit, 1366: misfit, 1406: misfit, 1411: misfit, 1441: misfit,
  1290: readOnly, 1792: readOnly, 1836: readOnly,
  1317: stopped, 1969: stopped, 3024: stopped,
  3750: { code: 'forbidden', hint: 'The server takes no table without a primary key: make the table yourself, with one, and load into it.' },
  3819: rule, 4025: rule, 1644: rule,
};

const byCode: Record<string, Known> = {
  ECONNRESET: lost, EPIPE: lost, PROTOCOL_CONNECTION_LOST: lost,
  ENOTFOUND: { code: 'unavailable', hint: 'Check the host in the connection.' },
  ECONNREFUSED: unreachable, ETIMEDOUT: unreachable, EHOSTUNREACH: unreachable,
  HANDSHAKE_NO_SSL_SUPPORT: { code: 'unavailable', hint: 'Choose Off under Encryption if the network is private.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted, SELF_SIGNED_CERT_IN_CHAIN: untrusted, UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted, UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted, ERR_TLS_CERT_ALTNAME_INVALID: untrusted, CERT_HAS_EXPIRED: untrusted, HANDSHAKE_SSL_ERROR: untrusted,
};

/** A database's error in our words. The statement, which the driver adds, is left out. */
export function explainMysql(error: unknown): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const { errno = 0, code = '', fatal = false } = error as { errno?: number; code?: string; fatal?: boolean };
  const known = byNumber[errno] ?? byCode[code] ?? (fatal ? lost : { code: 'unavailable', hint: 'The table is as it was. Ask the administrator of the database.' });
  return said(error.message, known);
}

/**
 * The error of rows that the server changed or left out, which it calls a warning.
 * @param before rows that were sent in earlier statements; the server counts from this one's first
 */
export function explainWarning(number: number, message: string, before: number): PipewrightError {
  return said(message.replace(/ at row (\d+)$/, (_place, row: string) => ` (row ${Number(row) + before})`), byNumber[number] ?? misfit);
}

function said(message: string, known: Known): PipewrightError {
  return new PipewrightError({ ...known, service: 'MySQL', message: `MySQL answered: ${message.replace(/\.$/, '')}.` });
}
