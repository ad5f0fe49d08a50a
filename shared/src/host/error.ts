import { wordingFor, type Platform, type Wording } from './wording.ts';

/** What kind of thing went wrong; adapters decide by it whether a step may be tried again and how it is shown. */
export type ErrorCode =
  | 'bad-input'
  | 'not-connected'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'unexpected-answer'
  | 'timed-out'
  | 'cancelled'
  | 'run-failed'
  | 'not-verified'
  | 'table-exists'
  | 'table-missing'
  | 'columns-missing'
  | 'rejected-rows'
  | 'rows-changed'
  | 'empty-dataset'
  | 'bad-csv'
  | 'cut-short'
  | 'busy';

/** What a `PipewrightError` is made of. */
export interface ErrorDetails {
  code: ErrorCode;
  /** What happened, in one sentence a person who does not program understands. */
  message: string;
  /** What to do about it. */
  hint?: Wording;
  /** The service it happened at, by its display name: `Data Factory`. */
  service?: string;
  /** The HTTP status of the vendor's answer. */
  status?: number;
  /** The vendor's own id of the request, for its support desk. */
  requestId?: string;
  /** Whether the same call may succeed a little later. Default: false. */
  retryable?: boolean;
  /** Seconds the vendor asked to wait before the next try. */
  retryAfterSeconds?: number;
  /** Whether it is certain that the request never reached the vendor, so that no work was done. Default: false. */
  unsent?: boolean;
  cause?: unknown;
}

/**
 * The one error that Pipewright raises: what happened (`message`) and what to do (`hint`).
 * It never holds a secret, a token, a signature or a signed address.
 */
export class PipewrightError extends Error {
  override readonly name = 'PipewrightError';
  readonly code: ErrorCode;
  readonly hint: Wording | undefined;
  readonly service: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly unsent: boolean;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint;
    this.service = details.service;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.unsent = details.unsent ?? false;
  }
}

/** The same error with some of its details changed. */
export function withDetails(error: PipewrightError, changes: Partial<ErrorDetails>): PipewrightError {
  const { code, message, hint, service, status, requestId, retryable, retryAfterSeconds, unsent, cause } = error;
  const own = { code, message, hint, service, status, requestId, retryable, retryAfterSeconds, unsent, cause };
  const given = Object.entries({ ...own, ...changes }).filter(([, value]) => value !== undefined);
  return new PipewrightError(Object.fromEntries(given) as unknown as ErrorDetails);
}

/** Message and hint in one text, for a platform that has a single place to show an error. */
export function describeError(error: unknown, platform: Platform): string {
  if (error instanceof PipewrightError)
    return error.hint ? `${error.message} ${wordingFor(error.hint, platform)}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
