import { PipewrightError } from '../host/error.ts';

/**
 * The address a person typed for a service, without a slash at its end; a bare host gets `https://`.
 * @throws PipewrightError `bad-input` unless it is https, or http on this very machine
 */
export function baseUrl(typed: string, label: string): string {
  const text = /^https?:\/\//i.test(typed) ? typed : `https://${typed}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new PipewrightError({
      code: 'bad-input',
      message: `“${label}” is not an address: ${typed.slice(0, 100)}`,
      hint: 'It looks like https://example.com.',
    });
  }
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !local) {
    throw new PipewrightError({
      code: 'bad-input',
      message: `“${label}” must start with https://.`,
      hint: 'Secrets are never sent over an unencrypted connection.',
    });
  }
  if (url.username || url.password) {
    throw new PipewrightError({
      code: 'bad-input',
      message: `“${label}” must not hold a user name or password.`,
      hint: 'Put them into the fields of the connection.',
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
