import { PipewrightError } from '../../host/error.ts';
import type { Headers, HttpResponse } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { Wording } from '../../host/wording.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { WebAddressConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Web Address';

const hints: Record<number, Wording> = {
  401: {
    n8n: 'Check the authentication method, token or password in the credential.',
    zapier: 'Check the authentication method, token or password in the connection.',
  },
  403: 'Ask the owner of the website for access to the file.',
  404: 'Check “File URL”: open it in a browser.',
};

/** Error pages are made for browsers, so only the status is reported. */
function readProblem({ status }: HttpResponse): VendorProblem {
  const message = status >= 300 && status < 400 ? 'a redirect without a URL' : `status ${status}`;
  return { message, ...withoutUndefined({ hint: hints[status] }) };
}

/** The origin of the website, without a trailing slash. */
export function websiteOf({ website }: WebAddressConnection): string {
  return new URL(baseUrl(website, 'Website')).origin;
}

function missing(label: string): PipewrightError {
  return new PipewrightError({
    code: 'not-connected',
    service,
    message: `“${label}” is empty.`,
    hint: {
      n8n: `Enter “${label}” in the credential, or select another authentication method.`,
      zapier: `Enter “${label}” in the connection, or select another authentication method.`,
    },
  });
}

/**
 * Headers for authentication.
 * @throws PipewrightError `not-connected` if a value is missing or cannot be a header
 */
function login({ authentication, token, user, password, headerName, headerSecret }: WebAddressConnection): Headers {
  switch (authentication) {
    case 'none':
      return {};
    case 'bearer':
      if (!token) throw missing('Token');
      return { authorization: `Bearer ${token.trim()}` };
    case 'basic':
      if (!user) throw missing('User Name');
      return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
    case 'header': {
      if (!headerName) throw missing('Header Name');
      if (!headerSecret) throw missing('Header Value');
      const name = headerName.toLowerCase();
      if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && !/[\r\n\0]/.test(headerSecret.trim()))
        return { [name]: headerSecret.trim() };
      throw new PipewrightError({
        code: 'not-connected',
        service,
        message: '“Header Name” or “Header Value” is not valid in an HTTP header.',
        hint: {
          n8n: 'Correct the credential: a header name has no spaces, and a value has no line breaks.',
          zapier: 'Correct the connection: a header name has no spaces, and a value has no line breaks.',
        },
      });
    }
    default:
      return authentication satisfies never;
  }
}

/** Client for the website. Credentials are only sent to its origin. */
export function openWebsite({ connection, host }: Context<WebAddressConnection>): Api {
  const headers = login(connection);
  return openApi({
    service,
    baseUrl: websiteOf(connection),
    host,
    headers: { accept: '*/*' },
    readProblem,
    authorize: async () => headers,
  });
}
