import { PipewrightError } from '../host/error.ts';
import type { Headers } from '../host/http.ts';

/** How the requests to a website or an API authenticate; the values of `httpLoginFields`. */
export interface HttpLogin {
  authentication: 'none' | 'bearer' | 'basic' | 'header';
  token?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  headerName?: string | undefined;
  headerSecret?: string | undefined;
}

/**
 * The error for an empty field of a connection.
 * @param label of the field
 */
export function missingLogin(service: string, label: string): PipewrightError {
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
 * Headers for authentication with a bearer token, HTTP Basic or an API key.
 * @param service display name, for errors
 * @throws PipewrightError `not-connected` if a value is missing or cannot be a header
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11
 */
export function httpLoginHeaders(
  service: string,
  { authentication, token, user, password, headerName, headerSecret }: HttpLogin,
): Headers {
  switch (authentication) {
    case 'none':
      return {};
    case 'bearer':
      if (!token) throw missingLogin(service, 'Token');
      if (isHeaderValue(token.trim())) return { authorization: `Bearer ${token.trim()}` };
      throw new PipewrightError({
        code: 'not-connected',
        service,
        message: '“Token” contains a line break or a character that no token has.',
        hint: {
          n8n: 'Copy the token again, as one line, into the credential.',
          zapier: 'Copy the token again, as one line, into the connection.',
        },
      });
    case 'basic':
      if (!user) throw missingLogin(service, 'User Name');
      return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
    case 'header': {
      if (!headerName) throw missingLogin(service, 'Header Name');
      if (!headerSecret) throw missingLogin(service, 'Header Value');
      const name = headerName.toLowerCase();
      if (isHeaderName(name) && isHeaderValue(headerSecret.trim())) return { [name]: headerSecret.trim() };
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

/** Whether a text in lower case can be the name of a header. */
export const isHeaderName = (name: string): boolean => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name);

/** Whether a text can be the value of a header (RFC 9110, section 5.5). */
export const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
