import { PipewrightError } from '../host/error.ts';

/**
 * Normalizes the URL that the user entered for a service: no trailing slash, and `https://` before a bare host. Paths are
 * appended to it, so that a query or fragment would have no place.
 * @throws PipewrightError `invalid-input` unless it is https, or http on this machine, without a query and a fragment
 */
export function baseUrl(input: string, label: string): string {
  const url = checkedUrl(input, label);
  if (url.search !== '' || url.hash !== '')
    throw new PipewrightError({
      code: 'invalid-input',
      message: `“${label}” must not contain a question mark or a # part, because paths are appended to it.`,
      hint: 'Enter only the part that the URLs of all requests share, such as https://example.com, and not the URL of a page.',
    });
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * The base URL of a service from the URL of any of its pages, copied from a browser: what the browser adds after ? and # is
 * removed.
 * @param hosted the names of hosts of the vendor, whose paths are only those of pages and are removed as well
 * @throws PipewrightError `invalid-input` as `baseUrl`
 */
export function baseUrlOfPage(input: string, label: string, hosted: RegExp): string {
  const base = baseUrl(input.replace(/[?#].*$/s, ''), label);
  const { hostname, origin } = new URL(base);
  return hosted.test(hostname) ? origin : base;
}

/**
 * The base URL of an API that has another host than the pages of the service.
 * @param pages the names of hosts of pages
 * @param hint what to enter instead of the URL of a page
 * @throws PipewrightError `invalid-input` for the URL of a page, and as `baseUrl`
 */
export function baseUrlOfApi(input: string, label: string, { pages, hint }: { pages: RegExp; hint: string }): string {
  if (!pages.test(checkedUrl(input, label).hostname)) return baseUrl(input, label);
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${label}” is the URL of a page, not of the API.`,
    hint,
  });
}

/**
 * A complete URL that the user entered, with its query and a slash at its end: to some servers they make a difference.
 * @throws PipewrightError `invalid-input` unless it is https, or http on this machine, without a fragment
 */
export function completeUrl(input: string, label: string): string {
  const url = checkedUrl(input, label);
  if (url.hash === '') return url.href;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${label}” must not contain a # part, which is never sent.`,
    hint: 'Enter the URL up to the #.',
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
