import type { ZObject } from 'zapier-platform-core';
import { describeError, PipewrightError, type ErrorCode } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';

/** Errors that halt a Zap run. They do not count as failures, which can make Zapier turn a Zap off. */
const halting: readonly ErrorCode[] = ['cancelled', 'empty-dataset', 'still-running'];

/** Without this flag, Zapier adds the whole bundle, including signatures and bodies, to the error message. */
const bare = { doNotContextify: true };

/**
 * Converts an error to a Zapier error with message and hint, without secrets. Zapier retries a throttled call after the delay
 * that the service requested, and runs a step again whose run is still active. URLs and tokens are redacted from unexpected errors.
 */
export function zapierError(error: unknown, { errors }: Pick<ZObject, 'errors'>): Error {
  if (!(error instanceof PipewrightError)) {
    if (error instanceof Error && 'doNotContextify' in error) return error;
    return new errors.Error(`Unexpected error: ${redact(describeError(error, 'zapier'))}`, 'unexpected');
  }
  const text = redact(describeError(error, 'zapier'));
  if (error.code === 'throttled' || (error.code === 'still-running' && error.retryable))
    return new errors.ThrottledError(text, Math.ceil(error.retryAfterSeconds ?? 60));
  // Zapier marks the connection as expired and asks the user to connect again.
  if (error.code === 'unauthorized') return Object.assign(new errors.ExpiredAuthError(text), bare);
  if (halting.includes(error.code)) return Object.assign(new errors.HaltedError(text), bare);
  return new errors.Error(text, error.code, error.status);
}
