import { PipewrightError } from './error.ts';

/** Plain-English reasons for the error codes of Node's network stack and of HTTP libraries. */
const reasons: Record<string, string> = {
  ENOTFOUND: 'the host name does not exist',
  ECONNREFUSED: 'the server refused the connection',
  ECONNABORTED: 'the server did not respond in time',
  ETIMEDOUT: 'the server did not respond in time',
  AbortError: 'the server did not respond in time',
  ECONNRESET: 'the server closed the connection before it responded',
  'max-redirect': 'there were too many redirects',
};

/** Codes which prove that nothing was sent, so that even an unsafe request may be retried. */
const unsentCodes = ['ENOTFOUND', 'ECONNREFUSED'];

/**
 * The error for a request without a response. The message never contains the URL, which may be secret.
 * @param codes codes and names of the error, the most specific first; undefined ones are skipped
 * @param platformReasons reasons for codes that only one platform has
 */
export function unreachable(
  codes: readonly (string | undefined)[],
  platformReasons: Record<string, string> = {},
): PipewrightError {
  const known = { ...reasons, ...platformReasons };
  const names = codes.filter((code) => code !== undefined);
  const code = names.find((name) => name in known);
  return new PipewrightError({
    code: 'unavailable',
    message: `${code === undefined ? `the request failed (${names[0] ?? 'unknown'})` : known[code]}.`,
    hint: {
      n8n: 'Check the URL in the credential and the network.',
      zapier: 'Check the URL in the connection and the network.',
    },
    retryable: true,
    unsent: code !== undefined && unsentCodes.includes(code),
  });
}
