import { PipewrightError } from '../host/error.ts';

/**
 * Normalizes the URL that the user entered for a service: no trailing slash, and `https://` before a bare host.
 * @throws PipewrightError `invalid-input` unless it is https, or http on this machine
 */
export function baseUrl(input: string, label: string): string {
  const url = checkedUrl(input, label);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * A complete URL that the user entered, with its query and a slash at its end: to some servers they make a difference.
 * @throws PipewrightError `invalid-input` as `baseUrl`, and without a scheme: a path without its slash would become a host
 */
export function completeUrl(input: string, label: string): string {
  const url = checkedUrl(input, label);
  if (/^https?:\/\//i.test(input) && url.hash === '') return url.href;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${label}” is not a complete URL.`,
    hint: 'Enter it from https:// on and without a # part, or enter a path that starts with a slash.',
  });
}

/** @throws PipewrightError `invalid-input` */
function checkedUrl(input: string, label: string): URL {
  const text = /^https?:\/\//i.test(input) ? input : `https://${input}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new PipewrightError({
      code: 'invalid-input',
      message: `“${label}” is not a valid URL: ${input.slice(0, 100)}`,
      hint: 'Enter a URL such as https://example.com.',
    });
  }
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !local) {
    throw new PipewrightError({
      code: 'invalid-input',
      message: `“${label}” must start with https://.`,
      hint: 'Change the URL. Credentials are never sent over an unencrypted connection.',
    });
  }
  if (url.username || url.password) {
    throw new PipewrightError({
      code: 'invalid-input',
      message: `“${label}” must not contain a user name or password.`,
      hint: {
        n8n: 'Enter them in the fields of the credential.',
        zapier: 'Enter them in the fields of the connection.',
      },
    });
  }
  return url;
}
