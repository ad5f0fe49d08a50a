import { PipewrightError, type ErrorCode } from '../host/error.ts';
import type { HttpResponse } from '../host/http.ts';
import { cut, redact } from '../host/redact.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import type { Wording } from '../host/wording.ts';
import { retryAfterSeconds } from './retry-delay.ts';

/** The content of a vendor's error response. */
export interface VendorProblem {
  /** The vendor's code: `PipelineNotFound`. */
  code?: string;
  message?: string;
  /** What the user can do, if the vendor's error code shows it. */
  hint?: Wording;
}

const hints: Partial<Record<ErrorCode, Wording>> = {
  unauthorized: {
    n8n: 'Check the credential. Its values may be wrong, expired or revoked.',
    zapier: 'Check the connection. Its values may be wrong, expired or revoked.',
  },
  forbidden: {
    n8n: 'Ask an administrator to grant access to the account of the credential.',
    zapier: 'Ask an administrator to grant access to the account of the connection.',
  },
  'not-found': 'Check the ID. Select it from the list or copy it from the URL of its page.',
  throttled: {
    n8n: 'Too many requests were sent. Wait a few minutes, or run the workflow less often.',
    zapier: 'Too many requests were sent. Wait a few minutes, or run the Zap less often.',
    cli: 'Too many requests were sent. Wait a few minutes before you run the command again.',
  },
  unavailable: 'Try again in a few minutes. If the problem persists, check the status page of the service.',
  'invalid-input': 'Correct the values of this step and run it again.',
};

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'throttled';
  if (status >= 500 || status === 408) return 'unavailable';
  if (status >= 400) return 'invalid-input';
  return 'unexpected-response';
}

/** Converts an error response to a `PipewrightError` with the service, the vendor's message and a hint. */
export function httpError(
  service: string,
  response: HttpResponse,
  problem: VendorProblem,
  now: number,
): PipewrightError {
  const code = codeOf(response.status);
  const message = problem.message ? cut(redact(problem.message).trim(), 500) : '';
  const reason = message || problem.code || `status ${response.status}`;
  const { headers, status } = response;
  return new PipewrightError({
    code,
    service,
    message: `${service} returned an error: ${reason}${/[.!?…]$/.test(reason) ? '' : '.'}`,
    status,
    retryable: code === 'throttled' || code === 'unavailable',
    ...withoutUndefined({
      hint: problem.hint ?? hints[code],
      requestId: headers['x-ms-request-id'] ?? headers['x-request-id'] ?? headers['x-slack-req-id'],
      retryAfterSeconds: retryAfterSeconds(headers, now),
    }),
  });
}
