import type { ZObject } from 'zapier-platform-core';
import { describeError, PipewrightError, type ErrorCode } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';

/** What ends a Zap's run without counting as a failure, for which Zapier would at last turn the Zap off. */
const halting: readonly ErrorCode[] = ['cancelled', 'empty-dataset'];

/** Zapier adds the whole bundle, with signatures and bodies, to the message of an error that lacks this mark. */
const bare = { doNotContextify: true };

/**
 * The error that Zapier shows: message and hint, and nothing secret. A throttled call is tried again by Zapier after the
 * time that the service asked for; what Pipewright does not know is told without the addresses and tokens in it.
 */
export function zapierError(error: unknown, { errors }: Pick<ZObject, 'errors'>): Error {
  if (!(error instanceof PipewrightError)) {
    if (error instanceof Error && 'doNotContextify' in error) return error;
    return new errors.Error(
      `Something went wrong that should not: ${redact(describeError(error, 'zapier'))}`,
      'unexpected',
    );
  }
  const text = redact(describeError(error, 'zapier'));
  if (error.code === 'throttled') return new errors.ThrottledError(text, Math.ceil(error.retryAfterSeconds ?? 60));
  if (halting.includes(error.code)) return Object.assign(new errors.HaltedError(text), bare);
  return new errors.Error(text, error.code, error.status);
}
