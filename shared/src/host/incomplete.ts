import { PipewrightError } from './error.ts';

/** The hint for an incomplete body of which nothing was saved. */
export const retryHint = 'Run the step again. Nothing was saved.';

/** The error for a connection that is lost before a body is complete; the download can be resumed. */
export function connectionLost(cause?: string): PipewrightError {
  return new PipewrightError({
    code: 'incomplete',
    message: 'The connection was lost before the download was complete.',
    hint: retryHint,
    retryable: true,
    cause,
  });
}

/**
 * The error for a body that is shorter or longer than the sender announced.
 * @param what subject of the message: `download`, `dataset`
 */
export function wrongLength(what: string, received: number, expected: number, hint = retryHint): PipewrightError {
  return new PipewrightError({
    code: 'incomplete',
    message:
      received < expected
        ? `The ${what} ended after ${received} of ${expected} bytes.`
        : `The ${what} is longer than the ${expected} bytes that were announced.`,
    hint,
    retryable: received < expected,
  });
}
