import { PipewrightError } from './error.ts';

/** What the codes of Node's network, and those of the libraries upon it, mean. */
const reasons: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  ECONNREFUSED: 'nothing answers at that address',
  ECONNABORTED: 'no answer came in time',
  ETIMEDOUT: 'no answer came in time',
  AbortError: 'no answer came in time',
  ECONNRESET: 'the connection was closed before an answer came',
  'max-redirect': 'it was passed on from one address to the next without end',
};

/** With these nothing was sent, so even what starts work may be tried again. */
const unsent = ['ENOTFOUND', 'ECONNREFUSED'];

/**
 * What a request becomes that got no answer. Its text holds no address, for addresses can be secrets.
 * @param codes what the error is called, the most telling name first; undefined ones are passed over
 * @param own what names mean that only one platform has
 */
export function unreachable(codes: readonly (string | undefined)[], own: Record<string, string> = {}): PipewrightError {
  const meanings = { ...reasons, ...own };
  const names = codes.filter((code) => code !== undefined);
  const known = names.find((name) => name in meanings);
  return new PipewrightError({
    code: 'unavailable',
    message: `${known === undefined ? `the request failed (${names[0] ?? 'unknown'})` : meanings[known]}.`,
    hint: 'Check the address in the connection and the network.',
    retryable: true,
    unsent: known !== undefined && unsent.includes(known),
  });
}
