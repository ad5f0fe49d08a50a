import { types } from 'node:util';
import { PipewrightError, type ErrorCode } from '../../host/error.ts';

/** An error as the server sends it. @see https://www.postgresql.org/docs/current/protocol-error-fields.html */
interface ServerError extends Error {
  code?: string;
  where?: string;
  detail?: string;
}

/** What to make of an error by its SQLSTATE or the system's code. */
interface Known {
  code: ErrorCode;
  hint: string;
  retryable?: boolean;
}

const unreachable = 'Check host and port in the connection, and that the server runs.';
const lost: Known = { code: 'unavailable', hint: 'The table was not changed. Run the step again.', retryable: true };

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const knownErrors: Record<string, Known> = {
  '28P01': { code: 'unauthorized', hint: 'Check the user and the password in the connection.' },
  '28000': {
    code: 'unauthorized',
    hint: 'Check the user in the connection, and that the server lets this address in.',
  },
  '3D000': { code: 'not-found', hint: 'Check the name of the database in the connection.' },
  '3F000': { code: 'not-found', hint: 'Check the name of the schema.' },
  '42501': {
    code: 'forbidden',
    hint: 'The table was not changed. Grant the right that is missing to the user of the connection.',
  },
  '42P07': {
    code: 'table-exists',
    hint: 'Another session created the table meanwhile. Run the step again.',
    retryable: true,
  },
  '42701': { code: 'conflict', hint: 'The table was not changed. Rename the column in the dataset.' },
  '54000': {
    code: 'bad-input',
    hint: 'The table was not changed. A row of PostgreSQL has room for about 8,000 bytes, of which every long text takes 18: load fewer columns, or split the dataset into several tables.',
  },
  '54011': {
    code: 'bad-input',
    hint: 'The table was not changed. A table of PostgreSQL has at most 1,600 columns: load fewer columns, or split the dataset into several tables.',
  },
  '25006': {
    code: 'unavailable',
    hint: 'The table was not changed. The server or the user is read-only: connect to the primary server, or to a user who may write.',
  },
  '428C9': {
    code: 'bad-input',
    hint: 'The table was not changed. The database numbers or calculates the column itself: leave it out of the dataset.',
  },
  '23502': { code: 'bad-input', hint: 'The table was not changed. Fill the empty values in the dataset.' },
  '23503': { code: 'conflict', hint: 'The table was not changed.' },
  '23505': {
    code: 'conflict',
    hint: 'The table was not changed. A key of the dataset is in the table already, or twice in the dataset.',
  },
  '22P05': {
    code: 'bad-input',
    hint: 'The table was not changed. The encoding of the database lacks a character of the dataset: correct the value, or use a database in UTF-8.',
  },
  '23514': {
    code: 'bad-input',
    hint: 'The table was not changed. A row of the dataset breaks this rule of the table.',
  },
  '23P01': {
    code: 'conflict',
    hint: 'The table was not changed. A row of the dataset excludes another one by this rule of the table.',
  },
  P0001: {
    code: 'bad-input',
    hint: 'The table was not changed. A trigger or function of the table refused a row: correct the dataset.',
  },
  '42883': {
    code: 'bad-input',
    hint: 'The table was not changed. Check that the columns of the key can be compared, and the triggers of the table.',
  },
  '40001': lost,
  '53300': { code: 'busy', hint: 'The server has too many connections. Run the step again later.', retryable: true },
  '53200': { code: 'unavailable', hint: 'The server is out of memory. Run the step again later.', retryable: true },
  '25P03': lost,
  '57P05': lost,
  '40P01': { code: 'busy', hint: 'The table was not changed. Run the step again.', retryable: true },
  '55P03': {
    code: 'busy',
    hint: 'Another load or session holds the table. Run the step again later.',
    retryable: true,
  },
  '53100': { code: 'unavailable', hint: 'The disk of the server is full. The table was not changed.' },
  '57014': { code: 'cancelled', hint: 'The statement was cancelled on the server. The table was not changed.' },
  '57P01': lost,
  '57P02': lost,
  '57P03': {
    code: 'unavailable',
    hint: 'The server is starting or stopping. Run the step again later.',
    retryable: true,
  },
  ECONNRESET: lost,
  EPIPE: lost,
  EAI_AGAIN: {
    code: 'unavailable',
    hint: 'The name of the host could not be looked up. Run the step again.',
    retryable: true,
  },
  ENOTFOUND: { code: 'unavailable', hint: 'Check the host in the connection.' },
  ECONNREFUSED: { code: 'unavailable', hint: unreachable },
  ETIMEDOUT: { code: 'unavailable', hint: unreachable },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'unavailable',
    hint: 'Its certificate is signed by itself: choose Encrypt Only, or give the server a certificate of an authority.',
  },
};

/** A database's error in our words. Its detail is left out where it repeats whole rows. */
export function explainPostgres(error: unknown): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const { code = '', where = '', message } = error as ServerError;
  const place = /line (\d+)(?:, column ([^:]+))?/.exec(where);
  const column = place?.[2] ? `, column “${place[2]}”` : '';
  const known = knownErrors[code] ?? guess(code, message);
  return new PipewrightError({
    ...known,
    ...explainKey(error as ServerError),
    service: 'PostgreSQL',
    message: `PostgreSQL answered: ${message}${place ? ` (line ${place[1]} below the header${column})` : ''}.${keyOf(error as ServerError)}`,
  });
}

/** The key that an error is about: no other values of the row. */
function keyOf({ code = '', detail = '' }: ServerError): string {
  const isAboutKey = (code === '23503' || code === '23505') && /^Key \(.*\)=\(.*\) /s.test(detail);
  return isAboutKey ? ` ${detail.slice(0, 300)}` : '';
}

/** What to do about a foreign key, which can be broken from both sides. */
function explainKey({ code, detail = '' }: ServerError): { hint?: string } {
  if (code !== '23503') return {};
  if (detail.includes('is still referenced'))
    return {
      hint: 'The table was not changed. Rows of another table refer to its rows: choose the mode Append or Upsert.',
    };
  return { hint: 'The table was not changed. Load the missing row of the other table first, or correct the value.' };
}

function guess(code: string, message: string): Known {
  if (code.startsWith('22')) {
    return { code: 'bad-input', hint: 'The table was not changed. Correct the value, or the type of the column.' };
  }
  if (code.startsWith('08') || message.startsWith('Connection terminated')) return lost;
  if (message.startsWith('The server does not support SSL')) {
    return { code: 'unavailable', hint: 'Choose Off under Encryption if the network is private.' };
  }
  return { code: 'unavailable', hint: 'The table was not changed. Ask the administrator of the database.' };
}
