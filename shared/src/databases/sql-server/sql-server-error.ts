import { types } from 'node:util';
import { PipewrightError } from '../../host/error.ts';
import { knownErrors, logInStates, type KnownError } from './sql-server-error-table.ts';

const service = 'SQL Server';

/** What an error of the driver may hold; one of a lost connection has its cause inside, which may be several errors. */
interface DriverError extends Error {
  code?: string;
  number?: number;
  errors?: readonly unknown[];
}

/** An error of the server as it came, where the driver does not hand it on. */
export interface ServerMessage {
  number: number;
  state?: number;
}

/** More errors than these are not inside each other. */
const deepest = 4;

/** The errors inside of one, as they are caused by each other or happened together. */
function inside(error: DriverError): DriverError[] {
  return [...(error.errors ?? []), error.cause].filter((one): one is DriverError => types.isNativeError(one));
}

/** The numbers and codes of an error and of those inside, the nearest first. */
function codesOf(error: DriverError, depth = 0): (string | number)[] {
  const own = [error.number, error.code].flatMap((code) => (code === undefined ? [] : [code]));
  return depth === deepest ? own : [...own, ...inside(error).flatMap((one) => codesOf(one, depth + 1))];
}

function findKnown(error: DriverError, message: ServerMessage | undefined): KnownError | undefined {
  const codes = [...(message ? [message.number] : []), ...codesOf(error)];
  const known = codes.map((code) => knownErrors[String(code)]).find((found) => found !== undefined);
  // The TLS of a server that closes in good order leaves no code behind.
  return (
    known ??
    (/socket hang up|connection (was )?(lost|closed|ended)|premature close|unexpected end of message stream/i.test(
      error.message,
    )
      ? knownErrors['ECONNRESET']
      : undefined)
  );
}

/** How long a log-in that failed is tried again: until a database had time to resume, a few times, or not at all. */
export function waitAfter(error: unknown, message?: ServerMessage): KnownError['wait'] {
  return types.isNativeError(error) ? findKnown(error, message)?.wait : undefined;
}

/**
 * The server's or the driver's error in our words.
 * @param message of the server's error, where the driver does not hand it on
 */
export function explainSqlServer(error: unknown, message?: ServerMessage): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const driverError: DriverError = error;
  const first = driverError.errors ? (inside(driverError)[0] ?? driverError) : driverError;
  const number = message?.number ?? first.number;
  const state = number === 18456 && message?.state !== undefined ? logInStates[message.state] : undefined;
  const known = findKnown(error, message);
  return new PipewrightError({
    ...withoutWait(
      known ?? { code: 'unavailable', hint: 'The table was not changed. Ask the administrator of the database.' },
    ),
    ...(state === undefined ? {} : { hint: state }),
    service,
    message: `SQL Server answered: ${toldBy(first).replace(/[.\s]+$/, '')}${number === undefined ? '' : ` (error ${number})`}.`,
  });
}

/** The message of an error, with those of the errors that it wraps: an `AggregateError` has no message of its own. */
function toldBy(error: DriverError): string {
  const cause = inside(error)[0];
  if (!cause?.errors) return error.message;
  return `${error.message.replace(/ - Could not connect.*$/, '')} - ${inside(cause)[0]?.message ?? cause.message}`;
}

function withoutWait({ code, hint, retryable = false }: KnownError): Omit<KnownError, 'wait'> {
  return { code, hint, retryable };
}

/** The error of a table that another load holds for too long. */
export function busyError(table: string): PipewrightError {
  return new PipewrightError({
    code: 'busy',
    service,
    message: `Another load into the table “${table}” is still running.`,
    hint: 'The table was not changed. Run the step again later.',
    retryable: true,
  });
}
