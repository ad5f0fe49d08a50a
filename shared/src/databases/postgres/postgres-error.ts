import { types } from 'node:util';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { connectionLost, misfit, reportedError, type KnownError } from '../known-error.ts';
import { knownErrors } from './postgres-error-table.ts';

/** An error as the server sends it. @see https://www.postgresql.org/docs/current/protocol-error-fields.html */
interface ServerError extends Error {
  code?: string;
  where?: string;
  detail?: string;
}

/** Explains an error of the server or driver. Its detail is left out where it would quote a whole row. */
export function explainPostgres(error: unknown): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const { code = '', where = '', message }: ServerError = error;
  const line = /line (\d+)(?:, column ([^:]+))?/.exec(where);
  const column = line?.[2] ? `, column “${line[2]}”` : '';
  const place = line ? ` (line ${line[1]} below the header${column})` : '';
  const explained = reportedError('PostgreSQL', message + place, knownErrors[code] ?? guess(code, message));
  return withDetails(explained, { ...explainKey(error), message: explained.message + keyOf(error) });
}

/** The key that an error is about, without the other values of the row. */
function keyOf({ code = '', detail = '' }: ServerError): string {
  const isAboutKey = (code === '23503' || code === '23505') && /^Key \(.*\)=\(.*\) /s.test(detail);
  return isAboutKey ? ` ${detail.slice(0, 300)}` : '';
}

/** What to do about a foreign key, which either table can violate. */
function explainKey({ code, detail = '' }: ServerError): { hint?: string } {
  if (code !== '23503') return {};
  if (detail.includes('is still referenced'))
    return {
      hint: 'The table was not changed. Rows of another table reference its rows: choose the mode Append or Upsert.',
    };
  return {
    hint: 'The table was not changed. Load the missing row of the other table first, or correct the value.',
  };
}

/** What the driver reports when the connection ended during a statement or before it. */
const lostConnection = /^(?:Connection terminated|Client (?:has encountered a connection error|was closed))/;

function guess(code: string, message: string): KnownError {
  if (code.startsWith('22')) return misfit;
  if (code.startsWith('08') || lostConnection.test(message)) return connectionLost;
  if (message.startsWith('The server does not support SSL'))
    return {
      code: 'unavailable',
      hint: 'The server does not encrypt connections: enable TLS on the server, or choose Off under Encryption if the network is private.',
    };
  return { code: 'unavailable', hint: 'The table was not changed. Ask the administrator of the database.' };
}
