import { PipewrightError } from '../../host/error.ts';
import type { Headers, HttpResponse } from '../../host/http.ts';
import { openApi, type Api } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { Context } from '../../define/context.ts';
import type { WebAddressConnection } from './connection-fields.ts';

/** The display name of the service. */
export const service = 'Web Address';

const hints: Record<number, string> = {
  401: 'Check the log-in in the connection: another kind, or another token or password, may be needed.',
  403: 'The log-in of the connection may not read this file; ask whoever runs the website.',
  404: 'Check the address: open it in a browser.',
};

/** What a page of a website says is for browsers, so only its status is told. */
function readProblem({ status }: HttpResponse): VendorProblem {
  const hint = hints[status];
  const message = status >= 300 && status < 400 ? 'it is a redirect that names no address' : `status ${status}`;
  return { message, ...(hint === undefined ? {} : { hint }) };
}

/** The website of a connection, without a slash at its end. */
export function websiteOf({ website }: WebAddressConnection): string {
  return new URL(baseUrl(website, 'Website')).origin;
}

function missing(label: string): PipewrightError {
  return new PipewrightError({
    code: 'not-connected',
    service,
    message: `“${label}” is missing in the connection.`,
    hint: 'Fill it in, or choose another log-in.',
  });
}

/**
 * The headers that log in.
 * @throws PipewrightError `not-connected` when a part of the log-in is missing, or cannot be a header
 */
function login({ authentication, token, user, password, headerName, headerSecret }: WebAddressConnection): Headers {
  switch (authentication) {
    case 'none':
      return {};
    case 'bearer':
      if (!token) throw missing('Token');
      return { authorization: `Bearer ${token.trim()}` };
    case 'basic':
      if (!user) throw missing('User');
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
        message: '“Header Name” or “Header Value” cannot be sent as a header.',
        hint: 'Correct them in the connection: a name has no spaces, a value no line breaks.',
      });
    }
    default:
      return authentication satisfies never;
  }
}

/** The website: a path is one of its own, and what logs in stays there. */
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
