import { PipewrightError, type ErrorCode } from '../host/error.ts';
import type { HttpResponse } from '../host/http.ts';
import { cut, redact } from '../host/redact.ts';
import { retryAfterSeconds } from './retry-delay.ts';

/** What a vendor's error body says, in its own words. */
export interface VendorProblem {
  /** The vendor's code: `PipelineNotFound`. */
  code?: string;
  message?: string;
  /** What to do, where this vendor's code tells. */
  hint?: string;
}

const hints: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'Check the values of the connection: they may be wrong, expired or revoked.',
  forbidden: 'Ask an administrator to give the account of this connection access.',
  'not-found': 'Check the id: pick it from the list, or copy it from the address of its page.',
  throttled: 'Too many requests were sent. Wait a little, or run the workflow less often.',
  unavailable: 'Try again in a few minutes; if it goes on, look at the status page of the service.',
  'bad-input': 'Correct the values of this step and run it again.',
};

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'throttled';
  if (status >= 500 || status === 408) return 'unavailable';
  if (status >= 400) return 'bad-input';
  return 'unexpected-answer';
}

/** Turns an answer that is no success into an error that says what happened at which service, and what to do. */
export function httpError(
  service: string,
  response: HttpResponse,
  problem: VendorProblem,
  now: number,
): PipewrightError {
  const code = codeOf(response.status);
  const said = problem.message ? cut(redact(problem.message).trim(), 500) : '';
  const reason = said || problem.code || `status ${response.status}`;
  const requestId =
    response.headers['x-ms-request-id'] ?? response.headers['x-request-id'] ?? response.headers['x-slack-req-id'];
  const wait = retryAfterSeconds(response.headers, now);
  const hint = problem.hint ?? hints[code];
  return new PipewrightError({
    code,
    service,
    message: `${service} answered: ${reason}${/[.!?…]$/.test(reason) ? '' : '.'}`,
    ...(hint === undefined ? {} : { hint }),
    status: response.status,
    retryable: code === 'throttled' || code === 'unavailable',
    ...(requestId === undefined ? {} : { requestId }),
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}
