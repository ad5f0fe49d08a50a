import { types } from 'node:util';
import { PipewrightError } from '../../host/error.ts';
import { connectionLost, reportedError, type KnownError } from '../known-error.ts';
import { tableUnchanged } from '../load-errors.ts';
import { knownErrors, loginStates } from './sql-server-error-table.ts';

/** An error of the driver. One of a lost connection wraps its cause, which may be several errors. */
interface DriverError extends Error {
  code?: string;
  number?: number;
  errors?: readonly unknown[];
}

/** An error of the server, where the driver does not pass it on. */
export interface ServerMessage {
  number: number;
  state?: number;
}

/** Levels of wrapped errors that are searched. */
const maxDepth = 4;

const unknownError: KnownError = {
  code: 'unavailable',
  hint: `${tableUnchanged} Ask the administrator of the database.`,
};

/** The errors that an error wraps. */
function wrappedIn(error: DriverError): DriverError[] {
  return [...(error.errors ?? []), error.cause].filter((one): one is DriverError => types.isNativeError(one));
}

/** The numbers and codes of an error and those it wraps, the outermost first. */
function codesOf(error: DriverError, depth = 0): (string | number)[] {
  const codes = [error.number, error.code].flatMap((code) => (code === undefined ? [] : [code]));
  return depth === maxDepth ? codes : [...codes, ...wrappedIn(error).flatMap((one) => codesOf(one, depth + 1))];
}

function findKnown(error: DriverError, message: ServerMessage | undefined): KnownError | undefined {
  const codes = [...(message ? [message.number] : []), ...codesOf(error)];
  const known = codes.map((code) => knownErrors[String(code)]).find((found) => found !== undefined);
  if (known) return known;
  // A server that closes TLS cleanly leaves no error code.
  const isLost =
    /socket hang up|connection (was )?(lost|closed|ended)|premature close|unexpected end of message stream/i;
  return isLost.test(error.message) ? connectionLost : undefined;
}

/** How long a login that failed with this error is retried. */
export function waitAfter(error: unknown, message?: ServerMessage): KnownError['wait'] {
  return types.isNativeError(error) ? findKnown(error, message)?.wait : undefined;
}

/**
 * Explains an error of the server or driver.
 * @param message the server's error, where the driver does not pass it on
 */
export function explainSqlServer(error: unknown, message?: ServerMessage): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const driverError: DriverError = error;
  const first = driverError.errors ? (wrappedIn(driverError)[0] ?? driverError) : driverError;
  const number = message?.number ?? first.number;
  const state = number === 18456 && message?.state !== undefined ? loginStates[message.state] : undefined;
  const known = findKnown(error, message) ?? unknownError;
  const text = messageOf(first).replace(/[.\s]+$/, '');
  return reportedError(
    'SQL Server',
    number === undefined ? text : `${text} (error ${number})`,
    state === undefined ? known : { ...known, hint: state },
  );
}

/** The messages of an error and of the error it wraps: an `AggregateError` has no message of its own. */
function messageOf(error: DriverError): string {
  const cause = wrappedIn(error)[0];
  if (!cause?.errors) return error.message;
  return `${error.message.replace(/ - Could not connect.*$/, '')} - ${wrappedIn(cause)[0]?.message ?? cause.message}`;
}
