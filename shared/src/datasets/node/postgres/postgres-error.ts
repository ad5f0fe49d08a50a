import { types } from 'node:util';
import { PipewrightError, type ErrorCode } from '../../../host/error.ts';

/** What to make of an error by its SQLSTATE or the system's code. */
interface Known {
  code: ErrorCode;
  hint: string;
  retryable?: boolean;
}

const unreachable = 'Check host and port in the connection, and that the server runs.';
const lost: Known = { code: 'unavailable', hint: 'The table is as it was. Run the step again.', retryable: true };

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const knownErrors: Record<string, Known> = {
  '28P01': { code: 'unauthorized', hint: 'Check the user and the password in the connection.' },
  '28000': {
    code: 'unauthorized',
    hint: 'Check the user in the connection, and that the server lets this address in.',
  },
  '3D000': { code: 'not-found', hint: 'Check the name of the database in the connection.' },
  '3F000': { code: 'not-found', hint: 'Check the name of the schema.' },
  '42501': { code: 'forbidden', hint: 'Let the user of the connection create and write tables in this schema.' },
  '42P07': { code: 'table-exists', hint: 'Somebody made the table meanwhile. Run the step again.' },
  '23502': { code: 'bad-input', hint: 'The table is as it was. Fill the empty values in the file.' },
  '23503': {
    code: 'conflict',
    hint: 'The table is as it was. Rows of another table refer to its rows: choose the mode Append.',
  },
  '23505': { code: 'conflict', hint: 'The table is as it was. A key of the dataset is there already or comes twice.' },
  '23514': { code: 'bad-input', hint: 'The table is as it was. A row breaks a rule of the table.' },
  '40P01': { code: 'busy', hint: 'The table is as it was. Run the step again.', retryable: true },
  '55P03': {
    code: 'busy',
    hint: 'Another load or session holds the table. Run the step again later.',
    retryable: true,
  },
  '53100': { code: 'unavailable', hint: 'The disk of the server is full. The table is as it was.' },
  '57014': { code: 'cancelled', hint: 'Somebody stopped it at the server. The table is as it was.' },
  '57P01': lost,
  ECONNRESET: lost,
  EPIPE: lost,
  ENOTFOUND: { code: 'unavailable', hint: 'Check the host in the connection.' },
  ECONNREFUSED: { code: 'unavailable', hint: unreachable },
  ETIMEDOUT: { code: 'unavailable', hint: unreachable },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'unavailable',
    hint: 'Its certificate is signed by itself: choose Encrypt Only, or give the server a certificate of an authority.',
  },
};

/** A database's error in our words. Its detail is left out, for it repeats whole rows. */
export function explainPostgres(error: unknown): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const { code = '', where = '' } = error as { code?: string; where?: string };
  const place = /line (\d+)(?:, column ([^:]+))?/.exec(where);
  const column = place?.[2] ? `, column “${place[2]}”` : '';
  const known = knownErrors[code] ?? guess(code, error.message);
  return new PipewrightError({
    ...known,
    service: 'PostgreSQL',
    message: `PostgreSQL answered: ${error.message}${place ? ` (line ${place[1]} below the header${column})` : ''}.`,
  });
}

function guess(code: string, message: string): Known {
  if (code.startsWith('22')) {
    return { code: 'bad-input', hint: 'The table is as it was. Correct the value, or the type of the column.' };
  }
  if (code.startsWith('08') || message.startsWith('Connection terminated')) return lost;
  if (message.startsWith('The server does not support SSL')) {
    return { code: 'unavailable', hint: 'Choose Off under Encryption if the network is private.' };
  }
  return { code: 'unavailable', hint: 'The table is as it was. Ask the administrator of the database.' };
}
