import { httpLoginHeaders, missingLogin } from '../../auth/http-login.ts';
import { loginToken } from '../../auth/token-login.ts';
import type { Context } from '../../define/context.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Headers, HttpResponse } from '../../host/http.ts';
import type { Wording } from '../../host/wording.ts';
import { baseUrl, completeUrl } from '../../http/base-url.ts';
import type { VendorProblem } from '../../http/http-error.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { valueAt } from './read-value.ts';

/** Where tools return a token, as a path after the base URL; OAuth 2.0 knows no usual path. */
const usualPaths: Partial<Record<RestJobConnection['authentication'], string>> = {
  login: '/auth/token',
  application: '/applications/token',
};

/**
 * The URL that the login is sent to.
 * @throws PipewrightError `not-connected` without one, `invalid-input` if it is not valid
 */
function tokenUrlOf(service: string, connection: RestJobConnection): string {
  const entered = connection.loginUrl ?? usualPaths[connection.authentication];
  if (!entered) throw missingLogin(service, 'Token URL');
  if (/^https?:\/\//i.test(entered)) return completeUrl(entered, 'Token URL');
  // A path without its slash would become a host.
  if (entered.startsWith('/') && !/[\s\\?#]|\/\/|\/(?:\.|%2e){1,2}(?:\/|$)/i.test(entered))
    return `${baseUrl(connection.baseUrl, 'Base URL')}${entered}`;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: '“Token URL” is neither a valid path nor a complete URL.',
    hint: 'Enter a path such as /auth/token, without . and .. segments and without a query, or a complete URL from https:// on.',
  });
}

const loginHint: Wording = {
  n8n: 'Check Token URL, Authentication and the login in the credential.',
  zapier: 'Check Token URL, Authentication and the login in the connection.',
};

/**
 * The headers that authenticate a request. A token of a login is cached until it expires, and sent to the host of the base URL only.
 * @param renew whether to log in again because the last token was rejected
 * @throws PipewrightError `not-connected` if a value is missing, `unauthorized` if the login is rejected
 */
export async function authorize(
  service: string,
  { connection, host }: Context<RestJobConnection>,
  readProblem: (response: HttpResponse) => VendorProblem,
  renew = false,
  endsAt?: number,
): Promise<Headers> {
  const { authentication, answerField } = connection;
  if (
    authentication === 'none' ||
    authentication === 'bearer' ||
    authentication === 'basic' ||
    authentication === 'header'
  )
    return httpLoginHeaders(service, { ...connection, authentication });
  const endpoint = {
    service,
    tokenUrl: tokenUrlOf(service, connection),
    readProblem: (response: HttpResponse) => ({ ...readProblem(response), hint: loginHint }),
    tokenField: answerField,
    tokenIn: (answer: unknown) => valueAt(answer, answerField),
  };
  const token = await loginToken(host, endpoint, { ...connection, authentication }, renew, endsAt);
  return { authorization: `Bearer ${token}` };
}
