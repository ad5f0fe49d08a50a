import { withoutUndefined } from './without-undefined.ts';
import { wordingFor, type Platform, type Wording } from './wording.ts';

/**
 * What went wrong, one line per code. Every code fails the item in n8n and the task on Zapier, unless noted otherwise.
 * Whether a retry may help is a property of the error (`retryable`), not of the code.
 */
export type ErrorCode =
  /** A field, file or request is invalid (other 4xx). The user must correct it. */
  | 'invalid-input'
  /** The connection is missing or incomplete. */
  | 'not-connected'
  /** The vendor rejected the credentials (401). Waits keep logging in again for a short time. Zapier marks the connection as expired. */
  | 'unauthorized'
  /** The account lacks a permission (403). */
  | 'forbidden'
  /** The resource does not exist (404, 410). */
  | 'not-found'
  /** The request conflicts with existing data: a name, a constraint, a state (409). */
  | 'conflict'
  /** Too many requests (429). Retried; then Zapier retries the task after `retryAfterSeconds`. */
  | 'throttled'
  /** The server is unreachable or failing (408, 5xx). Retried where safe; n8n answers a webhook with 503, so the sender retries. */
  | 'unavailable'
  /** The response does not match the vendor's API, for example a proxy's error page. */
  | 'unexpected-response'
  /** The time limit was reached. The work may still be running. */
  | 'timed-out'
  /** A run outlasts the time limit of the platform. Zapier runs the step again if it is retryable, and otherwise halts the task. */
  | 'still-running'
  /** The user or the platform stopped the execution. Never retried; Zapier halts the task instead of failing it. */
  | 'cancelled'
  /** A run failed, and the step fails with it. */
  | 'run-failed'
  /** A request cannot be proven authentic: there is no secret, or the URL is not the vendor's. */
  | 'not-verified'
  /** The table already exists and must not be changed. */
  | 'table-exists'
  /** The table does not exist and must not be created. */
  | 'table-missing'
  /** Columns of the dataset and the table do not match. */
  | 'columns-missing'
  /** More rows were rejected than allowed. The table was not changed. */
  | 'rejected-rows'
  /** The number of rows changed more than allowed. The table was not changed. */
  | 'rows-changed'
  /** The dataset has no rows. The table was not changed. Zapier halts the task instead of failing it. */
  | 'empty-dataset'
  /** The file cannot be parsed: malformed CSV or JSON, or another text encoding. */
  | 'invalid-file'
  /** A file is incomplete or damaged. Downloads resume where the server allows it. */
  | 'incomplete'
  /** The database or the table is locked by other work. */
  | 'busy';

/** The properties of a `PipewrightError`. */
export interface ErrorDetails {
  code: ErrorCode;
  /** What happened, in one sentence that does not require programming knowledge. */
  message: string;
  /** What the user can do about it. */
  hint?: Wording;
  /** Display name of the service: `Data Factory`. */
  service?: string;
  /** HTTP status of the vendor's response. */
  status?: number;
  /** The vendor's request ID, for its support team. */
  requestId?: string;
  /** Whether a retry may succeed. Default: false. */
  retryable?: boolean;
  /** Seconds to wait before a retry, as requested by the vendor. */
  retryAfterSeconds?: number;
  /** Whether the request certainly never reached the vendor, so it had no effect. Default: false. */
  unsent?: boolean;
  /** The result of an operation that did its work but did not succeed, such as the failed run. */
  output?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The error that Pipewright throws: what happened (`message`) and what to do (`hint`). Never contains a secret, token, signature
 * or signed URL.
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
  readonly output: Record<string, unknown> | undefined;

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
    this.output = details.output;
  }
}

/** A copy of the error with some properties changed. */
export function withDetails(error: PipewrightError, changes: Partial<ErrorDetails>): PipewrightError {
  const { code, message, hint, service, status, requestId, retryable, retryAfterSeconds, unsent, output, cause } =
    error;
  const details = {
    code,
    message,
    hint,
    service,
    status,
    requestId,
    retryable,
    retryAfterSeconds,
    unsent,
    output,
    cause,
  };
  return new PipewrightError({ ...withoutUndefined(details), ...changes });
}

/** Message and hint in one text, for platforms that show an error in a single place. */
export function describeError(error: unknown, platform: Platform): string {
  if (error instanceof PipewrightError)
    return error.hint ? `${error.message} ${wordingFor(error.hint, platform)}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
