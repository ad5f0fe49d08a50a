import { types } from 'node:util';
import { PipewrightError, type ErrorCode } from '../../../host/error.ts';

/** What to make of an error by its number at the server, or the driver's or system's code. */
interface Known {
  code: ErrorCode;
  hint: string;
  retryable?: boolean;
}

const service = 'SQL Server';
const unreachable = 'Check host and port in the connection, and that the server lets this address in.';
const lost: Known = { code: 'unavailable', hint: 'The table is as it was. Run the step again.', retryable: true };
const starting: Known = { code: 'unavailable', hint: 'The database is starting, moving or busy. Run the step again in a minute.', retryable: true };
const full: Known = { code: 'unavailable', hint: 'The server has no room left. The table is as it was.' };
const forbidden: Known = { code: 'forbidden', hint: 'Let the user of the connection create, read and write tables in this schema.' };
const tooLong: Known = { code: 'bad-input', hint: 'The table is as it was. A value is longer than its column: shorten it, or widen the column.' };
const misfit: Known = { code: 'bad-input', hint: 'The table is as it was. Correct the value, or the type of the column.' };
const duplicate: Known = { code: 'conflict', hint: 'The table is as it was. A key of the dataset is there already or comes twice.' };
const inTheWay: Known = { code: 'conflict', hint: 'The table is as it was. An index, a constraint or a view depends on the column: take it away first, or load into another table.' };
const untrusted: Known = {
  code: 'unavailable',
  hint: 'Its certificate is not signed by an authority that is known here: choose Encrypt Only, or give the server a certificate of an authority.',
};

/** @see https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors */
const knownErrors: Record<string, Known> = {
  207: { code: 'conflict', hint: 'The table is as it was. Somebody changed its columns meanwhile: run the step again.', retryable: true },
  208: { code: 'table-missing', hint: 'Check the names of the table and the schema.' },
  229: forbidden,
  230: forbidden,
  262: forbidden,
  916: { code: 'forbidden', hint: 'Make a user for this login in the database of the connection.' },
  1088: forbidden,
  241: misfit,
  242: misfit,
  245: misfit,
  257: misfit,
  295: misfit,
  529: misfit,
  8114: misfit,
  8115: misfit,
  8169: misfit,
  515: { code: 'bad-input', hint: 'The table is as it was. Fill the empty values in the file.' },
  544: { code: 'bad-input', hint: 'The table is as it was. The server numbers a column itself: leave it out of the file.' },
  547: { code: 'conflict', hint: 'The table is as it was. Rows of other tables refer to its rows or are missing, or a row breaks a rule of the table: choose the mode Append or Upsert, or correct the file.' },
  701: { code: 'unavailable', hint: 'The server has too little memory. The table is as it was.', retryable: true },
  1101: full,
  1105: full,
  9002: full,
  40544: { code: 'unavailable', hint: 'The database has reached its size. The table is as it was.' },
  1205: { code: 'busy', hint: 'The table is as it was. Run the step again.', retryable: true },
  1222: { code: 'busy', hint: 'Somebody else holds the table. It is as it was. Run the step again later.', retryable: true },
  1702: { code: 'bad-input', hint: 'A table of SQL Server has 1024 columns at most.' },
  2601: duplicate,
  2627: duplicate,
  2628: tooLong,
  8152: tooLong,
  2705: { code: 'bad-input', hint: 'Two columns have the same name for SQL Server, which may not tell capitals from small letters. Rename one in the file.' },
  2714: { code: 'table-exists', hint: 'Somebody made the table meanwhile. Run the step again.', retryable: true },
  2760: { code: 'not-found', hint: 'Check the name of the schema.' },
  4060: { code: 'not-found', hint: 'Check the name of the database in the connection, and that the user may open it.', retryable: true },
  4922: inTheWay,
  5074: inTheWay,
  8102: { code: 'bad-input', hint: 'The table is as it was. The server numbers a column itself: leave it out of the file, or make it part of the key.' },
  18456: { code: 'unauthorized', hint: 'Check the user and the password in the connection; with Microsoft Entra, that the application is a user of the database.' },
  18452: { code: 'unauthorized', hint: 'The server does not know this login: log in as a user of SQL Server, or by Microsoft Entra.' },
  18487: { code: 'unauthorized', hint: 'The password has run out: set another one at the server.' },
  18488: { code: 'unauthorized', hint: 'The password must be changed at the server first.' },
  40615: { code: 'forbidden', hint: 'Let this address in: in Azure, under Networking of the server, add a rule to its firewall.' },
  ...Object.fromEntries([10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920].map((number) => [number, starting])),
  ECONNRESET: lost,
  EPIPE: lost,
  ECLOSE: lost,
  EINVALIDSTATE: lost,
  ENOTFOUND: { code: 'unavailable', hint: 'Check the host in the connection.' },
  ECONNREFUSED: { code: 'unavailable', hint: unreachable },
  ETIMEOUT: { code: 'unavailable', hint: unreachable, retryable: true },
  ETIMEDOUT: { code: 'unavailable', hint: unreachable, retryable: true },
  ECANCEL: { code: 'cancelled', hint: 'The table is as it was.' },
  EENCRYPT: { code: 'unavailable', hint: 'Choose under Encryption what the server does: Off only if the network is private.' },
  CERT_HAS_EXPIRED: { code: 'unavailable', hint: 'The certificate of the server has run out: renew it.' },
  ERR_TLS_CERT_ALTNAME_INVALID: { code: 'unavailable', hint: 'The certificate of the server is for another name: write the host in the connection as the certificate has it.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
};

/** What an error of the driver may hold. */
interface DriverError extends Error {
  code?: string;
  number?: number;
  errors?: readonly DriverError[];
  cause?: { code?: string };
}

/**
 * The server's or the driver's error in our words.
 * @param number of the server's error, where the driver does not hand it on
 */
export function explainSqlServer(error: unknown, number?: number): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const first = (error as DriverError).errors?.[0] ?? (error as DriverError);
  const codes = [number, first.number, first.cause?.code, first.code];
  const known = codes.map((code) => knownErrors[String(code)]).find((found) => found !== undefined);
  const told = (number ?? first.number) === undefined ? '' : ` (error ${number ?? first.number})`;
  return new PipewrightError({
    ...(known ?? { code: 'unavailable', hint: 'The table is as it was. Ask the administrator of the database.' }),
    service,
    message: `SQL Server answered: ${first.message.replace(/[.\s]+$/, '')}${told}.`,
  });
}

/** The error of a table that another load holds for too long. */
export function busyError(table: string): PipewrightError {
  return new PipewrightError({ code: 'busy', service, message: `Another load into the table “${table}” is going on.`, hint: 'The table is as it was. Run the step again later.', retryable: true });
}
